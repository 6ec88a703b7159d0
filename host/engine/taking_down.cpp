#include <utility>

#include "engine/state.hpp"

/// Who is asked to end, and when: each step when nothing that needs it, directly or through others, runs any
/// more.
namespace dream::engine {

void Engine::State::dismiss() {
  dismissed = true;
  take_down();
}

void Engine::State::force_all() {
  dismissed = true;
  feed_all(Input::stop_asked);
  feed_all(Input::force_asked);
}

/// All that has no future.
void Engine::State::take_down() {
  count_users();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (is_unused(StepIndex(i)) || is_held_for_good(StepIndex(i)))
      feed(StepIndex(i), Input::stop_asked);
    else if (has_no_future(StepIndex(i)))
      ask_to_end(StepIndex(i));
  }
}

/// A service that nothing has used yet goes with the ordinary steps, though others stay.
bool Engine::State::is_unused(StepIndex step) const {
  return stop && steps[position(step)].kind == Kind::service && !outcomes[position(step)].started;
}

/// What isn't to end doesn't keep what it needs: services outlive what they use when something is still to
/// run at the end.
void Engine::State::count_users() {
  for (Progress& step : steps) step.users = 0;
  if (plan.stop_order == StopOrder::all) return;
  for (std::size_t i = steps.size(); i-- > 0;) {
    Progress& step = steps[i];
    step.leaves = is_under_way(step.phase) && (has_no_future(StepIndex(i)) || is_unused(StepIndex(i)));
    step.is_user = step.users > 0 || step.leaves;
    if (!step.is_user) continue;
    for (const StepIndex needed : plan.steps[i].needs) ++progress_of(needed).users;
  }
}

/// What runs until its users have ended is past its timeout, and nobody looks how it is.
void Engine::State::ask_to_end(StepIndex step) {
  const Progress& progress = progress_of(step);
  const bool runs = progress.phase == Phase::starting || progress.phase == Phase::running;
  if (!runs || progress.users == 0) return feed(step, Input::stop_asked);
  end_looking(step);
  deadlines.set(step, std::nullopt);
}

/// `step` has ended, and no longer keeps what it needs. A long chain of those that had ended before may
/// follow.
void Engine::State::release_needed(StepIndex step) {
  std::vector<StepIndex> gone;
  const auto goes = [&](StepIndex user) {
    Progress& progress = progress_of(user);
    if (progress.users == 0 && std::exchange(progress.is_user, false)) gone.push_back(user);
  };
  goes(step);
  while (!gone.empty()) {
    const StepIndex user = gone.back();
    gone.pop_back();
    for (const StepIndex needed : settings_of(user).needs) {
      Progress& progress = progress_of(needed);
      if (--progress.users > 0) continue;
      if (progress.leaves && is_under_way(progress.phase))
        ask_to_end(needed);
      else
        goes(needed);
    }
  }
}

/// Whether there was something.
bool Engine::State::end_what_lasts() {
  if (services_left > 0 || stop) return false;
  bool asked = false;
  for (const StepIndex step : lasting) {
    if (progress_of(step).phase != Phase::running) continue;
    feed(step, Input::stop_asked);
    asked = true;
  }
  return asked;
}

std::vector<StepIndex> Engine::State::asked_later() const {
  std::vector<StepIndex> later;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if ((steps[i].phase == Phase::starting || steps[i].phase == Phase::running) &&
        has_no_future(StepIndex(i)))
      later.push_back(StepIndex(i));
  return later;
}

}  // namespace dream::engine
