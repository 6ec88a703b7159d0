#include "control/step_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "output/label.hpp"

namespace dream::control {

namespace {

/// All that a step may be called by: whole ids first.
std::vector<std::string> names_of_steps(const Plan& plan, std::vector<std::string> ids,
                                        std::span<const std::string> labels) {
  std::vector<std::string> names = std::move(ids);
  const std::size_t count = names.size();
  for (std::size_t at = 0; at < count; ++at)
    if (names[at].size() > 2 && names[at][2] != ':') names.push_back(names[at].substr(2));
  names.insert(names.end(), labels.begin(), labels.end());
  for (const Step& step : plan.steps) names.push_back(step.id.task);
  return names;
}

}  // namespace

Result<std::vector<StepIndex>> steps_named(const Plan& plan, std::span<const std::string> names) {
  std::vector<StepIndex> steps;
  if (names.empty()) {
    for (std::size_t at = 0; at < plan.steps.size(); ++at) steps.push_back(StepIndex(at));
    return steps;
  }
  std::vector<std::string> ids;
  ids.reserve(plan.steps.size());
  std::unordered_map<std::string_view, StepIndex> by_id;
  for (const Step& step : plan.steps) ids.push_back(to_string(step.id));
  for (std::size_t at = 0; at < ids.size(); ++at) by_id.emplace(ids[at], StepIndex(at));
  for (const std::string& name : names) {
    if (const auto step = by_id.find(name); step != by_id.end()) {
      steps.push_back(step->second);
      continue;
    }
    if (name == ".")
      return Error{ErrorCode::usage,
                   "\".\" names no step",
                   {},
                   "a project counts from the root of the workspace: ./services/api; the root itself is ./"};
    const std::string project = normalise_project(name);
    const std::size_t before = steps.size();
    for (std::size_t at = 0; at < plan.steps.size(); ++at)
      if (plan.steps[at].id.project == project || plan.steps[at].id.task == name)
        steps.push_back(StepIndex(at));
    const std::size_t found = steps.size() - before;
    if (found == 1) continue;
    steps.resize(before);
    const std::vector<std::string> labels = output::short_names(plan);
    if (const auto label = std::ranges::find(labels, name); label != labels.end()) {
      steps.push_back(StepIndex(label - labels.begin()));
      continue;
    }
    if (const auto step = by_id.find("./" + name); step != by_id.end()) {
      steps.push_back(step->second);
      continue;
    }
    std::string hint = found > 1 ? "write one of their ids, as ctl ps shows them"
                                 : nearest_name(name, names_of_steps(plan, ids, labels));
    if (found == 0) hint = hint.empty() ? "ctl ps shows its steps" : "did you mean " + in_quotes(hint) + "?";
    return Error{ErrorCode::usage,
                 found > 1 ? fmt::format("{} steps are called {}", found, in_quotes(name))
                           : "the run has no step " + in_quotes(name),
                 {},
                 std::move(hint)};
  }
  std::vector<bool> known(plan.steps.size());  // a step may be named twice
  std::erase_if(steps, [&](StepIndex step) {
    const bool again = known[position(step)];
    known[position(step)] = true;
    return again;
  });
  return steps;
}

}  // namespace dream::control
