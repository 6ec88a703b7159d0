#pragma once

#include <string>
#include <vector>

#include "cli/views/view_text.hpp"
#include "history/last_times.hpp"
#include "plan/plan.hpp"

/// Which steps decide how long a run takes, if each takes as long as the last time.
namespace dream::cli {

struct CriticalPath {
  std::vector<StepIndex> steps;  ///< each waits for the one before it
  Duration length{0};  ///< until the last one has ended, or starts if nobody knows how long that takes
};

/// The longest way through the plan. It has no steps if `last` knows nothing of any step. What isn't known of
/// a step counts as nothing; so do free slots: with enough jobs a run takes no less.
[[nodiscard]] CriticalPath critical_path(const Plan& plan, const std::vector<history::LastTimes>& last);

/// The same as a section of `dream plan`; nothing if there is none.
void append_critical_path(std::string& out, const Plan& plan, const std::vector<history::LastTimes>& last,
                          const TextStyle& style);

}  // namespace dream::cli
