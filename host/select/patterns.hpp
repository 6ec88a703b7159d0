#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace dream::select {

/// The projects that the values of `-p` mean, out of `projects`, which are normalised: in the order of the
/// patterns, those of one pattern by name, each once. Pure.
///
/// A pattern is a path from the root, in any spelling, or a glob as glob_matches() reads it; a project of
/// exactly this name is taken before the name is read as a glob. One that begins with `!` takes away,
/// wherever it stands; where there are no others, it takes from all projects. (A folder whose name begins
/// with `!` is written `./!name`.)
///
/// Error{usage}: a pattern that matches no project (also one that takes away), that leaves the workspace, or
/// nothing is left.
[[nodiscard]] Result<std::vector<std::string>> select_by_pattern(std::span<const std::string> patterns,
                                                                 std::span<const std::string> projects);

}  // namespace dream::select
