#include "control/run_state.hpp"

#include <algorithm>
#include <array>

#include "base/overloaded.hpp"

namespace dream::control {

const char* word_of(State state) {
  constexpr std::array words{"pending", "starting", "running",  "ready",   "unhealthy",
                             "backoff", "held",     "stopping", "killing", "ended"};
  return words[static_cast<std::size_t>(state)];
}

RunState::RunState(const Plan& plan) : plan_(plan), steps_(plan.steps.size()) {}

Result<void> RunState::begin(Instant now) {
  for (StepState& step : steps_) step.since = now;
  return {};
}

void RunState::set(Instant now, StepIndex step, State state) {
  StepState& known = steps_[position(step)];
  if (known.state == state) return;
  known.state = state;
  known.since = now;
  known.gate.reset();
  known.again.reset();
  known.comes_back = false;
}

void RunState::end(Instant now, StepIndex step, const engine::Outcome& outcome) {
  set(now, step, State::ended);
  steps_[position(step)].outcome = outcome;
  StepState& known = steps_[position(step)];
  known.released = known.released_ready = known.released_start = true;
}

void RunState::report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) {
  const auto outcome_of = [&](StepIndex step) -> const engine::Outcome& { return outcomes[position(step)]; };
  const auto runs = [&](StepIndex step) {
    set(now, step, State::running);
    StepState& known = steps_[position(step)];
    const Step& settings = plan_.steps[position(step)];
    known.was_started = known.released_start = true;
    known.not_ready = false;
    known.probing.reset();
    if (settings.background && !known.released) known.delay_ends = now + settings.delay;
    known.released = known.released || (settings.background && !settings.releases_when_ready);
  };
  std::visit(Overloaded{
                 [&](const engine::Start& what) {
                   set(now, what.attempt.step, State::starting);
                   steps_[position(what.attempt.step)].attempt = what.attempt.number;
                 },
                 [&](const engine::StepStarted& what) { runs(what.step); },
                 [&](const engine::StepRestarted& what) { runs(what.attempt.step); },
                 [&](const engine::StepReady& what) {
                   set(now, what.step, State::ready);
                   StepState& known = steps_[position(what.step)];
                   known.probing.reset();
                   known.released = known.released || plan_.steps[position(what.step)].background;
                   known.released_ready = true;
                 },
                 [&](const engine::StillProbing& what) { steps_[position(what.step)].probing = what.found; },
                 [&](const engine::StepNotReady& what) {
                   steps_[position(what.step)].probing = what.found;
                   // What has failed by that may come back.
                   steps_[position(what.step)].not_ready = !outcome_of(what.step).reason;
                 },
                 [&](const engine::StepUnhealthy& what) {
                   set(now, what.step, State::unhealthy);
                   steps_[position(what.step)].unhealthy = what.why;
                 },
                 [&](const engine::StepHealthy& what) {
                   set(now, what.step,
                       plan_.steps[position(what.step)].ready.empty() ? State::running : State::ready);
                 },
                 [&](const engine::Terminate& what) {
                   set(now, what.attempt.step,
                       what.urgency == Urgency::force ? State::killing : State::stopping);
                   steps_[position(what.attempt.step)].comes_back = what.comes_back;
                   const auto& reason = outcome_of(what.attempt.step).reason;
                   if (reason && std::holds_alternative<engine::Held>(*reason))
                     take_back_releases(now, what.attempt.step);
                 },
                 [&](const engine::AttemptEnded& what) {
                   set(now, what.attempt.step, State::backoff);
                   steps_[position(what.attempt.step)].again = now + what.again_in;
                   steps_[position(what.attempt.step)].outcome = outcome_of(what.attempt.step);
                 },
                 [&](const engine::StepHeld& what) {
                   set(now, what.step, State::held);
                   steps_[position(what.step)].outcome = outcome_of(what.step);
                   take_back_releases(now, what.step);
                 },
                 [&](const engine::StepEnded& what) { end(now, what.step, outcome_of(what.step)); },
                 [&](const engine::DelayBegan& what) { steps_[position(what.next)].gate = now + what.delay; },
                 [&](const engine::Stopping& what) { stopping_ = what.reason; },
                 [&](const engine::Finish& what) {
                   for (std::size_t at = 0; at < steps_.size(); ++at)
                     if (steps_[at].state == State::pending) end(now, StepIndex(at), outcomes[at]);
                   exit_code_ = what.exit_code;
                 },
                 [](const auto&) {},
             },
             action);
}

/// Those that its delay still held back wait until it starts again.
void RunState::take_back_releases(Instant now, StepIndex step) {
  StepState& known = steps_[position(step)];
  if (known.delay_ends.value_or(now) <= now) return;
  known.released = known.released_ready = known.released_start = false;
  known.delay_ends.reset();
  for (std::size_t at = position(step) + 1; at < steps_.size(); ++at)
    if (steps_[at].gate && !waits_for(StepIndex(at)).empty()) steps_[at].gate.reset();
}

bool RunState::is_at_its_end() const {
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    const bool accompanies = plan_.steps[at].service && at + 1 < steps_.size();
    if (!accompanies && !plan_.steps[at].finally && steps_[at].state != State::ended) return false;
  }
  return true;
}

std::vector<RunState::Before> RunState::before(StepIndex step) const {
  std::vector<Before> all;
  const Step& settings = plan_.steps[position(step)];
  for (std::size_t at = 0; at < position(step); ++at) {
    const bool in_order = plan_.is_list && !plan_.steps[at].finally && !settings.finally;
    if (in_order || (settings.finally && !plan_.steps[at].service))
      all.push_back({StepIndex(at), &StepState::released});
  }
  for (std::optional<BarrierIndex> at = settings.after; at; at = plan_.barriers[position(*at)].after) {
    const Barrier& barrier = plan_.barriers[position(*at)];
    for (const StepIndex other : barrier.steps) all.push_back({other, &StepState::released});
    for (const StepIndex other : barrier.until_start) all.push_back({other, &StepState::released_start});
  }
  for (const StepIndex other : settings.after_ready) all.push_back({other, &StepState::released_ready});
  return all;
}

std::vector<StepIndex> RunState::waits_for(StepIndex step) const {
  std::vector<StepIndex> all;
  for (const auto& [other, until] : before(step))
    if (!(steps_[position(other)].*until)) all.push_back(other);
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::optional<StepIndex> RunState::delayed_by(StepIndex step, Instant now) const {
  std::optional<StepIndex> last;
  if (!steps_[position(step)].gate) return last;
  Instant until = now;
  for (const auto& [other, kept] : before(step)) {
    const std::optional<Instant>& ends = steps_[position(other)].delay_ends;
    if (!ends || *ends <= until) continue;
    until = *ends;
    last = other;
  }
  return last;
}

}  // namespace dream::control
