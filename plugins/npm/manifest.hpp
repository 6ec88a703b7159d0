#pragma once

#include <dream/sdk.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "shared/packages.hpp"
#include "shared/tasks.hpp"

namespace dream::plugins {

/// What is kept of a package.json.
struct Manifest {
  Package package;
  sdk::Result<Tasks> scripts;        ///< what else the file says counts without them
  std::string package_manager;       ///< "pnpm@9.0.0"
  std::vector<std::string> engines;  ///< names in `devEngines.packageManager`, of which any will do
};

/// The package.json of a folder; nullptr: there is none. The file is read again only when it has changed.
[[nodiscard]] sdk::Result<std::shared_ptr<const Manifest>> manifest_in(const std::filesystem::path& folder);

}  // namespace dream::plugins
