#pragma once

#include <string>
#include <vector>

#include "base/change.hpp"
#include "plan/plan.hpp"
#include "plugin/registry.hpp"
#include "prepare/prepared_step.hpp"
#include "prepare/workspace.hpp"

/// What dream.json says now, while a run of it goes on.
namespace dream::prepare {

/// The same workspace by what its files say now; an Error tells the first thing that is wrong with it. Whose
/// files are obeyed is judged anew. A pipe isn't read again: an Error.
[[nodiscard]] Result<LoadedWorkspace> read_again(const LoadedWorkspace& loaded, bool trust);

/// A workspace and the plan of a request in it.
struct Planned {
  const LoadedWorkspace& loaded;
  const Plan& plan;
};

/// A step as it is to be started from now on.
struct ReloadedStep {
  PreparedStep prepared;
  std::vector<Change> changes;  ///< values that are nobody's business are masked
  std::vector<std::string> warnings;
};

/// A step of the run of `was`, started as `prepared` has it until now, by what the plan of the same request
/// says `now`. Only how it is started may differ: an Error names what else does. One that can't be started
/// is an Error, too: what steps before it could change, they have.
[[nodiscard]] Result<ReloadedStep> reload_step(const Planned& was, StepIndex index,
                                               const PreparedStep& prepared, const Planned& now,
                                               plugin::Registry& registry);

}  // namespace dream::prepare
