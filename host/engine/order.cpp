#include <algorithm>
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
  if (stop || progress_of(step).start_released) return;
  progress_of(step).start_released = instant;
  release_all(progress_of(step).start_barriers, instant);
}

void Engine::State::release(StepIndex step, Instant instant) {
  release_started(step, instant);
  if (stop || progress_of(step).released) return;
  progress_of(step).released = instant;
  release_all(progress_of(step).followers, instant);
  release_all(progress_of(step).barriers, instant);
}

void Engine::State::release_ready(StepIndex step, Instant instant) {
  if (stop || progress_of(step).ready_released) return;
  progress_of(step).ready_released = instant;
  release_all(progress_of(step).ready_followers, instant);
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
    Progress& progress = progress_of(follower);
    ++progress.waits_for;
    progress.not_before = let_go_by_others(follower);
    gates.set(follower, std::nullopt);
  }
}

void Engine::State::take_back(std::vector<BarrierIndex> barriers) {
  while (!barriers.empty()) {
    const BarrierIndex barrier = barriers.back();
    barriers.pop_back();
    Passage& passage = passages[position(barrier)];
    const bool was_passed = passage.waits_for++ == 0;
    passage.not_before = passed_by_others(barrier);
    if (!was_passed) continue;
    take_back(passage.followers);
    barriers.insert(barriers.end(), passage.passages.begin(), passage.passages.end());
  }
}

/// From when on, as far as those go that have released it.
Instant Engine::State::let_go_by_others(StepIndex step) const {
  Instant from = Instant::min();
  if (const auto before = before_in_list(plan, step)) {
    from = steps[position(*before)].released.value_or(from);
  } else if (const auto after = plan.steps[position(step)].after) {
    const Passage& passage = passages[position(*after)];
    if (passage.waits_for == 0) from = passage.not_before;
  }
  for (const StepIndex other : plan.steps[position(step)].after_ready)
    from = std::max(from, steps[position(other)].ready_released.value_or(from));
  return from;
}

Instant Engine::State::passed_by_others(BarrierIndex barrier) const {
  const Barrier& all = plan.barriers[position(barrier)];
  Instant from = Instant::min();
  for (const StepIndex step : all.steps) from = std::max(from, steps[position(step)].released.value_or(from));
  for (const StepIndex step : all.until_start)
    from = std::max(from, steps[position(step)].start_released.value_or(from));
  if (all.after && passages[position(*all.after)].waits_for == 0)
    from = std::max(from, passages[position(*all.after)].not_before);
  return from;
}

void Engine::State::release_all(const std::vector<StepIndex>& followers, Instant instant) {
  for (const StepIndex follower : followers) {
    Progress& next = progress_of(follower);
    next.not_before = std::max(next.not_before, instant);
    if (--next.waits_for == 0) open_gate(follower);
  }
}

void Engine::State::release_all(const std::vector<BarrierIndex>& barriers, Instant instant) {
  for (const BarrierIndex barrier : barriers) pass(barrier, instant);
}

/// One that it waited for lets it go. A long chain of them may follow.
void Engine::State::pass(BarrierIndex barrier, Instant instant) {
  std::vector<std::pair<BarrierIndex, Instant>> let_go{{barrier, instant}};
  while (!let_go.empty()) {
    const auto [next, moment] = let_go.back();
    let_go.pop_back();
    Passage& passage = passages[position(next)];
    passage.not_before = std::max(passage.not_before, moment);
    if (--passage.waits_for > 0) continue;
    release_all(passage.followers, passage.not_before);
    for (const BarrierIndex behind : passage.passages) let_go.emplace_back(behind, passage.not_before);
  }
}

void Engine::State::open_gate(StepIndex step) {
  const Progress& progress = progress_of(step);
  const bool delayed = progress.kind == Kind::foreground && !progress.barred_by;
  const Instant gate = delayed ? later(progress.not_before, settings_of(step).delay) : progress.not_before;
  gates.set(step, gate);
  if (gate > now && !progress.barred_by) actions.emplace_back(DelayBegan{step, gate - now});
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
        gates.set(other, std::max(now, progress.not_before));
    }
  }
}

}  // namespace dream::engine
