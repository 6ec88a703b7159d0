#pragma once

#include <dream/sdk.hpp>
#include <vector>

namespace dream::plugins {

/// The projects of the workspace that the manifests of a project name, in their order: the import map of its
/// deno.json or deno.jsonc, then its package.json, then what the import map of its workspace's root has for
/// all members. What was read is kept for the next project.
[[nodiscard]] sdk::Result<std::vector<sdk::NeededProject>> deno_needs(const sdk::Project& project);

}  // namespace dream::plugins
