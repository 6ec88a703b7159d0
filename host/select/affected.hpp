#pragma once

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

/// The projects that the changes count for, in the order of `projects`, which are normalised; pure.
///
/// A file counts for the deepest project that it lies in. One that lies in no project, or in none but the
/// root
/// `./`, counts for all projects if a glob of `affects` (none: default_affects()) matches its path. A folder
/// below which anything may have changed counts for the project that it lies in and for all inside it. The
/// cost grows with the number of changes and of projects, not with their product.
[[nodiscard]] std::vector<Affected> affected_projects(std::span<const std::string> projects,
                                                      const Changes& changes,
                                                      const std::optional<std::vector<std::string>>& affects);

}  // namespace dream::select
