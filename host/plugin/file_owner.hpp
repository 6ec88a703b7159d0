#pragma once

#include <filesystem>
#include <optional>

#include "base/open_file.hpp"
#include "base/result.hpp"

namespace dream::plugin {

/// Finds a file that nobody but this user and root may change, or put another one in its place: it, every
/// folder above it, and every link on the way to it are judged, modes and access control lists. An
/// Error{plugin} says who could, and what to do. nullopt: there is no such file.
[[nodiscard]] Result<std::optional<FoundFile>> find_safe_file(const std::filesystem::path& path);

}  // namespace dream::plugin
