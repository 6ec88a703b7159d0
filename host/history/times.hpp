#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "history/record.hpp"

namespace dream::history {

/// How long a step of a run took.
struct StepTimes {
  std::optional<Duration> started;  ///< since the begin of the run
  std::optional<Duration> ready;    ///< since its start: its first attempt
  std::optional<Duration> ran;      ///< from its start to its end, where it ended by itself
  std::string outcome;              ///< "failed", …; empty: the record doesn't tell
};

/// Of each step, in plan order.
[[nodiscard]] std::vector<StepTimes> times_of(const Record& record);

/// A step of two runs.
struct Compared {
  std::string step;
  std::optional<StepTimes> before;  ///< none: only the other run has it
  std::optional<StepTimes> after;
  Duration change{};  ///< the largest one of its times, whichever way
};

/// The steps of two runs, those that changed most first; then those that only one has.
[[nodiscard]] std::vector<Compared> compare(const Record& before, const Record& after);

}  // namespace dream::history
