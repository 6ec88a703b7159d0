#include "cli/reloading.hpp"

#include <utility>

#include "base/text.hpp"
#include "prepare/project_graph.hpp"
#include "prepare/reload.hpp"

namespace dream::cli {

namespace {

std::vector<std::string> warnings_of(const prepare::LoadedWorkspace& loaded) {
  std::vector<std::string> warnings;
  for (const config::Problem& problem : loaded.problems)
    if (problem.severity == config::Severity::warning)
      warnings.push_back(to_string(prepare::error_of(problem, *loaded.document)));
  return warnings;
}

}  // namespace

Reloading::Reloading(Run run, Tell on_change) : run_(run), on_change_(std::move(on_change)) {
  for (std::string& warning : warnings_of(run_.loaded)) warned_.insert(std::move(warning));
}

Result<std::vector<control::StepChange>> Reloading::reload(std::span<const StepIndex> steps) {
  const Plan& plan = *run_.requested.plan;
  const Result<prepare::LoadedWorkspace> now = prepare::read_again(run_.loaded, run_.options.trust);
  if (!now) return now.error();
  run_.secrets.add(now->document->secrets());
  prepare::ProjectGraph graph(
      *now, [this]() -> plugin::Registry& { return run_.registry; },
      [this](std::string_view warning) { warn({std::string(warning)}); });
  const Result<Plan> new_plan = plan_again(run_.options, run_.requested, *now, graph);
  if (!new_plan) return new_plan.error();
  std::vector<prepare::ReloadedStep> reloaded;
  for (const StepIndex step : steps) {
    Result<prepare::ReloadedStep> one = prepare::reload_step(
        {run_.loaded, plan}, step, run_.steps[position(step)], {*now, *new_plan}, run_.registry);
    if (!one) return one.error();
    run_.secrets.see_entries(*one->prepared.task.own_environment);
    reloaded.push_back(std::move(*one));
  }
  warn(warnings_of(*now));
  std::vector<control::StepChange> changes;
  const std::size_t replaced = replaced_.size();
  for (prepare::ReloadedStep& one : reloaded) {
    warn(one.warnings);
    const StepIndex step = one.prepared.task.step;
    // Options of the project that its own options hide are the executor's alone.
    if (one.changes.empty() && one.prepared.executor == run_.steps[position(step)].executor) continue;
    replaced_.push_back(std::exchange(run_.steps[position(step)], std::move(one.prepared)));
    for (Change& change : one.changes) {
      run_.log.write(LogLevel::info, to_string(plan.steps[position(step)].id) +
                                         ", as dream.json has it now: " + to_string(change));
      changes.push_back({step, std::move(change)});
    }
  }
  if (replaced_.size() == replaced) return changes;
  std::vector<prepare::PreparedStep> ever = run_.steps;
  ever.insert(ever.end(), replaced_.begin(), replaced_.end());
  on_change_(ever);
  return changes;
}

void Reloading::warn(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings)
    if (warned_.insert(warning).second) run_.log.write(LogLevel::warning, warning);
}

}  // namespace dream::cli
