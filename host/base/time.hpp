#pragma once

#include <chrono>

namespace dream {

/// All time in dream is monotonic and in nanoseconds. The clock is read in one place (runtime) and passed
/// down.
using Duration = std::chrono::nanoseconds;
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// The one place where the clock is read.
[[nodiscard]] inline Instant read_clock() noexcept {
  return std::chrono::steady_clock::now();
}

}  // namespace dream
