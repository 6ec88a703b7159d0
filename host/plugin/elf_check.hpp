#pragma once

#include <cstdint>
#include <filesystem>

#include "base/open_file.hpp"
#include "base/result.hpp"

namespace dream::plugin {

/// Whether a file can be handed to the dynamic loader: a whole shared library for this machine. The loader is
/// not asked because it dies of a truncated file (SIGBUS) and calls a foreign architecture "no such file".
/// Only its headers are read, however large it is. Errors: plugin, `where` is `name`.
[[nodiscard]] Result<void> check_shared_library(const FoundFile& file, const std::filesystem::path& name);

/// The same for the file at this path.
[[nodiscard]] Result<void> check_shared_library(const std::filesystem::path& path);

/// A larger file is no plugin: it would take seconds to hash.
inline constexpr std::uint64_t max_plugin_size = std::uint64_t{256} << 20U;

/// Whether the loader searches for the libraries that it needs where the library itself says (DT_RUNPATH):
/// beside itself, as a rule.
[[nodiscard]] bool has_search_path(const FoundFile& library);

}  // namespace dream::plugin
