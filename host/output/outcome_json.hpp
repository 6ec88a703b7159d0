#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "engine/engine.hpp"
#include "plan/plan.hpp"

namespace dream::output {

/// `{"kind":"signal","signal":"SIGINT"}` (docs/events.md).
[[nodiscard]] std::string reason_json(const engine::RunStop& reason, const Plan& plan);

/// How a step ended, as members of a JSON object: `"outcome":"failed","exit":{"code":3},…` (docs/events.md).
[[nodiscard]] std::string outcome_members(const engine::Outcome& outcome, const Plan& plan, Instant began);

/// The same of one attempt, without its times.
[[nodiscard]] std::string end_members(const engine::Outcome& outcome, const Plan& plan);

/// An array of strings.
[[nodiscard]] std::string texts_json(const std::vector<std::string>& texts);

/// Whole microseconds, the unit of all times in JSON.
[[nodiscard]] std::int64_t microseconds(Duration duration);

}  // namespace dream::output
