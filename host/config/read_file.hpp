#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

#include "base/open_file.hpp"
#include "base/result.hpp"

/// Errors have the code configuration.
namespace dream::config {

/// How much of a file is read, and for how long one that isn't a regular file.
struct ReadLimits {
  std::size_t size = 0;               ///< bytes; a larger file is an error
  std::chrono::milliseconds time{0};  ///< what a pipe or a device may take to its end; 0: they are refused
};

/// The bytes of a file that was found, which messages call `name`. A regular file never makes it wait.
[[nodiscard]] Result<std::string> read_file(const FoundFile& file, const std::filesystem::path& name,
                                            const ReadLimits& limits);

/// The error for a file that isn't there.
[[nodiscard]] Error no_such_file(const std::filesystem::path& file);

/// The bytes of a regular file, at most `max_size` of them.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file, std::size_t max_size);

}  // namespace dream::config
