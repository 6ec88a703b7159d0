#pragma once

#include <optional>
#include <span>

#include "engine/engine.hpp"

namespace dream::engine {

/// stdout can't be written (a full disk).
inline constexpr int output_broken = 70;
/// Nobody reads stdout any more: as of a program that SIGPIPE has ended.
inline constexpr int reader_gone = 141;

/// The exit code of dream for the first thing that stopped the run (docs/functional-specification.md,
/// section 5). For RequiredFailed the step's outcome must say how it failed; its exit may still be to come
/// when it ran past its timeout, or isn't ready.
[[nodiscard]] int exit_code(const RunStop& first_cause, std::span<const Outcome> outcomes);

/// The step's program, or something that it runs, isn't there or can't be executed: another attempt would end
/// the same way.
[[nodiscard]] bool is_not_there(const Outcome& outcome);

/// The signal that a cause is, for whoever looks at how dream ended; none: it is another cause.
[[nodiscard]] std::optional<int> signal_of(const RunStop& cause);

}  // namespace dream::engine
