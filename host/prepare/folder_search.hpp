#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "plan/workspace.hpp"

namespace dream::prepare {

/// Folders that can be projects, by their names as projects.
struct FoundFolders {
  std::set<std::string> fit;
  std::set<std::string> unfit;  ///< their names can't be shown; not looked into
};

/// The folders that the globs match, but for hidden ones and `node_modules`.
[[nodiscard]] FoundFolders folders_matching(const std::filesystem::path& root,
                                            const std::vector<std::string>& globs);

/// Of all globs that dream.json gives settings or dependencies.
[[nodiscard]] FoundFolders folders_of_globs(const Workspace& workspace);

}  // namespace dream::prepare
