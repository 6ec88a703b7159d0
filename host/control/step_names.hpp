#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plan/plan.hpp"

namespace dream::control {

/// The steps that ids name, or the project or the task that only one of them has, or the label of its lines;
/// none: all. The Error says which one there is not.
[[nodiscard]] Result<std::vector<StepIndex>> steps_named(const Plan& plan,
                                                         std::span<const std::string> names);

}  // namespace dream::control
