#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace dream::config {

/// The bytes of a regular file (or a pipe), at most `max_size` of them. Errors have the code configuration.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file, std::size_t max_size);

}  // namespace dream::config
