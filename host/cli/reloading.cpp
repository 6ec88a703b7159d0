#include "cli/reloading.hpp"

#include <utility>

#include "base/text.hpp"
#include "prepare/project_graph.hpp"
#include "prepare/reload.hpp"

namespace dream::cli {

Result<std::vector<control::StepChange>> Reloading::reload(std::span<const StepIndex> steps) {
  const Plan& plan = *run_.requested.plan;
  const Result<prepare::LoadedWorkspace> now = prepare::read_again(run_.loaded, run_.options.trust);
  if (!now) return now.error();
  prepare::ProjectGraph graph(*now, [this]() -> plugin::Registry& { return run_.registry; });
  const Result<Plan> new_plan = plan_again(run_.options, run_.requested, *now, graph);
  if (!new_plan) return new_plan.error();
  std::vector<prepare::ReloadedStep> reloaded;
  for (const StepIndex step : steps) {
    Result<prepare::ReloadedStep> one = prepare::reload_step(
        {run_.loaded, plan}, step, run_.steps[position(step)], {*now, *new_plan}, run_.registry);
    if (!one) return one.error();
    reloaded.push_back(std::move(*one));
  }
  std::vector<control::StepChange> changes;
  for (prepare::ReloadedStep& one : reloaded) {
    const StepIndex step = one.prepared.task.step;
    if (one.changes.empty() && one.prepared.executor == run_.steps[position(step)].executor) continue;
    replaced_.push_back(std::exchange(run_.steps[position(step)], std::move(one.prepared)));
    for (prepare::Change& change : one.changes) {
      run_.log.write(LogLevel::info, to_string(plan.steps[position(step)].id) +
                                         ", as dream.json has it now: " + prepare::to_string(change));
      changes.push_back({step, std::move(change.what), std::move(change.before), std::move(change.after)});
    }
  }
  std::vector<prepare::PreparedStep> ever = run_.steps;
  ever.insert(ever.end(), replaced_.begin(), replaced_.end());
  on_change_(ever);
  return changes;
}

}  // namespace dream::cli
