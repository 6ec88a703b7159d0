#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace dream::plugin {

/// Whether nobody but this user and root may change a file, or put another one in its place: it and every
/// folder above it are judged. An Error{plugin} says who could, and what to do. A file that isn't there
/// passes.
[[nodiscard]] Result<void> check_owner(const std::filesystem::path& path);

}  // namespace dream::plugin
