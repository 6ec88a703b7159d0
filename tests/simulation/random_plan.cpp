#include "simulation/random_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace dream::simulation {

Duration random_duration(Random& random) {
  switch (random.below(4)) {
    case 0:
      return Duration(0);
    case 1:
      return Duration(random.below(6));
    case 2:
      return Duration(10 * random.below(10));
    default:
      return Duration(random.below(1'000'000));
  }
}

namespace {

StepIndex index_of(std::size_t at) {
  return StepIndex(static_cast<std::uint32_t>(at));
}

/// Of some steps it can be told when they are ready, and some wait for that.
void add_readiness(Plan& plan, Random& random) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    Step& step = plan.steps[i];
    if (random.percent(20)) step.success_codes = {static_cast<std::uint8_t>(random.below(4)), 143};
    if (!random.percent(60)) continue;
    step.ready = {PortProbe{{1}}};
    step.ready_timeout = Duration(1) + random_duration(random) + random_duration(random);
    if (!step.background) step.ready_needed = random.percent(30);
    if (!step.background || i + 1 == plan.steps.size()) continue;
    step.releases_when_ready = step.ready_needed = random.percent(60);
    for (std::size_t later = i + 1; later < plan.steps.size(); ++later) {
      if (!random.percent(8)) continue;
      plan.steps[later].after_ready.push_back(index_of(i));
      step.ready_needed = true;
    }
  }
}

/// Most have few restarts, some any number.
void add_restarts(Plan& plan, Random& random) {
  for (Step& step : plan.steps) {
    if (random.percent(15)) step.timeout = random_duration(random) + random_duration(random);
    if (!random.percent(70)) continue;
    Restart& restart = step.restart;
    restart.on = random.percent(35) ? Restart::On::always : Restart::On::failure;
    restart.max = static_cast<std::size_t>(random.below(4));
    restart.window = random_duration(random) + random_duration(random);
    restart.delay = random_duration(random);
    restart.max_delay = restart.delay + random.below(3) * random_duration(random);
    if (random.percent(5)) step.success_codes.push_back(127);
  }
}

/// The last one never runs at the end.
void add_end(Plan& plan, Random& random) {
  for (Step& step : plan.steps) {
    if (&step == &plan.steps.back() || step.background || !random.percent(60)) continue;
    step.finally = true;
    step.delay = Duration(0);
    step.after_ready.clear();
  }
}

void add_renewal(Plan& plan, Random& random) {
  for (std::size_t i = 1; i < plan.steps.size(); ++i) {
    if (plan.steps[i].finally) continue;
    for (std::size_t before = 0; before < i; ++before)
      if (random.percent(30) && !plan.steps[before].finally)
        plan.steps[i].restart_with.push_back(index_of(before));
  }
}

/// Any partial order that points forward, more than groups can say; needs may be no part of it. The last step
/// comes after all services: somebody uses them.
void add_order(Plan& plan, Random& random) {
  plan.jobs = 1 + static_cast<std::size_t>(random.below(4));
  plan.keep_going = random.percent(50);
  plan.is_list = random.percent(15);
  for (std::size_t i = 1; i < plan.steps.size(); ++i) {
    Step& step = plan.steps[i];
    for (std::size_t before = 0; before < i; ++before)
      if (random.percent(25) && !plan.steps[before].finally) step.needs.push_back(index_of(before));
    const bool last = i + 1 == plan.steps.size();
    if (plan.is_list || step.finally || (!last && random.percent(20))) continue;
    if (last || plan.barriers.empty() || random.percent(60)) {
      Barrier barrier;
      for (std::size_t before = 0; before < i; ++before)
        if ((random.percent(40) && !plan.steps[before].finally) || (last && plan.steps[before].service))
          (plan.steps[before].releases_when_ready && random.percent(30) ? barrier.until_start : barrier.steps)
              .push_back(index_of(before));
      if (!plan.barriers.empty() && random.percent(40))
        barrier.after = BarrierIndex(random.below(static_cast<int>(plan.barriers.size())));
      if (barrier.steps.empty() && barrier.until_start.empty()) continue;
      plan.barriers.push_back(std::move(barrier));
    }
    step.after = BarrierIndex(static_cast<std::uint32_t>(plan.barriers.size() - 1));
  }
}

/// What has no process ends at once, or lasts: the world decides that like any other end.
void add_needs(Plan& plan, Random& random) {
  if (random.percent(15)) plan.stop_order = StopOrder::all;
  for (std::size_t i = 1; i < plan.steps.size(); ++i)
    for (std::size_t before = 0; before < i; ++before)
      if (random.percent(35) && !plan.steps[before].finally) plan.steps[i].needs.push_back(index_of(before));
  for (Step& step : plan.steps) {
    step.gathers = step.ready.empty() && random.percent(20);
    if (!step.gathers) continue;
    step.lasts = step.background && random.percent(70);
    step.timeout.reset();
    step.health.reset();
    step.restart = {};
    step.restart_with.clear();
  }
}

}  // namespace

Plan random_plan(Random& random, const Climate& climate, const Features& features) {
  Plan plan;
  const int count = 1 + random.below(12);
  for (int i = 0; i < count; ++i) {
    Step step;
    step.service = random.percent(20);
    step.background = step.service || random.percent(50);
    step.required = !random.percent(climate.optional);
    step.delay = random_duration(random);
    step.stop_grace = random_duration(random);
    if (random.percent(15)) step.timeout = random_duration(random) + random_duration(random);
    plan.steps.push_back(std::move(step));
  }
  if (features.readiness) add_readiness(plan, random);
  if (features.restarts) add_restarts(plan, random);
  for (Step& step : plan.steps)
    if (features.health && random.percent(50)) step.health = Health{.probe = PortProbe{{1}}};
  if (features.end) add_end(plan, random);
  if (features.renewal) add_renewal(plan, random);
  if (features.groups) add_order(plan, random);
  if (features.needs) add_needs(plan, random);
  return plan;
}

}  // namespace dream::simulation
