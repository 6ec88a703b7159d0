#pragma once

#include "config/diagnostics.hpp"
#include "config/json.hpp"

namespace dream::config {

/// The syntax error of a tree that couldn't be parsed, in words that say what to write instead.
[[nodiscard]] Problem syntax_error(const Tree& tree);

}  // namespace dream::config
