#pragma once

#include <string>
#include <vector>

#include "e2e/dream_run.hpp"
#include "e2e/workspace.hpp"
#include "integration/far_tasks.hpp"

namespace dream::ssh::testing {

/// What the server of the tests has put there.
inline std::string server_file(const std::string& name) {
  return std::string(DREAM_SSH_SERVER "/") + name;
}

using dream::far::fifty_megabytes;
using dream::far::task;
using dream::far::tasks_with_life_line;
using dream::far::text_of;

/// The members of ssh's options for the server of the tests.
inline std::string far(const std::string& configuration = "client") {
  return R"("host": "far", "config": ")" + server_file(configuration) + "\"";
}

/// A workspace whose project ./a runs on the server, in its own folder: `tasks` and further options are
/// members of objects.
struct FarWorkspace : e2e::Workspace {
  explicit FarWorkspace(const std::string& tasks, const std::string& options = far(),
                        const std::string& workspace = "")
      : Workspace(R"({"executors": {"ssh": {"options": {"env": ["ROOT"]}}}, "workspace": {)" + workspace +
                  R"(}, "projects": {"./a": {"executor": "ssh", "options": {)" + options +
                  R"(}, "tasks": {)" + tasks +
                  R"(}}, "./b": {"tasks": {"go": {"command": "echo b runs"}}}}})") {}

  [[nodiscard]] e2e::Launch launch(const std::vector<std::string>& words,
                                   const std::string& project = "a") const {
    return {.arguments = words, .folder = project, .environment = {{"OWN", "of dream"}, {"SECRET", "kept"}}};
  }
};

}  // namespace dream::ssh::testing
