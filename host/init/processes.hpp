#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>

#include "init/draft.hpp"

/// What process runners' files have in common. May throw YAML::Exception.
namespace dream::init {

/// Where a process runs: the project that is its folder, and what a command needs in front of it where it is
/// none.
struct ProcessFolder {
  std::string project = "./";
  std::string before;  ///< "cd DIR || exit; ", as a line may be several commands
};
[[nodiscard]] ProcessFolder folder_of_process(const std::string& written);

/// Where there is no .env in the folder, which `tool` would read, but a file to make it from: a remark.
void tell_env_example(const std::filesystem::path& folder, const std::string& tool, Draft& draft);

/// A line for `shell` ("bash", "sh") as a task's command: an array where dream's own shell wouldn't
/// understand it.
[[nodiscard]] std::string shell_command_json(const std::string& line, const std::string& shell);
/// A word of a task's command in which dream expands nothing.
[[nodiscard]] std::string without_variables(const std::string& argument);

}  // namespace dream::init
