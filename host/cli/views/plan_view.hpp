#pragma once

#include <set>
#include <string>
#include <vector>

#include "cli/views/view_text.hpp"
#include "history/last_times.hpp"
#include "plan/plan.hpp"
#include "prepare/offers.hpp"
#include "prepare/project_graph.hpp"

/// `dream plan` and `--dry-run`.
namespace dream::cli {

/// What is known beside the plan.
struct PlanNotes {
  std::vector<prepare::StepCommand> commands;  ///< one a step, or none at all
  std::vector<history::LastTimes> last;        ///< the same
  std::set<prepare::ProjectGraph::Unfollowed> unfollowed = {};
};

/// The steps in order, with their attributes and where they come from; what each would run, where that is
/// known; later mentions without effect; what is left out; the timeline; and the critical path, where past
/// runs are recorded.
[[nodiscard]] std::string plan_text(const Plan& plan, const PlanNotes& notes, const Locate& locate,
                                    const TextStyle& style);

/// The same as one JSON object; its fields are described in docs/functional-specification.md, section 2.5.
[[nodiscard]] std::string plan_json(const Plan& plan, const PlanNotes& notes, const Locate& locate);

}  // namespace dream::cli
