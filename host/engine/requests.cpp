#include <algorithm>
#include <utility>

#include "engine/state.hpp"

/// What a person asks of single steps.
namespace dream::engine {

/// Others may wait for its first start, so that comes before.
void Engine::State::on(const HoldAsked& event) {
  const bool starts_first =
      progress_of(event.step).phase == Phase::starting && !outcome_of(event.step).started;
  if (may_be_told(event.step) && !starts_first) feed(event.step, Input::hold_asked);
}

void Engine::State::on(const StartAsked& event) {
  if (may_be_told(event.step)) feed(event.step, Input::start_asked);
}

/// One that is to be restarted with what it needs isn't restarted before that, too.
void Engine::State::on(const RestartAsked& event) {
  if (!may_be_told(event.step)) return;
  const Progress& progress = progress_of(event.step);
  const bool comes = progress.renewal == Renewal::due && progress.phase != Phase::held;
  if (event.with_dependents && comes) return;
  if (event.with_dependents) mark_dependents(event.step);
  feed(event.step, Input::restart_asked);
}

/// Those of `step`, which is to be restarted. Held ones stay so.
void Engine::State::mark_dependents(StepIndex step) {
  const Phase phase = progress_of(step).phase;
  const bool restarts = phase == Phase::running || phase >= Phase::backoff || is_coming_back(step);
  if (!restarts) return;
  progress_of(step).renewal = Renewal::under_way;
  std::vector<bool> needs_it(steps.size());
  needs_it[position(step)] = true;
  for (std::size_t i = position(step) + 1; i < steps.size(); ++i) {
    needs_it[i] = needs_one_of(StepIndex(i), needs_it);
    if (needs_it[i] && goes_on(steps[i]) && !plan.steps[i].gathers) steps[i].renewal = Renewal::due;
  }
}

/// `step` is ready, or over. What follows for those that are due is decided when all that happens at this
/// moment has: the end of the run, say.
void Engine::State::end_renewal(StepIndex step) {
  Progress& progress = progress_of(step);
  const bool over = progress.phase == Phase::ended;
  if (progress.renewal == Renewal::none || (progress.renewal == Renewal::due && !over)) return;
  progress.renewal = Renewal::none;
  came_back = std::max(came_back, std::optional(step));
}

/// Those that are due, and need nothing else that comes, are restarted. One that starts meanwhile finds it
/// already. Returns whether there was one.
bool Engine::State::renew_dependents() {
  if (!came_back) return false;
  const Renewed reason{*std::exchange(came_back, std::nullopt)};
  bool any = false;
  std::vector<bool> comes(steps.size());  // it, or something that it needs
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto other = StepIndex(i);
    comes[i] = needs_one_of(other, comes);
    if (steps[i].renewal == Renewal::due && !comes[i]) {
      const bool follows = goes_on(steps[i]) && !stop && !has_no_future(other);
      steps[i].renewal = follows ? Renewal::under_way : Renewal::none;
      if (follows && steps[i].phase == Phase::running) {
        end_attempt(other, reason);
        feed(other, Input::stop_asked);
        any = true;
      }
    }
    comes[i] = comes[i] || steps[i].renewal != Renewal::none;
  }
  return any;
}

bool Engine::State::is_on_its_way_back(StepIndex step) const {
  const Progress& progress = steps[position(step)];
  if (progress.phase == Phase::backoff || is_coming_back(step)) return true;
  const bool isnt_ready =
      progress.phase == Phase::starting || (progress.phase == Phase::running && progress.probing);
  return progress.attempt > 1 && isnt_ready;
}

/// What is due stays as it is while what it needs is held.
std::vector<bool> Engine::State::restarting() const {
  std::vector<bool> restarts(steps.size());
  std::vector<bool> comes(steps.size());  // it, or something that it needs
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto step = StepIndex(i);
    const bool needs_what_comes = needs_one_of(step, comes);
    const bool is_due = steps[i].renewal == Renewal::due && needs_what_comes;
    const bool goes_with = std::ranges::any_of(settings_of(step).restart_with, [&](StepIndex other) {
      return restarts[position(other)] || is_on_its_way_back(other);
    });
    restarts[i] = is_due || goes_with || is_coming_back(step);
    comes[i] = needs_what_comes || restarts[i] || is_on_its_way_back(step);
  }
  return restarts;
}

bool Engine::State::needs_one_of(StepIndex step, const std::vector<bool>& marked) const {
  return std::ranges::any_of(settings_of(step).needs,
                             [&](StepIndex needed) { return marked[position(needed)]; });
}

void Engine::State::hold(StepIndex step) {
  end_attempt(step, Held{});
  progress_of(step).holds = true;
  take_back_releases(step);
  terminate(step);
}

/// Nothing follows by itself, whatever becomes of the run.
void Engine::State::stay_held(StepIndex step) {
  progress_of(step).again = progress_of(step).holds = false;
  take_back_releases(step);
  outcome_of(step).kind = OutcomeKind::terminated;
  outcome_of(step).reason = Held{};
  outcome_of(step).start_error.reset();
  if (is_held_for_good(step)) return feed(step, Input::stop_asked);
  actions.emplace_back(StepHeld{step});
}

/// Whoever asks for it waits for no slot. One that had ended has not any more.
void Engine::State::start_again(StepIndex step) {
  outcome_of(step).ended.reset();
  progress_of(step).again = true;
  leave_queue(step);
  at_once.insert(step);
}

bool Engine::may_be_told(StepIndex step) const {
  return state_->may_be_told(step);
}

std::optional<StepIndex> Engine::barred_by(StepIndex step) const {
  return state_->progress_of(step).barred_by;
}

bool Engine::is_at_its_end() const {
  return state_->others_left == 0;
}

}  // namespace dream::engine
