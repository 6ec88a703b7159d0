#pragma once

#include "cli/options.hpp"

namespace dream::cli {

/// `dream plugin check FILE`: 0, or 1 when the plugin breaks a rule that it must keep.
[[nodiscard]] int check_plugin(const Options& options);

}  // namespace dream::cli
