#include <algorithm>
#include <tuple>
#include <utility>

#include "base/assert.hpp"
#include "engine/state.hpp"
#include "plan/before.hpp"

/// Which step may start, and when.
namespace dream::engine {

void Engine::State::make_list() {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto before = before_in_list(plan, StepIndex(i));
    if (!before) continue;
    progress_of(*before).followers.push_back(StepIndex(i));
    ++steps[i].waits_for;
  }
}

void Engine::State::make_order() {
  passages.resize(plan.barriers.size());
  std::vector<std::size_t> end_of(plan.barriers.size());  // behind all its steps
  for (std::size_t i = 0; i < passages.size(); ++i) {
    const Barrier& barrier = plan.barriers[i];
    for (const StepIndex step : barrier.steps) {
      progress_of(step).barriers.push_back(BarrierIndex(i));
      end_of[i] = std::max(end_of[i], position(step) + 1);
    }
    for (const StepIndex step : barrier.until_start) {
      DREAM_ASSERT(plan.steps[position(step)].releases_when_ready);
      progress_of(step).start_barriers.push_back(BarrierIndex(i));
      end_of[i] = std::max(end_of[i], position(step) + 1);
    }
    passages[i].waits_for = barrier.steps.size() + barrier.until_start.size();
    if (!barrier.after) continue;
    DREAM_ASSERT(position(*barrier.after) < i);
    passages[position(*barrier.after)].passages.push_back(BarrierIndex(i));
    ++passages[i].waits_for;
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::optional<BarrierIndex> after = plan.steps[i].after;
    if (!after || steps[i].kind == Kind::finally) continue;
    DREAM_ASSERT(end_of[position(*after)] <= i);
    passages[position(*after)].followers.push_back(StepIndex(i));
    ++steps[i].waits_for;
  }
}

void Engine::State::release_started(StepIndex step, Instant instant) {
  if (progress_of(step).start_released) return;
  progress_of(step).start_released = instant;
  if (!stop) release_all(progress_of(step).start_barriers);
}

void Engine::State::release(StepIndex step, Instant instant) {
  release_started(step, instant);
  if (progress_of(step).released) return;
  progress_of(step).released = instant;
  if (stop) return;
  release_all(progress_of(step).followers);
  release_all(progress_of(step).barriers);
}

void Engine::State::release_ready(StepIndex step, Instant instant) {
  if (progress_of(step).ready_released) return;
  progress_of(step).ready_released = instant;
  if (!stop) release_all(progress_of(step).ready_followers);
}

/// It is to be held while its delay goes on: nobody has started yet that waits for it.
void Engine::State::take_back_releases(StepIndex step) {
  Progress& progress = progress_of(step);
  const auto was_to_come = [&](std::optional<Instant>& released) {
    if (!released || *released <= now) return false;
    released.reset();
    return true;
  };
  if (was_to_come(progress.start_released)) take_back(progress.start_barriers);
  if (was_to_come(progress.ready_released)) take_back(progress.ready_followers);
  if (!was_to_come(progress.released)) return;
  take_back(progress.followers);
  take_back(progress.barriers);
}

void Engine::State::take_back(const std::vector<StepIndex>& followers) {
  for (const StepIndex follower : followers) {
    ++progress_of(follower).waits_for;
    gates.set(follower, std::nullopt);
  }
}

void Engine::State::take_back(std::vector<BarrierIndex> barriers) {
  while (!barriers.empty()) {
    Passage& passage = passages[position(barriers.back())];
    barriers.pop_back();
    if (passage.waits_for++ > 0) continue;
    take_back(passage.followers);
    barriers.insert(barriers.end(), passage.passages.begin(), passage.passages.end());
  }
}

/// From when on a step may start that all before it have released: the last of them did so now, or later on.
Instant Engine::State::moment_of(StepIndex step) const {
  Instant moment = now;
  if (const auto before = before_in_list(plan, step))
    moment = std::max(moment, *steps[position(*before)].released);
  else if (const auto after = plan.steps[position(step)].after)
    moment = std::max(moment, passages[position(*after)].passed);
  for (const StepIndex other : plan.steps[position(step)].after_ready)
    moment = std::max(moment, *steps[position(other)].ready_released);
  return moment;
}

Instant Engine::State::moment_of(BarrierIndex barrier) const {
  const Barrier& all = plan.barriers[position(barrier)];
  Instant moment = now;
  for (const StepIndex step : all.steps) moment = std::max(moment, *steps[position(step)].released);
  for (const StepIndex step : all.until_start)
    moment = std::max(moment, *steps[position(step)].start_released);
  if (all.after) moment = std::max(moment, passages[position(*all.after)].passed);
  return moment;
}

