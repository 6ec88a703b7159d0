#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "select/changes.hpp"

namespace dream::select {

/// A project that a change counts for.
struct Affected {
  std::string project;
  /// One of the changed files, from the root; a folder ends with a slash, and the root is `./`.
  std::string reason;
};

/// The files of the root that count for every project where dream.json has no `affects`.
[[nodiscard]] const std::vector<std::string>& default_affects();

/// The folder of each project without the links on the way to it, as git has its files: "libs/api",
/// "../shared"; "" is the root. Of one that isn't there, its name.
[[nodiscard]] std::vector<std::string> real_folders(const std::filesystem::path& root,
                                                    std::span<const std::string> projects);

/// The projects that the changes count for, in the order of `projects`, which are normalised; pure.
///
/// A file counts for the deepest project that it lies in, by its name or by its real folder, where
/// `real_folders` has them. One that lies in no project, or in none but the root `./`, counts for all
/// projects if a glob of `affects` (none: default_affects()) matches its path. A folder below which anything
/// may have changed counts for the project that it lies in and for all inside it. The cost grows with the
/// number of changes and of projects, not with their product.
[[nodiscard]] std::vector<Affected> affected_projects(std::span<const std::string> projects,
                                                      const Changes& changes,
                                                      const std::optional<std::vector<std::string>>& affects,
                                                      std::span<const std::string> real_folders = {});

}  // namespace dream::select
