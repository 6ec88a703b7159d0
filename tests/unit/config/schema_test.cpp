// The schema that the build makes and the reader agree: what one refuses, the other refuses. Options of the
// executors that come with dream are the schema's business alone.
#include <csignal>
#include <random>
#include <set>

#include "base/process.hpp"
#include "base/text.hpp"
#include "unit/config/schema_testing.hpp"

namespace dream::config {
namespace {

/// The parts of an object of dream.json: where it stands in a valid file, and its rules in the schema.
struct Part {
  std::string place;
  std::string rules;
};
const std::vector<Part> parts{
    {"", ""},
    {"/workspace/.~1services~1api/dev/0", "/definitions/dependencyObject"},
    {"/recursive/0", "/properties/recursive/items"},
    {"/executors/acme", "/properties/executors/patternProperties/^[a-zA-Z0-9_-][a-zA-Z0-9_.-]*$"},
    {"/projects/.~1services~1database", "/definitions/projectSettings"},
    {"/projects/.~1services~1database/tasks/start", "/definitions/task"},
    {"/projects/.~1services~1database/tasks/start/stop", "/definitions/task/properties/stop"},
    {"/tasks/dev", "/definitions/task"},
    {"/projects/.~1services~1database/tasks/start/ready", "/definitions/probe"},
    {"/projects/.~1services~1database/tasks/start/health", "/definitions/health"},
    {"/projects/.~1services~1api/tasks/test/restart", "/definitions/restart"},
};

/// What the reader says is known in the object at a place: it is asked with a key that nothing is like.
std::set<std::string> keys_of_reader(const std::string& place) {
  Dom dom = parse(good_files().front());
  Pointer(place + "/%&/()=").Set(dom, 1);
  dom = parse(good_files().front());
  Pointer(place + "/0123456789").Set(dom, 1);
  std::set<std::string> keys;
  for (const std::string& problem : Judges::problems(dom)) {
    const std::size_t list = problem.find("known here: ");
    if (list == std::string::npos) continue;
    std::string words = problem.substr(list + 12);
    const std::size_t last = words.find(" and ");
    if (last != std::string::npos) words.replace(last, 5, ", ");
    for (std::size_t start = 0; start < words.size();) {
      const std::size_t end = std::min(words.find(", ", start), words.size());
      keys.insert(words.substr(start, end - start));
      start = end + 2;
    }
  }
  return keys;
}

TEST(Schema, has_exactly_the_keys_that_the_reader_knows) {
  const Judges judges;
  for (const Part& part : parts) {
    const Value* rules = Pointer(part.rules).Get(judges.rules());
    ASSERT_NE(rules, nullptr) << part.rules;
    std::set<std::string> keys;
    for (const auto& property : (*rules)["properties"].GetObject()) keys.insert(property.name.GetString());
    EXPECT_EQ(keys, keys_of_reader(part.place)) << part.place;
    EXPECT_FALSE((*rules)["additionalProperties"].GetBool()) << part.rules;
  }
}

/// Of a key that has two.
std::string other_name(const std::string& key) {
  if (key == "project" || key == "projectPath") return key == "project" ? "projectPath" : "project";
  return key.ends_with("Ms") ? key.substr(0, key.size() - 2) : key + "Ms";
}

TEST(Schema, agrees_about_every_type_and_bound_of_every_key) {
  const Judges judges;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (const Part& part : parts) {
    const Value& properties = (*Pointer(part.rules).Get(judges.rules()))["properties"];
    for (const auto& property : properties.GetObject()) {
      // Which executors there are is not the schema's business.
      const bool names_executor = std::string_view(property.name.GetString()) == "executor";
      for (const std::string& value : candidates) {
        if (names_executor && value.front() == '"' && value != "\"\"") continue;
        // An object without its "plugin" would be an executor that nobody knows.
        if (part.place.empty() && std::string_view(property.name.GetString()) == "executors" &&
            value != "{}" && value.front() == '{')
          continue;
        Dom dom = parse(good_files().front());
        Pointer(part.place).Get(dom)->RemoveMember("service");  // it forbids async to be false
        Pointer(part.place).Get(dom)->RemoveMember(other_name(property.name.GetString()).c_str());
        if (part.place.empty()) dom.SetObject();
        const Dom given = parse(value);
        Pointer(part.place + "/" + property.name.GetString()).Set(dom, given);
        ++(judges.agree(dom) ? accepted : refused);
      }
    }
  }
  EXPECT_GT(accepted, 200U);
  EXPECT_GT(refused, 1000U);
}

TEST(Schema, agrees_about_every_probe) {
  const Judges judges;
  const auto ready = [](const std::string& value) {
    return parse(R"({"tasks": {"t": {"ready": )" + value + "}}}");
  };
  std::size_t accepted = 0;
  std::vector<std::string> values = candidates;
  for (const char* text :
       {"a:1", "a:0", "a:65535", "a:65536", "a:01", ":1", "a:", "a:1x", "a: 1", "a:+1", "::1:1", "[::1]:1",
        "[]:1", "[::1]1", "[::1", "[x]:1", "a]:1", "127.0.0.1:99999", "a:99999999999"})
    values.push_back(json_string(text));
  const Value& properties = (*Pointer("/definitions/probe").Get(judges.rules()))["properties"];
  for (const auto& property : properties.GetObject())
    for (const std::string& value : values)
      accepted += judges.agree(ready("{\"" + std::string(property.name.GetString()) + "\": " + value + "}"))
                      ? 1U
                      : 0U;
  EXPECT_GT(accepted, 50U);
  std::string eight = R"([{"port": 1})";
  for (int more = 0; more < 7; ++more) eight += R"(, {"port": 1})";
  EXPECT_TRUE(judges.agree(ready(eight + "]")));
  EXPECT_FALSE(judges.agree(ready(eight + R"(, {"port": 1}])")));
}

TEST(Schema, agrees_about_every_key_of_a_restart) {
  const Judges judges;
  const auto restart = [](const std::string& value) {
    return parse(R"({"tasks": {"t": {"restart": )" + value + "}}}");
  };
  std::size_t accepted = 0;
  const Value& properties = (*Pointer("/definitions/restart").Get(judges.rules()))["properties"];
  for (const auto& property : properties.GetObject()) {
    const std::string key = "\"" + std::string(property.name.GetString()) + "\": ";
    // The first pause is 0: no longest one is too short.
    const char* first =
        key.find("elay") == std::string::npos || key.find("max") != std::string::npos ? "\"delay\": 0, " : "";
    for (const std::string& value : candidates)
      accepted += judges.agree(restart("{" + std::string(first) + key + value + "}")) ? 1U : 0U;
  }
  EXPECT_GT(accepted, 50U);
  for (const char* word : {"no", "failure", "on-failure", "always"})
    EXPECT_TRUE(judges.agree(restart("\"" + std::string(word) + "\""))) << word;
  for (const char* word : {"", "on_failure", "never", "Always"})
    EXPECT_FALSE(judges.agree(restart("\"" + std::string(word) + "\""))) << word;
  for (const char* name : {"window", "delay", "maxDelay"})
    EXPECT_FALSE(judges.agree(restart("{\"" + std::string(name) + "\": 10000, \"" + name + "Ms\": 10000}")))
        << name;
}

TEST(Schema, agrees_about_every_signal) {
  const Judges judges;
  std::size_t accepted = 0;
  for (int number = 1; number < NSIG; ++number) {
    const std::string name = signal_name(number);
    for (const std::string& text : {name, name.substr(std::min<std::size_t>(3, name.size()))}) {
      accepted += judges.agree(parse(R"({"tasks": {"t": {"stop": {"signal": ")" + text + "\"}}}}")) ? 1U : 0U;
    }
  }
  EXPECT_GT(accepted, 50U);
}

TEST(Schema, agrees_about_names_of_projects_tasks_executors_and_variables) {
  const Judges judges;
  const std::vector<std::string> names{"",       "a",      ".",   "./",  "./a",     "a/b/", "..", "../a",
                                       "./../a", "././..", "..a", "/a",  "/",       "*",    "a?", "**",
                                       "./**/a", "a**",    "**a", "***", "a/**b/c", "a=b",  "=",  "A B",
                                       "-a",     ".a",     "a.b", "ä",   "a/../b",  "...",  "\n"};
  std::size_t accepted = 0;
  for (const std::string& name : names) {
    const std::string key = json_string(name);
    for (const std::string& text :
         {"{\"projects\": {" + key + ": {}}}", "{\"workspace\": {" + key + ": {}}}",
          R"({"workspace": {"a": {)" + key + ": []}}}", R"({"workspace": {"a": {"t": [)" + key + "]}}}",
          R"({"workspace": {"a": {"t": [{"projectPath": )" + key + "}]}}}", "{\"tasks\": {" + key + ": {}}}",
          R"({"projects": {"a": {"tasks": {)" + key + ": {}}}}}",
          "{\"executors\": {" + key + R"(: {"plugin": "x"}}})",
          R"({"tasks": {"t": {"env": {)" + key + ": \"\"}}}}",
          R"({"recursive": [{"project": )" + key + R"(, "tasks": ["t"]}]})"}) {
      accepted += judges.agree(parse(text)) ? 1U : 0U;
    }
  }
  EXPECT_GT(accepted, names.size());
}

TEST(Schema, agrees_about_what_must_be_there_and_what_excludes_each_other) {
  const Judges judges;
  for (const char* text : {R"({"workspace": {"a": {"t": [{}]}}})", R"({"recursive": [{}]})",
                           R"({"recursive": [{"project": "a"}]})", R"({"recursive": [{"tasks": []}]})",
                           R"({"tasks": {"t": {"service": true, "async": false}}})", "[]", "1",
                           R"({"workspace": {"a": {"t": [{"project": "b", "projectPath": "b"}]}}})",
                           R"({"workspace": {"a": {"t": [["b", {"project": "b", "finally": true}]]}}})",
                           R"({"tasks": {"t": {"stop": {"grace": 1, "graceMs": 1}}}})",
                           R"({"tasks": {"t": {"health": {"port": 1, "every": 1, "everyMs": 1}}}})"}) {
    EXPECT_FALSE(judges.agree(parse(text))) << text;
  }
  for (const char* text :
       {R"({"tasks": {"t": {"service": false, "async": false}}})", R"({"tasks": {"t": {"async": false}}})",
        R"({"tasks": {"t": {"service": true}}})", R"({"tasks": {"t": {"service": true, "async": true}}})"}) {
    EXPECT_TRUE(judges.agree(parse(text))) << text;
  }
}

/// Every value of a document, with its pointer; `options` are a plugin's business and stay whole.
void collect(const Value& value, const std::string& place, std::vector<std::string>& places) {
  places.push_back(place);
  if (value.IsObject()) {
    for (const auto& member : value.GetObject()) {
      std::string key;
      for (const char* c = member.name.GetString(); *c != '\0'; ++c)
        key += *c == '/' ? "~1" : *c == '~' ? "~0" : std::string(1, *c);
      if (key != "options") collect(member.value, std::string(place).append("/").append(key), places);
    }
  } else if (value.IsArray()) {
    for (rapidjson::SizeType at = 0; at < value.Size(); ++at)
      collect(value[at], place + "/" + std::to_string(at), places);
  }
}

/// One change of a value: another one in its place, none, or a new member with a value from elsewhere.
void mutate(Dom& dom, std::mt19937& random) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  static const std::vector<std::string>& values = candidates;
  static const std::vector<std::string> keys{
      "async",       "delay",     "required", "service",    "timeout",  "command",   "env",
      "envFile",     "stop",      "signal",   "graceMs",    "pty",      "options",   "projectPath",
      "task",        "project",   "tasks",    "projects",   "plugin",   "recursive", "workspace",
      "stdin",       "A",         "*",        "../x",       "dealy",    "ready",     "port",
      "tcp",         "log",       "exec",     "restart",    "on",       "max",       "window",
      "windowMs",    "delayMs",   "maxDelay", "maxDelayMs", "notify",   "http",      "url",
      "status",      "headers",   "X",        "health",     "every",    "failures",  "finally",
      "restartWith", "waitFor",   "group",    "affects",    "grace",    "everyMs",   "leftovers",
      "extends",     "stopOrder", "dotEnv",   "profiles",   "executor", "to"};
  std::vector<std::string> places;
  collect(dom, "", places);
  const std::string place = places[below(places.size())];
  const Dom value = below(3) == 0 ? parse(json_text(*Pointer(places[below(places.size())]).Get(dom)))
                                  : parse(values[below(values.size())]);
  switch (below(3)) {
    case 0:
      if (!place.empty()) Pointer(place).Erase(dom);
      break;
    case 1:
      Pointer(place).Set(dom, value);
      break;
    default: {
      Value* object = Pointer(place).Get(dom);
      const std::string& key = keys[below(keys.size())];
      if (!object->IsObject() || object->HasMember(key)) return;
      object->AddMember(Value(key, dom.GetAllocator()), Value(value, dom.GetAllocator()), dom.GetAllocator());
    }
  }
}

