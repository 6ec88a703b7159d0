#include "soak/random_stack.hpp"

#include <array>
#include <cstddef>

namespace dream::soak {

namespace {

using simulation::Random;

template <std::size_t size>
std::string one_of(Random& random, const std::array<const char*, size>& all) {
  return all.at(static_cast<std::size_t>(random.below(static_cast<int>(size))));
}

/// What a program does that is there for others.
constexpr std::array serving{
    "trap 'exit 0' TERM INT; echo ready; touch up; while :; do sleep 0.1; done",
    "echo ready; touch up; exec sleep 3000",
    "trap '' TERM INT; sleep 0.2; touch up; echo ready; sleep 3000 & wait; wait",
    "sleep 0.3; touch up; echo ready; (setsid sleep 3000 &); exec sleep 3000",
    "trap 'sleep 0.2; echo bye; exit 0' TERM INT; touch up; echo ready; sleep 3000 & wait",
    "touch up; echo ready; sleep 0.6; exit 3",
    "while read word; do echo \\\"got $word\\\"; touch up; echo ready; done; exec sleep 3000",
    "sleep 3000",
};

/// What one does that comes to its end.
constexpr std::array ending{
    "exit 0",
    "sleep 0.1",
    "sleep 0.4; echo done; touch up; echo ready",
    "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done",
    "(setsid sleep 3000 &); echo left",
    "sleep 0.2; exit 4",
    "kill -9 $$",
    "trap '' TERM INT; sleep 0.7",
    "printf 'no end of line'",
};

constexpr std::array probes{R"({"log": "ready"})", R"({"file": "up"})", R"({"exec": ["test", "-e", "up"]})",
                            R"([{"file": "up"}, {"log": "ready"}])"};

std::string task(Random& random) {
  const bool serves = random.percent(50);
  std::string text = R"({"command": ")" + (serves ? one_of(random, serving) : one_of(random, ending)) +
                     R"(", "stop": {"grace": ")" + std::to_string(100 * (1 + random.below(5))) + R"(ms"})";
  if (serves) text += random.percent(70) ? R"(, "service": true)" : R"(, "async": true)";
  if (serves && random.percent(50)) {
    text += R"(, "ready": )" + one_of(random, probes) + R"(, "readyTimeout": ")" +
            std::to_string(300 + random.below(1500)) + R"(ms")";
  }
  if (serves && random.percent(20))
    text += R"(, "health": {"exec": ["test", "!", "-e", "ill"], "every": "100ms", "failures": 2})";
  if (random.percent(35)) {
    text += R"(, "restart": {"on": ")" + one_of(random, std::array{"failure", "always"}) + R"(", "max": )" +
            std::to_string(random.below(4)) + R"(, "delay": "50ms", "maxDelay": "400ms"})";
  }
  if (random.percent(15)) text += R"(, "timeout": ")" + std::to_string(200 + random.below(1500)) + R"(ms")";
  if (serves && random.percent(15)) text += R"(, "interactive": true)";
  if (!serves && random.percent(20)) text += R"(, "leftovers": "keep")";
  return text + "}";
}

std::string mention(Random& random, const std::string& project, bool at_the_end) {
  if (!at_the_end && random.percent(40)) return "\"" + project + "\"";
  std::string text = R"({"projectPath": ")" + project + "\"";
  if (!at_the_end && random.percent(30)) text += R"(, "async": true)";
  if (random.percent(40)) text += R"(, "required": false)";
  if (!at_the_end && random.percent(40)) text += R"(, "delay": )" + std::to_string(50 * random.below(8));
  if (!at_the_end && random.percent(20)) text += R"(, "waitFor": "started")";
  if (!at_the_end && random.percent(15)) text += R"(, "restartWith": true)";
  if (at_the_end) text += R"(, "finally": true)";
  return text + "}";
}

/// Of those before `count`, some, and some of these in groups.
std::string mentions(Random& random, const std::vector<std::string>& projects, std::size_t count, int chance,
                     bool may_end) {
  std::string text;
  bool in_group = false;
  for (std::size_t at = 0; at < count; ++at) {
    if (!random.percent(chance)) continue;
    const bool at_the_end = may_end && !in_group && random.percent(12);
    if (!text.empty() && !text.ends_with('[')) text += ", ";
    if (!at_the_end && !in_group && random.percent(25)) {
      text += "[";
      in_group = true;
    }
    text += mention(random, projects[at], at_the_end);
    if (in_group && random.percent(40)) {
      text += "]";
      in_group = false;
    }
  }
  return "[" + text + (in_group ? "]" : "") + "]";
}

}  // namespace

RandomStack random_stack(Random& random) {
  RandomStack stack;
  const int steps = 1 + random.below(7);
  for (int at = 0; at < steps; ++at) stack.projects.push_back("./s" + std::to_string(at));
  stack.projects.emplace_back("./go");
  std::string workspace;
  std::string projects;
  for (std::size_t at = 0; at < stack.projects.size(); ++at) {
    const std::string& project = stack.projects[at];
    const bool last = at + 1 == stack.projects.size();
    const std::string comma = last ? "" : ",\n    ";
    workspace += "\"" + project + R"(": {"go": )" +
                 mentions(random, stack.projects, at, last ? 80 : 20, last) + "}" + comma;
    projects += "\"" + project + R"(": {"tasks": {"go": )" + task(random) + "}}" + comma;
  }
  stack.configuration = "{\"workspace\": {" + workspace + "},\n  \"projects\": {" + projects +
                        "},\n  \"recursive\": [{\"project\": \"./go\", \"tasks\": [\"go\"]}]" +
                        (random.percent(30) ? ",\n  \"stopOrder\": \"all\"}\n" : "}\n");
  return stack;
}

}  // namespace dream::soak
