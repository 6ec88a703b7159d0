#include "simulation/oracle.hpp"

/// The oracle's opinion on health.
namespace dream::simulation {

using namespace engine;

void Oracle::watch_from_now(std::size_t step) {
  if (plan_.steps[step].health) history_[step].watching = history_[step].unbegun_watch = true;
}

/// A failure only of what may be restarted.
void Oracle::take(const Unhealthy& event) {
  const std::size_t index = position(event.attempt.step);
  History& step = history_[index];
  if (!step.is_current(event.attempt) || !step.watching) return;
  step.untold_ill = true;
  if (plan_.steps[index].restart.on == Restart::On::no) return;
  step.ill = now_;
  step.reason = BecameUnhealthy{};
  falls(index, 1, false);
}

void Oracle::take(const Healthy& event) {
  History& step = history_[position(event.attempt.step)];
  if (step.is_current(event.attempt) && step.watching) step.untold_well = true;
}

void Oracle::see(const BeginHealth& action) {
  History& step = history_[position(action.attempt.step)];
  check(step.unbegun_watch && !step.untold_start && !step.untold_ready,
        "who looks whether a step is healthy begins when that is due, once", position(action.attempt.step));
  step.unbegun_watch = false;
  step.watched = true;
}

void Oracle::see(const EndHealth& action) {
  const std::size_t index = position(action.attempt.step);
  History& step = history_[index];
  check(step.watched, "only who looks whether a step is healthy stops", index);
  check(!step.untold_ill, "that a step is unhealthy is told first", index);
  check(!step.watching || !is_wanted(index), "it is looked whether a step is healthy as long as it runs",
        index);
  step.watched = step.watching = false;
}

void Oracle::see(const StepUnhealthy& action) {
  History& step = history_[position(action.step)];
  check(step.untold_ill && step.watched, "StepUnhealthy tells of the step that is, once",
        position(action.step));
  step.untold_ill = false;
}

void Oracle::see(const StepHealthy& action) {
  History& step = history_[position(action.step)];
  check(step.untold_well && step.watched, "StepHealthy tells of the step that is again, once",
        position(action.step));
  step.untold_well = false;
}

void Oracle::health_is_right(const History& step, std::size_t index) {
  check(!step.untold_ill && !step.untold_well, "how a step is is told", index);
  check(step.watching == step.watched && !step.unbegun_watch,
        "it is looked whether a step is healthy, and not for longer", index);
}

}  // namespace dream::simulation