/// The errors that need more than the one value: whether an executor exists, two spellings of a project,
/// which of two times is longer, and whether a task names itself.
bool beyond_the_schema(const std::vector<std::string>& problems) {
  return std::all_of(problems.begin(), problems.end(), [](const std::string& problem) {
    return problem.starts_with("unknown executor") ||
           problem.find("is another spelling of") != std::string::npos ||
           problem.starts_with("the longest pause") ||
           problem.find("would wait for itself") != std::string::npos ||
           problem.find("is longer than 24 days") != std::string::npos;
  });
}

class SchemaMutants : public testing::TestWithParam<unsigned> {};

TEST_P(SchemaMutants, are_refused_by_both_or_by_neither) {
  const Judges judges;
  std::mt19937 random(GetParam());
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 100; ++round) {
    for (const std::string& good : good_files()) {
      Dom dom = parse(good);
      for (std::size_t changes = 1 + random() % 3; changes > 0; --changes) mutate(dom, random);
      const std::vector<std::string> problems = Judges::problems(dom);
      const bool fine = problems.empty() || beyond_the_schema(problems);
      EXPECT_EQ(judges.schema_accepts(dom), fine) << json_text(dom) << testing::PrintToString(problems);
      ++(fine ? accepted : refused);
    }
  }
  EXPECT_GT(accepted, 50U);
  EXPECT_GT(refused, 50U);
}

