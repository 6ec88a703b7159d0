#pragma once

#include <dream/sdk.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace dream::plugins {

/// The patterns under `packages` of a pnpm-workspace.yaml, those that take out last: with pnpm they always
/// win. Of YAML only lists of texts are understood there, in either form; all else of the file isn't looked
/// at.
[[nodiscard]] sdk::Result<std::vector<std::string>> pnpm_members(const std::filesystem::path& file);

}  // namespace dream::plugins
