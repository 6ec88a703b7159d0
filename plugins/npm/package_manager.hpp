#pragma once

#include <dream/sdk.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dream::plugins {

/// A program that runs the scripts of a package.json.
struct PackageManager {
  std::string name;                     ///< and program: "npm"
  std::vector<std::string> lock_files;  ///< what it leaves beside a package.json
  bool separates_arguments = false;     ///< wants `--` before the script's arguments
  bool drops_dashes = false;            ///< takes a first `--` of the script's arguments for its own
  bool starts_servers = false;          ///< runs server.js where there is no script "start"
  std::string node_options;             ///< the variable whose value Node gets in scripts
  std::string how_to_install;
};

/// The package manager of this name; nullptr: there is none.
[[nodiscard]] const PackageManager* find_package_manager(std::string_view name);

/// Which one is used in `folder`: what `packageManager` or else `devEngines.packageManager` of its
/// package.json says, or of the nearest folder above, up to `root`; else whose lock file lies there; else
/// npm.
[[nodiscard]] sdk::Result<const PackageManager*> detect_package_manager(const std::string& folder,
                                                                        const std::string& root);

/// Whether the npm at `program` ends with the exit code of its script wherever it runs it. Up to 10.8 it
/// doesn't in a member of an npm workspace: it ends with 1, or with 0.
[[nodiscard]] bool keeps_exit_code_in_workspaces(const std::filesystem::path& program);

}  // namespace dream::plugins
