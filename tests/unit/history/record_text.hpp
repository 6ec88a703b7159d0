#pragma once

#include <string>
#include <vector>

#include "history/record.hpp"

namespace dream::history {

/// The lines of a record of ./a:go, in the background, and ./b:go behind its begin.
inline std::string record_text(const std::vector<std::string>& events, const std::string& run = "5f0c") {
  std::string text = R"({"dream":"0.1.0","v":1,"run":")" + run +
                     R"(","pid":7,"root":"/w","requested":["./b:go"],"startedMs":1000,)"
                     R"("commandLine":["dream","go"],"files":[{"path":"/w/dream.json","sha256":"00ff"}]})"
                     "\n"
                     R"({"v":1,"atUs":0,"event":"planned","steps":[)"
                     R"({"step":"./a:go","project":"./a","task":"go","background":true,"required":true},)"
                     R"({"step":"./b:go","project":"./b","task":"go","required":true,"requested":true}]})"
                     "\n";
  for (const std::string& event : events) text += event + "\n";
  return text;
}

/// `{"v":1,"atUs":…,"event":"NAME","step":"STEP"…}`.
inline std::string event_text(int at_us, const std::string& name, const std::string& step,
                              const std::string& more = {}) {
  return R"({"v":1,"atUs":)" + std::to_string(at_us) + R"(,"event":")" + name + R"(","step":")" + step +
         "\"" + (more.empty() ? "" : ",") + more + "}";
}

inline std::string summary_text(int at_us, const std::string& steps = {}, int code = 0) {
  return R"({"v":1,"atUs":)" + std::to_string(at_us) + R"(,"event":"summary","exitCode":)" +
         std::to_string(code) + R"(,"steps":[)" + steps + "]}";
}

}  // namespace dream::history
