#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/views/view_text.hpp"
#include "plan/plan.hpp"

/// What of a run's times is known before it runs: delays are, how long a foreground step takes is not.
namespace dream::cli {

/// When a step starts if nothing fails: `offset` after the begin of the run, or after the last moment before
/// it that nobody knows: the end of a foreground step, or that one in the background is ready. That a process
/// takes a moment to start is not counted.
struct StartTime {
  std::optional<StepIndex> after;
  Duration offset{0};
  bool ready = false;       ///< that `after` is ready, rather than has ended
  Duration since_start{0};  ///< and this long after the start of `after`, if that is later
};

/// One for each step of a plan that is a list.
[[nodiscard]] std::vector<StartTime> start_times(const Plan& plan);

/// What a step waits for in a plan that is no list.
struct StartCondition {
  StepIndex step{};
  enum class Until : std::uint8_t { started, ready, ended } until = Until::ended;
  Duration delay{0};  ///< since its start, also where it has to be ready or has ended before
};

/// All that must hold; none: it starts with the run.
[[nodiscard]] std::vector<StartCondition> start_conditions(const Plan& plan, StepIndex step);

/// Above this many steps a diagram would not be read.
inline constexpr std::size_t most_steps_in_a_diagram = 200;

/// A diagram of what waits for what, a line a step, no wider than the style's width: delays to scale, an end
/// that nobody knows as a `…`. A note instead for a plan of more than most_steps_in_a_diagram.
[[nodiscard]] std::string timeline_text(const Plan& plan, const TextStyle& style);

}  // namespace dream::cli
