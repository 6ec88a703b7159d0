#pragma once

#include "cli/options.hpp"

namespace dream::cli {

/// `dream plugin info ID|FILE`: an exit code.
[[nodiscard]] int plugin_info(const Options& options);

}  // namespace dream::cli