void Engine::State::release_all(const std::vector<StepIndex>& followers) {
  for (const StepIndex follower : followers)
    if (--progress_of(follower).waits_for == 0) open_gate(follower);
}

void Engine::State::release_all(const std::vector<BarrierIndex>& barriers) {
  for (const BarrierIndex barrier : barriers) pass(barrier);
}

/// One that it waited for has released it. A long chain of them may follow.
void Engine::State::pass(BarrierIndex barrier) {
  std::vector<BarrierIndex> released{barrier};
  while (!released.empty()) {
    const BarrierIndex next = released.back();
    released.pop_back();
    Passage& passage = passages[position(next)];
    if (--passage.waits_for > 0) continue;
    passage.passed = moment_of(next);
    release_all(passage.followers);
    released.insert(released.end(), passage.passages.begin(), passage.passages.end());
  }
}

void Engine::State::open_gate(StepIndex step) {
  const Progress& progress = progress_of(step);
  const bool delayed = progress.kind == Kind::foreground && !progress.barred_by;
  const Instant moment = moment_of(step);
  const Instant gate = delayed ? later(moment, settings_of(step).delay) : moment;
  gates.set(step, gate);
  if (gate > now && !progress.barred_by) actions.emplace_back(DelayBegan{step, gate - now});
}

std::vector<Awaited> Engine::State::waits_of(StepIndex step) const {
  std::vector<Awaited> all;
  const auto see = [&](StepIndex other, Release release) {
    const Progress& before = steps[position(other)];
    const std::optional<Instant>& until = release == Release::start   ? before.start_released
                                          : release == Release::ready ? before.ready_released
                                                                      : before.released;
    if (!until || *until > now) all.push_back({other, until});
  };
  const bool at_the_end = settings_of(step).finally;
  for (std::size_t i = 0; (plan.is_list || at_the_end) && i < position(step); ++i)
    if (at_the_end ? !plan.steps[i].service : !plan.steps[i].finally) see(StepIndex(i), Release::whole);
  for_each_before(plan, step, see);
  // Of each the longest: what has not released it comes first.
  const auto key = [](const Awaited& one) {
    return std::tuple(one.step, one.until.has_value(), Instant::max() - one.until.value_or(Instant::max()));
  };
  std::ranges::sort(all, {}, key);
  all.erase(std::ranges::unique(all, {}, &Awaited::step).begin(), all.end());
  return all;
}

/// Whether something was left out, as its turn has come: others may have no use any more.
bool Engine::State::queue_what_is_due() {
  bool left_out = false;
  while (const auto step = gates.take_passed(now)) {
    const bool barred = progress_of(*step).barred_by && progress_of(*step).phase == Phase::pending;
    left_out = left_out || barred;
    if (barred)
      feed(*step, Input::barred);
    else
      (takes_slot(*step) ? queue : at_once).insert(*step);
  }
  return left_out;
}

/// In the order of the plan, as far as there are slots.
void Engine::State::start_what_is_due() {
  while (queue_what_is_due()) pass_deadlines();
  while (true) {
    const bool from_queue = !queue.empty() && slots_taken < plan.jobs;
    if (!from_queue && at_once.empty()) return;
    const bool queue_first = from_queue && (at_once.empty() || *queue.begin() < *at_once.begin());
    feed(queue_first ? *queue.begin() : *at_once.begin(), Input::due);
  }
}

void Engine::State::bar_those_that_need(StepIndex step) {
  std::vector<StepIndex> failed{step};
  while (!failed.empty()) {
    const std::vector<StepIndex> needed_by = std::exchange(progress_of(failed.back()).needed_by, {});
    failed.pop_back();
    for (const StepIndex other : needed_by) {
      Progress& progress = progress_of(other);
      if (progress.barred_by || progress.kind == Kind::finally) continue;
      progress.barred_by = step;
      failed.push_back(other);
      if (progress.phase != Phase::pending)
        feed(other, Input::stop_asked);
      else if (progress.waits_for == 0)
        gates.set(other, moment_of(other));
    }
  }
}

std::vector<Awaited> Engine::waits_of(StepIndex step) const {
  return state_->waits_of(step);
}

bool Engine::has_released(StepIndex step) const {
  return state_->steps[position(step)].released.has_value();
}

std::optional<Instant> Engine::gate_of(StepIndex step) const {
  const bool pending = state_->steps[position(step)].phase == Phase::pending;
  return pending ? state_->gates.of(step) : std::nullopt;
}

}  // namespace dream::engine
