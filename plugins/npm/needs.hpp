#pragma once

#include <dream/sdk.hpp>
#include <vector>

namespace dream::plugins {

/// The projects of the workspace that the package.json of a project names, in its order. What was read is
/// kept for the next project.
[[nodiscard]] sdk::Result<std::vector<sdk::NeededProject>> npm_needs(const sdk::Host& host,
                                                                     const sdk::Project& project);

}  // namespace dream::plugins
