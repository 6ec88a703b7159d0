#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace dream::plugin {

/// Whether a file can be handed to the dynamic loader: a whole shared library for this machine. The loader is
/// not asked because it dies of a truncated file (SIGBUS) and calls a foreign architecture "no such file".
/// Errors: plugin, `where` is the path.
[[nodiscard]] Result<void> check_shared_library(const std::filesystem::path& path);

}  // namespace dream::plugin
