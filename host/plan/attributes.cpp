#include "plan/attributes.hpp"

#include <utility>

namespace dream::plan {

namespace {

std::string milliseconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) + " ms";
}

PlanError refusal(std::string message, std::string hint, SourceOffset where, SourceOffset also = {}) {
  return {Error{ErrorCode::plan, std::move(message), "", std::move(hint)}, where, also};
}

}  // namespace

std::string differences(const Attributes& mentioned, const Attributes& decided) {
  std::string text;
  const auto add = [&](const char* name, const std::string& asked, const std::string& got) {
    if (asked == got) return;
    if (!text.empty()) text += ", ";
    text += std::string(name) + " " + asked + " instead of " + got;
  };
  const auto word = [](bool value) { return std::string(value ? "true" : "false"); };
  add("async", word(mentioned.background), word(decided.background));
  add("required", word(mentioned.required), word(decided.required));
  add("delay", milliseconds(mentioned.delay), milliseconds(decided.delay));
  return text;
}

boost::system::result<void, PlanError> put_at_the_end(Step& step) {
  constexpr Duration default_timeout = std::chrono::seconds(30);
  step.finally = true;
  if (!step.timeout) step.timeout = default_timeout;
  if (step.restart.max == 0) step.restart.max = Restart{}.max;  // every run comes to its end
  const char* misfit = nullptr;
  if (step.service)
    misfit = R"("service": true)";
  else if (step.background)
    misfit = R"("async": true)";
  else if (step.delay > Duration{0})
    misfit = "\"delay\"";
  if (misfit == nullptr) return boost::system::in_place_value;
  return refusal(to_string(step.id) + " runs at the end, in front, but has " + misfit,
                 R"(take that away, or "finally": true)", step.where);
}

PlanError needed_before_the_end(const StepId& id, SourceOffset where, SourceOffset also) {
  return refusal(to_string(id) + R"( runs at the end ("finally"), and is needed before it, too)",
                 R"(write "finally": true in both entries or in none)", where, also);
}

bool keeps_what_becomes_ready(const Dependency& entry, const Step& step) {
  return !step.background && step.leftovers == Leftovers::keep && !step.ready.empty() &&
         entry.wait_for != WaitFor::started;
}

PlanError cycle(const std::string& steps, SourceOffset where) {
  return refusal("the dependencies form a cycle: " + steps, "remove one of these dependencies", where);
}

PlanError requested_and_at_the_end(const StepId& id, SourceOffset where) {
  return refusal(to_string(id) + R"( is requested, and runs at the end ("finally"), too)",
                 "request it in a run of its own", where);
}

PlanError nothing_tells(const StepId& id, SourceOffset where) {
  return refusal("the dependency waits until " + to_string(id) + " is ready, but nothing tells when it is",
                 R"(write "ready" into its task's settings, or "waitFor": "started")", where);
}

PlanError service_that_keeps(const Step& step) {
  return refusal(to_string(step.id) + R"( is a service, and has "leftovers": "keep": it has nothing to keep)",
                 R"(give it "leftovers": "end", or make it no service)", step.where);
}

}  // namespace dream::plan
