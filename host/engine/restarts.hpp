#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "engine/deadlines.hpp"
#include "plan/workspace.hpp"

namespace dream::engine {

/// The restarts of one step: how many there were, and the pause before the next.
class Restarts {
 public:
  /// An attempt is over, or about to be. `well_since`: when it was ready, or had started where nothing tells
  /// that; none: it never was. One that ran well for `good_after` makes the next pause the first again.
  void see_end(Instant now, std::optional<Instant> well_since, bool has_ready, Duration good_after) {
    const bool long_enough = well_since && now - *well_since >= good_after;
    if (long_enough) in_a_row_ = 0;
    proven_ = proven_ || (has_ready ? well_since.has_value() : long_enough);
  }

  /// How many count for Restart::max: all, until the step has been ready for the first time.
  [[nodiscard]] std::size_t counted(const Restart& restart, Instant now, bool foreground) const {
    if (foreground || !proven_ || restart.max == 0) return all_;
    return static_cast<std::size_t>(
        std::ranges::count_if(moments_, [&](Instant moment) { return now - moment < restart.window; }));
  }

  [[nodiscard]] bool may_come(const Restart& restart, Instant now, bool foreground) const {
    return restart.max == 0 || counted(restart, now, foreground) < restart.max;
  }

  /// One comes. Returns the pause before it: never 0, as what the last attempt has said is told first.
  Duration take_next(const Restart& restart, Instant now) {
    Duration pause = std::min(restart.delay, restart.max_delay);
    for (std::size_t i = 0; i < in_a_row_ && pause < restart.max_delay; ++i)
      pause = pause > restart.max_delay / 2 ? restart.max_delay : 2 * pause;
    ++all_;
    if (in_a_row_ < most_doublings) ++in_a_row_;
    std::erase_if(moments_, [&](Instant moment) { return now - moment >= restart.window; });
    if (restart.max > 0) moments_.push_back(now);
    return std::max(pause, Duration{1});
  }

 private:
  static constexpr std::size_t most_doublings = 64;  ///< no duration is longer

  std::size_t all_ = 0;
  std::size_t in_a_row_ = 0;      ///< since one ran well
  bool proven_ = false;           ///< it was ready once, or has run well for long enough
  std::vector<Instant> moments_;  ///< of those within the window
};

}  // namespace dream::engine
