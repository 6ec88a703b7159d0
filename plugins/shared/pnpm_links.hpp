#pragma once

#include <filesystem>
#include <string>

namespace dream::plugins {

/// Whether a member of the workspace is meant by a range of versions that it fits ("^1.0.0"), and by
/// `catalog:`, in the workspace of this root. Not with pnpm from 9 on, for which only `workspace:` and paths
/// mean members, unless its setting `linkWorkspacePackages` says otherwise. `package_manager`: what the
/// root's package.json calls so; where that says no version, the lock file tells.
[[nodiscard]] bool ranges_mean_members(const std::filesystem::path& root, const std::string& package_manager);

}  // namespace dream::plugins
