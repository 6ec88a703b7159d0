#include "process/child_environment.hpp"

#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>

namespace dream::process {

namespace {

constexpr std::string_view folder_variable = "PWD=";

/// "NAME="
std::string_view name_of(std::string_view entry) {
  return entry.substr(0, entry.find('=') + 1);
}

}  // namespace

ChildEnvironment::ChildEnvironment(const std::vector<std::string>& environment,
                                   const std::vector<std::string>& variables, const std::string& directory,
                                   const std::string& listen_pid) {
  const auto is_replaced = [&](std::string_view entry) {
    return std::ranges::any_of(
        variables, [&](std::string_view variable) { return entry.starts_with(name_of(variable)); });
  };
  bool has_folder = is_replaced(folder_variable);
  entries_.reserve(environment.size() + variables.size() + 2);
  for (const std::string& entry : environment) {
    if (is_replaced(entry)) continue;
    has_folder = has_folder || entry.starts_with(folder_variable);
    const bool is_pid = !listen_pid.empty() && entry == listen_pid;
    entries_.push_back(is_pid ? with_room_for_pid(name_of(entry)) : const_cast<char*>(entry.c_str()));
  }
  for (const std::string& variable : variables) entries_.push_back(const_cast<char*>(variable.c_str()));
  if (!has_folder) {
    directory_ = std::string(folder_variable) + directory;
    entries_.push_back(directory_.data());
  }
  entries_.push_back(nullptr);
}

char* ChildEnvironment::with_room_for_pid(std::string_view name) {
  constexpr std::size_t most_digits = std::numeric_limits<pid_t>::digits10 + 1;
  listen_pid_ = name;
  listen_pid_.resize(name.size() + most_digits);
  place_of_pid_ = listen_pid_.data() + name.size();
  return listen_pid_.data();
}

}  // namespace dream::process
