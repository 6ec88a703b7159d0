#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "engine/engine.hpp"
#include "plan/plan.hpp"

namespace dream::output {

/// "succeeded", "failed", …
[[nodiscard]] std::string_view word(engine::OutcomeKind kind);

/// "required step ./auth:dev failed", "SIGINT", …
[[nodiscard]] std::string explain(const engine::RunStop& reason, const Plan& plan);

/// "exit code 1", "ran past its timeout of 5.0 s", "no program "x" in PATH": why a step failed, was
/// terminated or skipped.
[[nodiscard]] std::string explain(const engine::Outcome& outcome, const Step& step, const Plan& plan);

/// "exit code 1 (restarted 3 times)".
[[nodiscard]] std::string with_restarts(std::string why, std::size_t times);

/// A line a step (outcome, duration, exit code or signal, reason, restarts), and a last one with the counts
/// and the total time. `restarts`: of each step, or empty.
[[nodiscard]] std::vector<std::string> summary(const Plan& plan, std::span<const engine::Outcome> outcomes,
                                               Duration total, std::span<const std::size_t> restarts = {});

}  // namespace dream::output