INSTANTIATE_TEST_SUITE_P(seeds, SchemaMutants, testing::Range(1U, 9U));

TEST(Schema, agrees_about_every_form_of_a_time) {
  const Judges judges;
  std::size_t accepted = 0;
  for (const char* text :
       {"0",     "00",        "5",     "5ms",   "0ms",     "2s",    "0s",   "0.0s", "1.5s", "1.125h",
        "1m30s", "1h2m3s4ms", "1h4ms", "1m4ms", "0h0m1ms", "",      "s",    "ms",   "-1s",  "+1s",
        " 1s",   "1s ",       "1 s",   "1S",    "1sec",    "1d",    "1us",  "1m30", "1.5",  "1.s",
        ".5s",   "1.0005s",   "1.5ms", "1s1m",  "1s1s",    "1ms1s", "1,5s", "1e3",  "0x1s", "1m30s!"}) {
    for (const char* key : {"delay", "timeout", "readyTimeout"})
      accepted += judges.agree(parse(R"({"tasks": {"t": {")" + std::string(key) + "\": \"" + text + "\"}}}"))
                      ? 1U
                      : 0U;
    for (const char* place :
         {R"({"tasks": {"t": {"stop": {"grace": ")", R"({"tasks": {"t": {"stop": {"graceMs": ")",
          R"({"tasks": {"t": {"restart": {"window": ")",
          R"({"tasks": {"t": {"health": {"port": 1, "every": ")"})
      accepted += judges.agree(parse(place + std::string(text) + "\"}}}}")) ? 1U : 0U;
  }
  EXPECT_GT(accepted, 60U);
}

/// The schema that is written by hand, and every place of it where a key is defined.
class WrittenKeys : public testing::Test {
 protected:
  WrittenKeys() { collect(judges_.rules()); }

  void collect(const Value& schema) {
    if (schema.IsArray()) {
      for (const Value& one : schema.GetArray()) collect(one);
    } else if (schema.IsObject()) {
      for (const auto& member : schema.GetObject()) {
        const std::string_view word = member.name.GetString();
        // What only narrows, and what is made of a plugin's own schema: "npm.options".
        if (word == "if" || word == "then" || word == "else" || word == "default" || word == "examples")
          continue;
        if (word.find('.') != std::string_view::npos && !word.starts_with('^')) continue;
        if (word == "properties") {
          for (const auto& property : member.value.GetObject())
            keys_.emplace_back(property.name.GetString(), &property.value);
        }
        collect(member.value);
      }
    }
  }

  [[nodiscard]] bool accepts(const Value& schema, const Value& value) const {
    Dom whole;
    whole.CopyFrom(schema, whole.GetAllocator());
    whole.AddMember("definitions", Value(judges_.rules()["definitions"], whole.GetAllocator()),
                    whole.GetAllocator());
    return config::schema_accepts(whole, value);
  }

  Judges judges_;
  std::vector<std::pair<std::string, const Value*>> keys_;
};

TEST_F(WrittenKeys, are_described_and_have_examples_that_they_accept) {
  EXPECT_GT(keys_.size(), 80U);
  for (const auto& [name, schema] : keys_) {
    EXPECT_TRUE(schema->HasMember("description")) << name;
    const bool speaks_for_itself =
        schema->HasMember("enum") || (schema->HasMember("type") && (*schema)["type"] == "boolean");
    EXPECT_TRUE(speaks_for_itself || schema->HasMember("examples")) << name;
    EXPECT_TRUE(!schema->HasMember("default") || accepts(*schema, (*schema)["default"])) << name;
    if (!schema->HasMember("examples")) continue;
    for (const Value& example : (*schema)["examples"].GetArray())
      EXPECT_TRUE(accepts(*schema, example)) << name << ": " << json_text(example);
  }
}

TEST(Schema, accepts_the_good_files) {
  const Judges judges;
  for (const std::string& good : good_files()) EXPECT_TRUE(judges.agree(parse(good)));
}

}  // namespace
}  // namespace dream::config
