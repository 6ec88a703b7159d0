#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace dream::engine {

/// A delay of three centuries must not wrap around into the past.
[[nodiscard]] inline Instant later(Instant instant, Duration duration) {
  return instant > Instant::max() - duration ? Instant::max() : instant + duration;
}

/// A moment for each of some steps. The earliest comes first; of the same moment, the first in the plan.
class Deadlines {
 public:
  explicit Deadlines(std::size_t steps) : of_step_(steps) {}

  void set(StepIndex step, std::optional<Instant> moment) {
    std::optional<Instant>& current = of_step_[position(step)];
    if (current == moment) return;
    if (current) in_order_.erase({*current, step});
    if (moment) in_order_.insert({*moment, step});
    current = moment;
  }

  [[nodiscard]] const std::optional<Instant>& of(StepIndex step) const { return of_step_[position(step)]; }

  [[nodiscard]] std::optional<Instant> earliest() const {
    return in_order_.empty() ? std::nullopt : std::optional(in_order_.begin()->first);
  }

  /// The first whose moment has come, which it then has no more.
  std::optional<StepIndex> take_passed(Instant now) {
    if (in_order_.empty() || in_order_.begin()->first > now) return std::nullopt;
    const StepIndex step = in_order_.begin()->second;
    set(step, std::nullopt);
    return step;
  }

 private:
  std::vector<std::optional<Instant>> of_step_;
  std::set<std::pair<Instant, StepIndex>> in_order_;
};

}  // namespace dream::engine
