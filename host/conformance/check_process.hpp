#pragma once

#include "conformance/check.hpp"

namespace dream::conformance {

/// What the process that plays a scene had to say.
struct Played {
  enum class How : std::uint8_t {
    kept,
    broken,
    skipped,
    unstarted,  ///< skipped, for the plugin started no task
    crashed,
    unfinished
  } how = How::unfinished;
  std::string reason;  ///< empty: kept
};

/// What ends a process that is waited for.
struct Limits {
  std::chrono::milliseconds time;
  int give_up = -1;      ///< readable: it is not waited for any longer; -1: there is no such
  int parent_ends = -1;  ///< readable: nobody wants to know any more
};

/// Plays the scene of a rule, or looks at the options (`options_check`), in a process of its own; it and
/// whatever it started is gone then.
[[nodiscard]] Played play_in_process(std::string_view what, const Subject& subject, const Limits& limits);

/// In place of a rule's id.
inline constexpr std::string_view options_check = "options";

}  // namespace dream::conformance
