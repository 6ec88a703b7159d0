#pragma once

#include <cstddef>

/// Commands that are run beside a step, as probes are.
namespace dream::plugins {

/// The exit codes of one that can't be run, as a shell has them.
inline constexpr int not_executable = 126;
inline constexpr int not_found = 127;

/// So much is kept of what one writes, the last of it.
inline constexpr std::size_t kept_output = 4096;

}  // namespace dream::plugins
