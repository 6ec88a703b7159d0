#include "engine/state.hpp"

/// What a person asks of single steps.
namespace dream::engine {

void Engine::State::on(const HoldAsked& event) {
  if (may_be_told(event.step)) feed(event.step, Input::hold_asked);
}

void Engine::State::on(const StartAsked& event) {
  if (may_be_told(event.step)) feed(event.step, Input::start_asked);
}

void Engine::State::on(const RestartAsked& event) {
  if (may_be_told(event.step)) feed(event.step, Input::restart_asked);
}

void Engine::State::hold(StepIndex step) {
  renew(step, Held{});
  progress_of(step).holds = true;
  terminate(step);
}

/// Nothing follows by itself, whatever becomes of the run.
void Engine::State::rest(StepIndex step) {
  progress_of(step).again = progress_of(step).holds = false;
  outcome_of(step).kind = OutcomeKind::terminated;
  outcome_of(step).reason = Held{};
  outcome_of(step).start_error.reset();
  actions.emplace_back(StepHeld{step});
}

/// In front it may still wait for a slot.
void Engine::State::hurry(StepIndex step) {
  progress_of(step).again = true;
  gates.set(step, now);
}

}  // namespace dream::engine
