#pragma once

#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "unit/config/config_testing.hpp"
#include "unit/config/schema_judge.hpp"

/// What the tests of packaging/dream.schema.json share.
namespace dream::config {

using Dom = rapidjson::Document;
using rapidjson::Pointer;
using rapidjson::Value;

inline std::string read_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline Dom parse(const std::string& text) {
  Dom dom;
  dom.Parse<rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag>(text.c_str());
  EXPECT_FALSE(dom.HasParseError()) << text;
  return dom;
}

inline std::string json_text(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

/// Both judges of a dream.json.
class Judges {
 public:
  Judges() : rules_(parse(read_text(DREAM_SCHEMA))) {}

  /// Whatever the options are: these the reader leaves to the plugin.
  [[nodiscard]] bool schema_accepts(const Value& dom) const {
    Dom emptied;
    emptied.CopyFrom(dom, emptied.GetAllocator());
    empty_options(emptied);
    return accepts_options_of(emptied);
  }
  [[nodiscard]] bool accepts_options_of(const Value& dom) const {
    return config::schema_accepts(rules_, dom);
  }
  [[nodiscard]] static std::vector<std::string> problems(const Value& dom) {
    std::vector<std::string> lines;
    const LoadResult result = interpret_text(json_text(dom));
    for (const Problem& problem : result.problems) {
      if (problem.severity == Severity::error) lines.push_back(problem.message + " | " + problem.hint);
    }
    return lines;
  }
  [[nodiscard]] static bool reader_accepts(const Value& dom) { return problems(dom).empty(); }
  /// Whether they say the same; a test failure if not.
  bool agree(const Value& dom) const {
    const bool accepted = schema_accepts(dom);
    EXPECT_EQ(accepted, reader_accepts(dom))
        << json_text(dom) << "\nreader: " << testing::PrintToString(problems(dom));
    return accepted;
  }
  [[nodiscard]] const Value& rules() const { return rules_; }

 private:
  static void empty_options(Value& value) {
    if (value.IsArray())
      for (Value& element : value.GetArray()) empty_options(element);
    if (!value.IsObject()) return;
    for (auto& member : value.GetObject()) {
      if (member.name == "options" && member.value.IsObject())
        member.value.RemoveAllMembers();
      else
        empty_options(member.value);
    }
  }

  Dom rules_;
};

/// Valid files that together have every key; "acme" is an executor of their own.
inline std::vector<std::string> good_files() {
  return {read_text(DREAM_GOLDEN_DIR "/every_key.json"), "{}",
          R"({"executors": {"acme": {"plugin": "x.so", "options": {"a": [1, null]}}, "shell": {}},
              "executor": "acme",
              "tasks": {"t": {"async": true, "required": false, "delay": 2147483647, "service": true, "timeout": 1,
                "command": ["a", ""], "successCodes": [0],
                "health": {"exec": ["a", ""], "everyMs": 1, "failures": 2147483647},
                "restart": {"on": "on-failure", "max": 0, "windowMs": 1, "delayMs": 5, "maxDelayMs": 2147483647},
                "ready": [{"port": [1, 65535]}, {"tcp": "[::1]:1"}, {"tcp": "a:65535"}, {"exec": ["a", ""]}, {"notify": true}, {"healthcheck": true}, {"http": ":65535"},
                  {"http": {"url": "http://[::1]:8080/a?b=c", "status": [204, "200-399"], "headers": {"X-Key": "a b"}}}], "env": {"A": ""}, "envFile": [".env"],
                "stop": {"signal": "HUP", "grace": "1.5s"}, "pty": true, "stdin": "open", "leftovers": "end", "executor": "acme", "options": {}}},
              "projects": {"./**": {"envFile": [], "tasks": {"t": {"command": "x", "envFile": "y"}}}, "web/?": {}}})"};
}

/// Values of every type, and those on both sides of every bound.
inline const std::vector<std::string> candidates{"null",
                                                 "\":gen\"",
                                                 "\":\"",
                                                 "true",
                                                 "false",
                                                 "-1",
                                                 "-0.0",
                                                 "0",
                                                 "1",
                                                 "0.5",
                                                 "1.5",
                                                 "2e3",
                                                 "7.0",
                                                 "2147483647",
                                                 "2147483648",
                                                 "2147483647.0",
                                                 "2147483647.5",
                                                 "1e300",
                                                 "9223372036854775808",
                                                 "\"\"",
                                                 "\"x\"",
                                                 "\"shell\"",
                                                 "\"./a\"",
                                                 "\"/a\"",
                                                 "\"../a\"",
                                                 "\"./../a\"",
                                                 "\"a/..\"",
                                                 "\"*\"",
                                                 "\"a?b\"",
                                                 "\"..\"",
                                                 "\"..a\"",
                                                 "\"SIGTERM\"",
                                                 "\"TERM\"",
                                                 "\"sigterm\"",
                                                 "\"SIG\"",
                                                 "\"SIGRTMIN\"",
                                                 "\"SIGRTMIN+3\"",
                                                 "\"SIGRTMIN+30\"",
                                                 "\"RTMAX-29\"",
                                                 "\"RTMAX-0\"",
                                                 "\"15\"",
                                                 "[]",
                                                 "[\"x\"]",
                                                 "[\"\"]",
                                                 R"(["x", ""])",
                                                 "[1]",
                                                 "[\"x\", 1]",
                                                 "[[]]",
                                                 "[{}]",
                                                 "{}",
                                                 R"({"": "x"})",
                                                 R"({"A": ""})",
                                                 "{\"A\": 1}",
                                                 R"({"A=B": ""})",
                                                 "{\"A\": null}",
                                                 "{\"A\": {}}",
                                                 "{\"A\": []}",
                                                 R"({"projectPath": "a"})",
                                                 R"([{"projectPath": "a"}])",
                                                 R"({"project": "a", "tasks": []})",
                                                 "[65535]",
                                                 "65536",
                                                 "[0]",
                                                 "256",
                                                 "[255, 0]",
                                                 "\"2s\"",
                                                 "\"0s\"",
                                                 "\"1m30s\"",
                                                 "\"1.5s\"",
                                                 "\"2sec\"",
                                                 "\"started\"",
                                                 "\"ready\"",
                                                 "\"localhost:5432\"",
                                                 "\"no\"",
                                                 "\"always\"",
                                                 R"({"on": "failure"})",
                                                 R"({"port": 1})",
                                                 R"([{"port": 1}, {"log": "x"}])",
                                                 R"({"port": 1, "log": "x"})",
                                                 R"({"port": 1, "every": 1})",
                                                 R"({"port": 1, "tcp": "a:1"})",
                                                 R"({"every": 1})"};

}  // namespace dream::config
