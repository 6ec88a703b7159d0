#pragma once

#include <algorithm>
#include <dream/sdk/task.hpp>
#include <string>
#include <vector>

namespace dream::plugins {

/// What dream.json gives the task, and those of dream's own variables that `names` has: NAME=VALUE.
[[nodiscard]] inline std::vector<std::string> given_environment(const sdk::Task& task,
                                                                const std::vector<std::string>& names) {
  std::vector<std::string> given = task.own_environment();
  std::vector<std::string> whole = task.environment();
  whole.push_back("PWD=" +
                  std::string(task.directory()));  // as a process has it whose folder nobody has told
  for (const std::string& name : names) {
    const auto is_it = [prefix = name + "="](const std::string& entry) { return entry.starts_with(prefix); };
    const auto found = std::ranges::find_if(whole, is_it);
    if (found != whole.end() && std::ranges::none_of(given, is_it)) given.push_back(*found);
  }
  return given;
}

}  // namespace dream::plugins
