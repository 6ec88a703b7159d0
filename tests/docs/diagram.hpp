#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace dream::docs {

/// A row of a diagram: what became of one step.
struct Row {
  std::string name;
  std::optional<Instant> waits;  ///< a foreground step: since when, for its own delay
  std::optional<Instant> started;
  std::optional<Instant> holds_until;               ///< a background step: the next one
  std::optional<Instant> asked;                     ///< to end
  std::vector<std::pair<Instant, Instant>> pauses;  ///< between its attempts
  Instant ended;                                    ///< of a step that never started: when that was clear
  bool cross = false;                               ///< it failed, or was killed
};

/// The rows under a line of times. Every moment of `times` and of the rows has a column of its own; the space
/// between them grows with the time.
[[nodiscard]] std::string diagram(const std::vector<Row>& rows, std::set<Instant> times);

}  // namespace dream::docs
