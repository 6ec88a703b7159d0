#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "engine/exit_code.hpp"
#include "engine/state.hpp"

namespace dream::engine {

Engine::State::Progress& Engine::State::progress_of(StepIndex step) {
  DREAM_ASSERT(position(step) < steps.size());
  return steps[position(step)];
}

bool Engine::State::is_stale(Attempt attempt) {
  const Progress& progress = progress_of(attempt.step);
  DREAM_ASSERT(attempt.number >= 1 && attempt.number <= progress.attempt);
  return attempt.number < progress.attempt || !is_under_way(progress.phase);
}

void Engine::State::feed(StepIndex step, Input input) {
  const Cell cell = cell_of(progress_of(step).phase, input);
  DREAM_ASSERT(cell.reaction != Reaction::bug);
  set_phase(step, cell.to);
  react(step, cell.reaction);
}

/// Of its latest attempt.
void Engine::State::feed_end(StepIndex step, Input last, Input another_follows) {
  const bool back = comes_back(step);
  const bool holds = back && progress_of(step).holds;
  feed(step, holds ? Input::exited_held : back ? another_follows : last);
}

void Engine::State::react(StepIndex step, Reaction reaction) {
  switch (reaction) {
    case Reaction::bug:
    case Reaction::nothing:
      break;
    case Reaction::skip:
      skip(step);
      break;
    case Reaction::start:
      start(step);
      break;
    case Reaction::run:
      run(step);
      break;
    case Reaction::note_start:
      note_start(step);
      break;
    case Reaction::run_and_end:
      note_start(step);
      end(step);
      break;
    case Reaction::become_ready:
      become_ready(step);
      break;
    case Reaction::fail_to_ready:
      fail_to_ready(step);
      break;
    case Reaction::become_unhealthy:
      become_unhealthy(step);
      break;
    case Reaction::expire:
      expire(step);
      break;
    case Reaction::terminate:
      terminate(step);
      break;
    case Reaction::force:
      force(step);
      break;
    case Reaction::run_and_back_off:
      note_start(step);
      back_off(step);
      release_by_start(step);
      break;
    case Reaction::back_off:
      back_off(step);
      break;
    case Reaction::hold:
      hold(step);
      break;
    case Reaction::restart:
      end_attempt(step, RestartRequested{});
      terminate(step);
      break;
    case Reaction::stay_held:
      stay_held(step);
      break;
    case Reaction::start_again:
      start_again(step);
      break;
    case Reaction::end:
      end(step);
      break;
    case Reaction::give_up:
      give_up(step);
      break;
  }
}

/// Those behind it come in their own turn.
void Engine::State::skip(StepIndex step) {
  if (stop || progress_of(step).barred_by) outcome_of(step).reason = reason_from_outside(step);
  if (stop) return;
  release_ready(step, now);
  release(step, now);
}

StepEnd Engine::State::reason_from_outside(StepIndex step) {
  if (stop) return *stop;
  if (const auto& barred_by = progress_of(step).barred_by) return NeededFailed{*barred_by};
  return NoLongerNeeded{};
}

void Engine::State::feed_all(Input input) {
  for (std::size_t i = 0; i < steps.size(); ++i) feed(StepIndex(i), input);
}

/// Nothing but the background is waited for once nobody holds the run any more: a step in front until it has
/// ended for good, every step while a start of it isn't answered.
bool Engine::State::holds(const Progress& step, Phase phase) {
  if (step.kind == Kind::background || step.kind == Kind::service) return phase == Phase::starting;
  return phase != Phase::pending && phase != Phase::ended;
}

void Engine::State::set_phase(StepIndex step, Phase phase) {
  Progress& progress = progress_of(step);
  const Phase before = std::exchange(progress.phase, phase);
  if (phase == before) return;
  if (before == Phase::pending && progress.kind != Kind::finally) --pending;
  if (before == Phase::pending || before == Phase::backoff) leave_queue(step);
  if (takes_slot(step)) {
    slots_taken -= is_under_way(before) ? 1 : 0;
    slots_taken += is_under_way(phase) ? 1 : 0;
  }
  if (holds(progress, before)) --holding;
  if (holds(progress, phase)) ++holding;
  if (is_under_way(before) && !is_under_way(phase) && progress.started)
    outcome_of(step).ran = now - *progress.started;
  if (phase == Phase::ended) {
    ++ended;
    if (is_ordinary(step)) --others_left;
    if (serves(step)) --services_left;
  } else if (before == Phase::ended) {
    --ended;
    if (is_ordinary(step)) ++others_left;
    if (serves(step)) ++services_left;
  }
  end_looking(step);
  // Each phase has its own.
  deadlines.set(step, std::nullopt);
  news.set(step, std::nullopt);
}

/// It waits for no moment and no slot any more.
void Engine::State::leave_queue(StepIndex step) {
  gates.set(step, std::nullopt);
  at_once.erase(step);
  queue.erase(step);
}

/// What the last attempt has said of itself is no longer the step's outcome. What it has left running is
/// ended before this one begins.
void Engine::State::start(StepIndex step) {
  progress_of(step).again = progress_of(step).holds = false;
  progress_of(step).started.reset();
  if (++progress_of(step).attempt > 1) outcome_of(step) = {.started = outcome_of(step).started};
  actions.emplace_back(Start{attempt_of(step)});
}

void Engine::State::note_start(StepIndex step) {
  DREAM_ASSERT(!progress_of(step).started);
  ran = true;
  progress_of(step).started = now;
  if (!is_under_way(progress_of(step).phase)) outcome_of(step).ran = Duration(0);
  if (std::optional<Instant>& first = outcome_of(step).started) {
    actions.emplace_back(StepRestarted{attempt_of(step)});
  } else {
    first = now;
    actions.emplace_back(StepStarted{step});
  }
}

void Engine::State::run(StepIndex step) {
  note_start(step);
  if (has_no_future(step)) return;  // it is asked to end when its users have ended
  if (const auto timeout = settings_of(step).timeout) deadlines.set(step, later(now, *timeout));
  if (!settings_of(step).ready.empty()) {
    progress_of(step).probing = true;
    ready_limits.set(step, later(now, settings_of(step).ready_timeout));
    if (is_awaited(step)) news.set(step, later(now, limits.quiet_wait));
    actions.emplace_back(BeginProbing{attempt_of(step)});
  } else {
    begin_health(step);
    renew_others(step);
    end_renewal(step);
  }
  release_by_start(step);
}

void Engine::State::release_by_start(StepIndex step) {
  if (!settings_of(step).background) return;
  const Instant instant = later(now, settings_of(step).delay);
  release_started(step, instant);
  if (!settings_of(step).releases_when_ready) release(step, instant);
}

/// The delay counts from the start, and is never shorter than asked.
void Engine::State::become_ready(StepIndex step) {
  Outcome& outcome = outcome_of(step);
  outcome.ready = now;
  end_looking(step);
  actions.emplace_back(StepReady{step, now - *progress_of(step).started});
  begin_health(step);
  renew_others(step);
  end_renewal(step);
  if (!settings_of(step).background) return;
  const Instant instant = std::max(now, later(*progress_of(step).started, settings_of(step).delay));
  release_ready(step, instant);
  release(step, instant);
}

void Engine::State::fail_to_ready(StepIndex step) {
  actions.emplace_back(StepNotReady{step, {}, now - *progress_of(step).started});
  end_looking(step);
  if (!is_awaited(step)) return end_renewal(step);
  const bool in_time = outcome_of(step).start_error.has_value();
  fail(step, in_time ? StepEnd(CannotBecomeReady{}) : StepEnd(NotReadyInTime{}));
}

void Engine::State::begin_health(StepIndex step) {
  if (!settings_of(step).health) return;
  progress_of(step).watched = true;
  actions.emplace_back(BeginHealth{attempt_of(step)});
}

/// By itself that ends nothing.
void Engine::State::become_unhealthy(StepIndex step) {
  if (settings_of(step).restart.on != Restart::On::no) fail(step, BecameUnhealthy{});
}

/// Neither whether it is ready, nor whether it is healthy.
void Engine::State::end_looking(StepIndex step) {
  if (std::exchange(progress_of(step).watched, false)) actions.emplace_back(EndHealth{attempt_of(step)});
  if (!std::exchange(progress_of(step).probing, false)) return;
  ready_limits.set(step, std::nullopt);
  news.set(step, std::nullopt);
  actions.emplace_back(EndProbing{attempt_of(step)});
}

/// Those that are to be restarted with `step`, whose latest attempt is ready now. One that starts meanwhile
/// finds that already.
void Engine::State::renew_others(StepIndex step) {
  if (progress_of(step).attempt == 1) return;
  for (const StepIndex other : progress_of(step).restarted_with) {
    if (progress_of(other).phase != Phase::running || has_no_future(other)) continue;
    end_attempt(other, Renewed{step});
    feed(other, Input::stop_asked);
  }
}

/// It is to end without having failed, and comes back.
void Engine::State::end_attempt(StepIndex step, const StepEnd& reason) {
  see_how_well(step);
  progress_of(step).again = true;
  outcome_of(step).kind = OutcomeKind::terminated;
  outcome_of(step).reason = reason;
}

void Engine::State::expire(StepIndex step) {
  fail(step, TimedOut{});
}

/// The failure counts from now, whatever the step says when it ends. It is the attempt's alone if another
/// follows.
void Engine::State::fail(StepIndex step, const StepEnd& reason) {
  outcome_of(step).kind = OutcomeKind::failed;
  outcome_of(step).reason = reason;
  progress_of(step).again = comes_back(step);
  const bool fails_run = settings_of(step).required && progress_of(step).kind != Kind::finally;
  if (fails_run && !progress_of(step).again) fail_run(step);
  feed(step, Input::stop_asked);
}

void Engine::State::terminate(StepIndex step) {
  Outcome& outcome = outcome_of(step);
  if (!outcome.reason) {
    outcome.kind = OutcomeKind::terminated;
    outcome.reason = reason_from_outside(step);
  }
  progress_of(step).asked_at = now;
  deadlines.set(step, later(now, settings_of(step).stop_grace));
  news.set(step, later(now, limits.quiet_stop));
  actions.emplace_back(Terminate{attempt_of(step), Urgency::graceful, is_coming_back(step)});
}

void Engine::State::force(StepIndex step) {
  outcome_of(step).forced = true;
  progress_of(step).forced_at_once = now == progress_of(step).asked_at;
  deadlines.set(step, later(now, limits.unkillable));
  actions.emplace_back(Terminate{attempt_of(step), Urgency::force, is_coming_back(step)});
}

void Engine::State::give_up(StepIndex step) {
  outcome_of(step).exit = Lost{"its executor did not report its end " + human_duration(limits.unkillable) +
                               " after it was killed"};
  progress_of(step).again = false;
  if (is_renewed(step)) {  // nothing that failed, till now
    outcome_of(step).kind = OutcomeKind::failed;
    outcome_of(step).reason.reset();
  }
  actions.emplace_back(GiveUp{attempt_of(step)});
  end(step);
}

/// How the latest attempt has ended.
void Engine::State::judge(StepIndex step) {
  Outcome& outcome = outcome_of(step);
  if (outcome.reason) return;  // it was asked to end: what its process said then means nothing
  if (progress_of(step).kind == Kind::service && has_no_future(step)) {  // before its turn to be asked
    outcome.kind = OutcomeKind::terminated;
    outcome.reason = reason_from_outside(step);
    return;
  }
  const bool ready_enough = !is_awaited(step) || outcome.ready;
  const bool succeeded = ready_enough && progress_of(step).kind != Kind::service && outcome.exit &&
                         is_success(*outcome.exit, settings_of(step).success_codes);
  outcome.kind = succeeded ? OutcomeKind::succeeded : OutcomeKind::failed;
}

/// Whether another attempt follows the latest, which is over, or is to end for a failure.
bool Engine::State::comes_back(StepIndex step) {
  const Restart& restart = settings_of(step).restart;
  Progress& progress = progress_of(step);
  if (has_no_future(step)) return false;
  if (progress.phase == Phase::stopping || progress.phase == Phase::killing) return progress.again;
  see_how_well(step);
  if (restart.on == Restart::On::no) return false;
  const Outcome& outcome = outcome_of(step);
  const bool foreground = !settings_of(step).background;
  const bool failed = outcome.kind == OutcomeKind::failed;
  if (failed ? is_not_there(outcome) : restart.on == Restart::On::failure || foreground) return false;
  return progress.restarts.may_come(restart, now, foreground);
}

/// How the latest attempt of a step ran, which is over or is to end.
void Engine::State::see_how_well(StepIndex step) {
  const bool has_ready = !settings_of(step).ready.empty();
  const std::optional<Instant> since = has_ready ? outcome_of(step).ready : progress_of(step).started;
  progress_of(step).restarts.see_end(now, since, has_ready, limits.good_after);
}

void Engine::State::back_off(StepIndex step) {
  Progress& progress = progress_of(step);
  const Restart& restart = settings_of(step).restart;
  progress.again = true;
  if (is_renewed(step)) {
    constexpr Duration next_moment{1};  // what the last attempt has said is told first
    gates.set(step, later(now, next_moment));
    actions.emplace_back(AttemptEnded{attempt_of(step), next_moment, 0});
    return;
  }
  const std::size_t before = progress.restarts.counted(restart, now, !settings_of(step).background);
  const Duration pause = progress.restarts.take_next(restart, now);
  gates.set(step, later(now, pause));
  actions.emplace_back(AttemptEnded{attempt_of(step), pause, before + 1});
}

bool Engine::State::is_renewed(StepIndex step) {
  const std::optional<StepEnd>& reason = outcome_of(step).reason;
  return reason && (std::holds_alternative<Renewed>(*reason) || std::holds_alternative<Held>(*reason) ||
                    std::holds_alternative<RestartRequested>(*reason));
}

void Engine::State::end(StepIndex step) {
  Outcome& outcome = outcome_of(step);
  if (progress_of(step).again) {  // its latest attempt was to be followed by another
    outcome.kind = OutcomeKind::terminated;
    outcome.reason = reason_from_outside(step);
    outcome.start_error.reset();
  }
  outcome.ended = now;
  actions.emplace_back(StepEnded{step});
  if (outcome.kind == OutcomeKind::failed && settings_of(step).required) fail_run(step);
  // The delay of a step in the background goes on when it ends by itself.
  const std::optional<Instant> started = progress_of(step).started;
  const bool delays = settings_of(step).background && started && !progress_of(step).barred_by;
  const Instant instant = delays ? std::max(now, later(*started, settings_of(step).delay)) : now;
  release_ready(step, instant);
  release(step, instant);
  release_needed(step);
  end_renewal(step);
}

}  // namespace dream::engine
