#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"
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

void Engine::State::react(StepIndex step, Reaction reaction) {
  switch (reaction) {
    case Reaction::bug:
    case Reaction::nothing:
      break;
    case Reaction::skip:
      outcome_of(step).reason = stop;
      break;
    case Reaction::start:
      ++progress_of(step).attempt;
      actions.emplace_back(Start{attempt_of(step)});
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
    case Reaction::expire:
      expire(step);
      break;
    case Reaction::terminate:
      terminate(step);
      break;
    case Reaction::force:
      force(step);
      break;
    case Reaction::end:
      end(step);
      break;
    case Reaction::abandon:
      abandon(step);
      break;
  }
}

void Engine::State::feed_all(Input input) {
  for (std::size_t i = 0; i < steps.size(); ++i) feed(StepIndex(i), input);
}

/// Nothing but the background is waited for once nobody holds the run any more: a step in front until its
/// end, every step until its start was answered.
bool Engine::State::holds(const Progress& step, Phase phase) {
  return is_under_way(phase) && (step.kind == Kind::foreground || phase == Phase::starting);
}

void Engine::State::set_phase(StepIndex step, Phase phase) {
  Progress& progress = progress_of(step);
  const Phase before = std::exchange(progress.phase, phase);
  if (phase == before) return;
  if (before == Phase::pending) --pending;
  if (holds(progress, before)) --holding;
  if (holds(progress, phase)) ++holding;
  if (phase == Phase::ended) {
    ++ended;
    if (progress.kind != Kind::service) --others_left;
  }
  end_probing(step);
  // Each phase has its own.
  deadlines.set(step, std::nullopt);
  news.set(step, std::nullopt);
}

void Engine::State::note_start(StepIndex step) {
  DREAM_ASSERT(!outcome_of(step).started);
  outcome_of(step).started = now;
  actions.emplace_back(StepStarted{step});
}

void Engine::State::run(StepIndex step) {
  note_start(step);
  if (const auto timeout = settings_of(step).timeout) deadlines.set(step, later(now, *timeout));
  if (!settings_of(step).ready.empty()) {
    progress_of(step).probing = true;
    ready_limits.set(step, later(now, settings_of(step).ready_timeout));
    if (settings_of(step).ready_needed) news.set(step, later(now, limits.quiet_wait));
    actions.emplace_back(BeginProbing{attempt_of(step)});
  }
  if (progress_of(step).kind != Kind::foreground && !settings_of(step).releases_when_ready)
    release(step, later(now, settings_of(step).delay));
}

/// The delay counts from the start, and is never shorter than asked.
void Engine::State::become_ready(StepIndex step) {
  Outcome& outcome = outcome_of(step);
  outcome.ready = now;
  end_probing(step);
  actions.emplace_back(StepReady{step});
  if (progress_of(step).kind == Kind::foreground) return;
  const Instant instant = std::max(now, later(*outcome.started, settings_of(step).delay));
  if (!stop) release_all(progress_of(step).ready_followers, instant);
  release(step, instant);
}

void Engine::State::fail_to_ready(StepIndex step) {
  actions.emplace_back(StepNotReady{step});
  end_probing(step);
  if (!settings_of(step).ready_needed) return;
  const bool in_time = outcome_of(step).start_error.has_value();
  fail(step, in_time ? StepEnd(CannotBecomeReady{}) : StepEnd(NotReadyInTime{}));
}

void Engine::State::end_probing(StepIndex step) {
  if (!std::exchange(progress_of(step).probing, false)) return;
  ready_limits.set(step, std::nullopt);
  news.set(step, std::nullopt);
  actions.emplace_back(EndProbing{attempt_of(step)});
}

void Engine::State::expire(StepIndex step) {
  fail(step, TimedOut{});
}

/// The failure counts from now, whatever the step says when it ends.
void Engine::State::fail(StepIndex step, const StepEnd& reason) {
  outcome_of(step).kind = OutcomeKind::failed;
  outcome_of(step).reason = reason;
  if (settings_of(step).required)
    stop_run(RequiredFailed{step});
  else
    feed(step, Input::stop_asked);
}

void Engine::State::terminate(StepIndex step) {
  Outcome& outcome = outcome_of(step);
  if (!outcome.reason) {
    outcome.kind = OutcomeKind::terminated;
    outcome.reason = stop ? StepEnd(*stop) : StepEnd(NoLongerNeeded{});
  }
  progress_of(step).asked_at = now;
  deadlines.set(step, later(now, settings_of(step).stop_grace));
  news.set(step, later(now, limits.quiet_stop));
  actions.emplace_back(Terminate{attempt_of(step), Urgency::graceful});
}

void Engine::State::force(StepIndex step) {
  outcome_of(step).forced = true;
  deadlines.set(step, later(now, limits.unkillable));
  actions.emplace_back(Terminate{attempt_of(step), Urgency::force});
}

void Engine::State::abandon(StepIndex step) {
  outcome_of(step).exit = Lost{"its executor did not report its end " + human_duration(limits.unkillable) +
                               " after it was killed"};
  actions.emplace_back(GiveUp{attempt_of(step)});
  end(step);
}

void Engine::State::end(StepIndex step) {
  const Kind kind = progress_of(step).kind;
  Outcome& outcome = outcome_of(step);
  // Whoever was asked to end has its outcome already: what its process said then means nothing.
  if (!outcome.reason) {
    const bool ready_enough = !settings_of(step).ready_needed || outcome.ready;
    const bool succeeded = ready_enough && kind != Kind::service && outcome.exit &&
                           is_success(*outcome.exit, settings_of(step).success_codes);
    outcome.kind = succeeded ? OutcomeKind::succeeded : OutcomeKind::failed;
  }
  outcome.ended = now;
  actions.emplace_back(StepEnded{step});
  if (outcome.kind == OutcomeKind::failed && settings_of(step).required) stop_run(RequiredFailed{step});
  // The delay of a step in the background goes on when it ends.
  const bool never_ran = outcome.start_error && !outcome.started;
  const bool delays = kind != Kind::foreground && !never_ran;
  // One that was to be ready has kept the others back meanwhile.
  const bool kept = settings_of(step).ready_needed && outcome.started;
  const Instant since = kept ? *outcome.started : now;
  const Instant instant = delays ? std::max(now, later(since, settings_of(step).delay)) : now;
  if (!stop && !outcome.ready) release_all(progress_of(step).ready_followers, instant);
  release(step, instant);
}

}  // namespace dream::engine
