#pragma once

#include <filesystem>

#include "config/diagnostics.hpp"
#include "config/document.hpp"
#include "config/json.hpp"

namespace dream::config {

/// Puts values in place of `${NAME}` in the strings of `env`, `options`, `ready`, `health` and of commands
/// that are arrays. Lines for a shell stay as they are: the shell expands them, with the variables of the
/// task. `root`: the folder whose `.env` has the variables that the environment lacks. A tree without a `${`
/// isn't looked at.
[[nodiscard]] Expansions expand_variables(Tree& tree, const std::filesystem::path& root,
                                          const Outside& outside, ProblemList& problems);

}  // namespace dream::config
