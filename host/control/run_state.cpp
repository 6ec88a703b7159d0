#include "control/run_state.hpp"

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
  known.again.reset();
  known.comes_back = false;
}

void RunState::end(Instant now, StepIndex step, const engine::Outcome& outcome) {
  set(now, step, State::ended);
  steps_[position(step)].outcome = outcome;
}

void RunState::report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) {
  const auto outcome_of = [&](StepIndex step) -> const engine::Outcome& { return outcomes[position(step)]; };
  const auto runs = [&](StepIndex step) {
    set(now, step, State::running);
    StepState& known = steps_[position(step)];
    known.was_started = true;
    known.not_ready = false;
    known.probing.reset();
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
                   steps_[position(what.step)].probing.reset();
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
                 },
                 [&](const engine::AttemptEnded& what) {
                   set(now, what.attempt.step, State::backoff);
                   steps_[position(what.attempt.step)].again = now + what.again_in;
                   steps_[position(what.attempt.step)].outcome = outcome_of(what.attempt.step);
                 },
                 [&](const engine::StepHeld& what) {
                   set(now, what.step, State::held);
                   steps_[position(what.step)].outcome = outcome_of(what.step);
                 },
                 [&](const engine::StepEnded& what) { end(now, what.step, outcome_of(what.step)); },
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

}  // namespace dream::control
