#pragma once

#include <span>

#include "engine/engine.hpp"

namespace dream::engine {

/// The exit code of dream for the first thing that stopped the run (docs/functional-specification.md,
/// section 5). For RequiredFailed the step's outcome must say how it failed; its exit may still be to come
/// when it ran past its timeout.
[[nodiscard]] int exit_code(const StopReason& first_cause, std::span<const Outcome> outcomes);

}  // namespace dream::engine
