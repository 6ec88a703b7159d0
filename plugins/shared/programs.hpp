#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "json_file.hpp"

/// Programs of this machine.
namespace dream::plugins {

/// The value of a variable in NAME=VALUE entries; empty when there is none.
[[nodiscard]] inline std::string variable(const std::vector<std::string>& environment,
                                          const std::string& name) {
  std::string value;
  for (const std::string& entry : environment) {
    if (entry.starts_with(name + "=")) value = entry.substr(name.size() + 1);
  }
  return value;
}

/// Gives a variable a value, whether it has one or not.
inline void set_variable(std::vector<std::string>& environment, const std::string& name,
                         const std::string& value) {
  std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(name + "="); });
  environment.push_back(name + "=" + value);
}

/// Gives a variable a value if it has none.
inline void set_default(std::vector<std::string>& environment, const std::string& name,
                        const std::string& value) {
  const bool has = std::any_of(environment.begin(), environment.end(),
                               [&](const std::string& entry) { return entry.starts_with(name + "="); });
  if (!has) environment.push_back(name + "=" + value);
}

/// The file of a program: what its path names, or, of a name without a slash, that in one of the folders of
/// `search_path`, a PATH; empty when there is none.
[[nodiscard]] inline std::filesystem::path find_program(const std::string& program,
                                                        std::string_view search_path) {
  const auto is_program = [](const std::filesystem::path& file) {
    return is_file(file) && ::access(file.c_str(), X_OK) == 0;
  };
  if (program.find('/') != std::string::npos) return is_program(program) ? program : std::string();
  if (search_path.empty()) search_path = "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const std::size_t colon = search_path.find(':');
    std::filesystem::path file = std::filesystem::path(search_path.substr(0, colon)) / program;
    if (is_program(file)) return file;
    if (colon == std::string_view::npos) return {};
    search_path.remove_prefix(colon + 1);
  }
}

[[nodiscard]] inline bool is_installed(const std::string& program, std::string_view search_path) {
  return !find_program(program, search_path).empty();
}

/// The PATH of this process.
[[nodiscard]] inline std::string own_search_path() {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  return path == nullptr ? "" : path;
}

/// Programs that pass signals on to the scripts that they run (dream_child.relays). Node's are known by
/// their title, or by their file.
[[nodiscard]] inline std::vector<std::string> script_runners() {
  return {"npm",          "node npm",    "node npm-cli", "pnpm",        "node pnpm", "node yarn",
          "node yarnpkg", "node yarn-2", "node yarn-3",  "node yarn-4", "deno task"};
}

}  // namespace dream::plugins
