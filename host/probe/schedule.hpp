#pragma once

#include "base/time.hpp"

namespace dream::probe {

/// A try that takes longer has failed.
inline constexpr Duration longest_try = std::chrono::seconds(5);

/// How often a kind of probe tries.
struct Pace {
  int share = 10;  ///< the next try comes after this part of what has been waited so far; 0: only when woken
  Duration least = std::chrono::milliseconds(10);
  Duration most = std::chrono::milliseconds(500);
  bool gentle = false;  ///< never sooner than the last try took
};

/// For what costs next to nothing.
inline constexpr Pace quick{};
/// For what starts a process: a try itself takes part of the tenth by which a wait may overshoot.
inline constexpr Pace costly{.share = 12, .gentle = true};
/// For what has begun, and is over soon.
inline constexpr Pace steady{.least = std::chrono::milliseconds(5), .most = std::chrono::milliseconds(5)};
/// For what hears of it by itself.
inline constexpr Pace when_woken{0};

/// From the end of one try, which took `last_try`, to the next. `waited`: since the first.
[[nodiscard]] Duration pause(const Pace& pace, Duration waited, Duration last_try);

}  // namespace dream::probe
