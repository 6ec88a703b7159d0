#pragma once

#include <rapidjson/document.h>

#include <map>
#include <string>
#include <vector>

namespace dream::plugins {

/// The members of a workspace as a runner's own file names them, where the package manager's files name none.
struct RunnerMembers {
  std::vector<std::string> patterns;  ///< empty: it names none
  bool are_of_rush = false;           ///< to which a peer is no reason to wait
  /// Names of packages that a member takes from a registry though they are here, by its folder from the root.
  std::map<std::string, std::vector<std::string>> decoupled;
};

/// Of a rush.json.
[[nodiscard]] RunnerMembers members_of_rush(const rapidjson::Value& json);
/// Of a lerna.json.
[[nodiscard]] RunnerMembers members_of_lerna(const rapidjson::Value& json);

}  // namespace dream::plugins
