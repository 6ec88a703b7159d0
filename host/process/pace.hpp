#pragma once

#include <chrono>

#include "base/time.hpp"

namespace dream::process {

/// Keeps work that may grow with the machine's load from taking more than a ninth of the time: after some
/// that took longer than what nobody notices, the next waits for eight times as long.
class Pace {
 public:
  void worked(Instant begin, Instant end) {
    if (end - begin > unnoticed) next_ = end + 8 * (end - begin);
  }
  /// When the work that is due at `time` is to be done.
  [[nodiscard]] Instant next(Instant time) const { return time < next_ ? next_ : time; }

 private:
  static constexpr Duration unnoticed = std::chrono::milliseconds(1);
  Instant next_{};
};

}  // namespace dream::process
