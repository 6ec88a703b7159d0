#pragma once

#include <string>

#include "cli/view_text.hpp"
#include "plan/plan.hpp"

/// `dream plan` and `--dry-run`.
namespace dream::cli {

/// The steps in order, with their attributes and where they come from; later mentions without effect; and the
/// timeline.
[[nodiscard]] std::string plan_text(const Plan& plan, const Locate& locate, const TextStyle& style);

/// The same as one JSON object; its fields are described in docs/functional-specification.md, section 2.5.
[[nodiscard]] std::string plan_json(const Plan& plan, const Locate& locate);

}  // namespace dream::cli
