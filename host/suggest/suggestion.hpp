#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.hpp"
#include "suggest/seen.hpp"

/// What `ready` to write for a step, from what was seen of it. Pure.
namespace dream::suggest {

/// What is said of one step.
struct Suggestion {
  StepIndex step{};
  std::optional<Probe> ready;  ///< to write; none: what was seen tells nothing
  Duration after{};            ///< since its start: when `ready` would have passed
  std::string why;             ///< what was seen: "listens on port 5432"; without `ready`: why there is none
  std::string doubt;           ///< why it may not pass the next time, or too early; empty: it is sure
};

/// The steps of a plan that could be told something: those in the background that others wait for by a delay,
/// or for nothing.
[[nodiscard]] std::vector<StepIndex> steps_of_interest(const Plan& plan, const Workspace& workspace);

/// One for each of these steps. `seen`: of every step of the plan.
[[nodiscard]] std::vector<Suggestion> suggestions(const Plan& plan, std::span<const StepIndex> steps,
                                                  std::span<const Seen> seen);

/// A probe as dream.json has it: `{ "port": 5432 }`.
[[nodiscard]] std::string probe_json(const Probe& probe);

/// The entry of dream.json that a step comes from; nullptr: none.
[[nodiscard]] const Dependency* entry_of(const Step& step, const Workspace& workspace);

}  // namespace dream::suggest
