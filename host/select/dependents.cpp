#include "select/dependents.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace dream::select {

std::vector<Dependent> with_dependents(std::span<const std::string> selected, const Needs& needs) {
  std::unordered_map<std::string_view, std::vector<std::string_view>> users;
  for (const auto& [project, needed] : needs) {
    for (const std::string& one : needed) users[one].push_back(project);
  }
  std::unordered_set<std::string_view> seen;
  // Views into what the caller has: the result moves its strings while it grows.
  std::vector<std::string_view> level;
  std::vector<Dependent> all;
  for (const std::string& project : selected) {
    if (!seen.insert(project).second) continue;
    level.push_back(project);
    all.push_back({project, {}});
  }
  while (!level.empty()) {
    std::vector<std::pair<std::string_view, std::string_view>> next;
    for (const std::string_view project : level) {
      const auto found = users.find(project);
      if (found == users.end()) continue;
      for (const std::string_view user : found->second) {
        if (seen.insert(user).second) next.emplace_back(user, project);
      }
    }
    std::ranges::sort(next);
    level.clear();
    for (const auto& [user, project] : next) {
      level.push_back(user);
      all.push_back({std::string(user), std::string(project)});
    }
  }
  return all;
}

}  // namespace dream::select
