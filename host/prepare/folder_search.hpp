#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "plan/workspace.hpp"

namespace dream::prepare {

/// Folders that can be projects, by their names as projects.
struct FoundFolders {
  std::set<std::string> fit;
  std::set<std::string> unfit;                          ///< their names can't be shown; not looked into
  std::map<std::filesystem::path, std::string> unread;  ///< those that nobody could look into, and why
  std::optional<Error> problem;  ///< one of these is where a glob begins: nobody knows what it matches
};

/// The folders that the globs match, but for hidden ones and `node_modules`.
[[nodiscard]] FoundFolders folders_matching(const std::filesystem::path& root,
                                            const std::vector<std::string>& globs);

/// Of all globs that dream.json gives settings or dependencies.
[[nodiscard]] FoundFolders folders_of_globs(const Workspace& workspace);

}  // namespace dream::prepare
