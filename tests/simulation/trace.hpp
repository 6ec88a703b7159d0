#pragma once

#include <span>
#include <string>

#include "engine/engine.hpp"

/// Events and actions as short lines, for test expectations and for the traces of failures. Steps are called
/// a, b, c … by their place.
namespace dream::simulation {

[[nodiscard]] std::string describe(const engine::Event& event);
[[nodiscard]] std::string describe(const engine::Action& action);
[[nodiscard]] std::string describe(const engine::RunStop& reason);
[[nodiscard]] std::string describe(const engine::StepEnd& reason);

/// One line: when, what happened, and what followed from it.
[[nodiscard]] std::string describe_turn(Instant now, const engine::Event& event,
                                        std::span<const engine::Action> actions);

/// "failed exit code 3", "terminated(signal 2) forced", "skipped(a failed)".
[[nodiscard]] std::string describe(const engine::Outcome& outcome);

/// "a: foreground required delay 5 timeout 7 grace 3", one line a step.
[[nodiscard]] std::string describe(const Plan& plan);

}  // namespace dream::simulation
