#pragma once

#include "config/diagnostics.hpp"
#include "config/json.hpp"

namespace dream::config {

/// Finds what RapidJSON accepts and dream doesn't: duplicate keys and halves of surrogate pairs.
void check_structure(const Tree& tree, ProblemList& problems);

}  // namespace dream::config
