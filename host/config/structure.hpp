#pragma once

#include "config/diagnostics.hpp"
#include "config/json.hpp"

namespace dream::config {

/// Finds what RapidJSON accepts and dream doesn't: duplicate keys, halves of surrogate pairs, values that are
/// nested too deeply. False: too deep, nothing may walk the tree.
[[nodiscard]] bool check_structure(const Tree& tree, ProblemList& problems);

}  // namespace dream::config
