#include "plan/before.hpp"

namespace dream {

bool any_before(const Plan& plan, StepIndex step, const std::function<bool(StepIndex)>& is) {
  if (plan.steps[position(step)].finally) {
    for (std::size_t at = 0; at < plan.steps.size(); ++at) {
      const bool comes = plan.steps[at].finally ? at < position(step) : !plan.steps[at].service;
      if (comes && is(StepIndex(at))) return true;
    }
    return false;
  }
  std::vector<bool> seen(plan.steps.size());
  std::vector<bool> passed(plan.barriers.size());
  std::vector<StepIndex> open{step};
  bool found = false;
  const auto see = [&](StepIndex other, Release) {
    if (found || seen[position(other)]) return;
    seen[position(other)] = true;
    found = is(other);
    open.push_back(other);
  };
  const auto is_new = [&](BarrierIndex barrier) {
    if (found || passed[position(barrier)]) return false;
    passed[position(barrier)] = true;
    return true;
  };
  while (!found && !open.empty()) {
    const StepIndex next = open.back();
    open.pop_back();
    for_each_before(plan, next, see, is_new);
  }
  return found;
}

std::vector<bool> all_before(const Plan& plan, StepIndex step) {
  std::vector<bool> before(plan.steps.size());
  (void)any_before(plan, step, [&](StepIndex other) {
    before[position(other)] = true;
    return false;
  });
  return before;
}

bool waits_for_an_end(const Plan& plan, StepIndex step) {
  const bool waits_for_all = plan.steps[position(step)].finally;
  return any_before(plan, step, [&](StepIndex other) {
    const Step& one = plan.steps[position(other)];
    return !one.gathers && (waits_for_all || !one.background);
  });
}

}  // namespace dream
