#pragma once

#include "cli/options.hpp"

namespace dream::cli {

/// `dream plugin new NAME [DIR]`: writes a repository that builds a plugin of this name. An exit code.
[[nodiscard]] int new_plugin(const Options& options);

}  // namespace dream::cli
