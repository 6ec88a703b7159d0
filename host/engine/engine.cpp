#include "engine/engine.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/assert.hpp"
#include "engine/exit_code.hpp"
#include "engine/step_table.hpp"

namespace dream::engine {
namespace {

/// A delay of three centuries must not wrap around into the past.
Instant later(Instant instant, Duration duration) {
  return instant > Instant::max() - duration ? Instant::max() : instant + duration;
}

}  // namespace

/// The front of the run is `next` and `gate`: everything before `next` was started, `next` itself starts when
/// the gate opens. No gate: the step before `next` has not let go (it is starting, or it is a foreground step
/// that has not ended), or nothing starts any more.
struct Engine::State {
  struct Progress {
    Phase phase = Phase::pending;
    std::optional<Instant> deadline;  ///< running: of its timeout; stopping: of its grace
  };

  State(const Plan& its_plan, Duration its_quiet_stop)
      : plan(its_plan), quiet_stop(its_quiet_stop), steps(plan.steps.size()), outcomes(plan.steps.size()) {
    DREAM_ASSERT(!steps.empty() && quiet_stop > Duration{0});
    for (const Step& step : plan.steps) {
      DREAM_ASSERT(step.background || !step.service);
      DREAM_ASSERT(step.delay >= Duration{0} && step.stop_grace >= Duration{0});
      DREAM_ASSERT(!step.timeout || *step.timeout >= Duration{0});
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (!serves_others(StepIndex(i))) ++others_left;
    }
  }

  // ---- events

  void on(const Begin&) {
    DREAM_ASSERT(!begun);
    begun = true;
    open_gate_from(now);
  }
  void on(const Started& event) { feed(event.step, Input::started); }
  void on(const StartFailed& event) {
    outcome_of(event.step).start_error = event.error;
    feed(event.step, Input::start_failed);
  }
  void on(const Exited& event) {
    outcome_of(event.step).exit = event.status;
    feed(event.step, Input::exited);
  }
  void on(const Interrupted& event) {
    ++interruptions;
    stop_run(StoppedBySignal{event.signal});
    if (interruptions > 1) feed_all(Input::force_asked);
  }
  void on(const OutputLost& event) {
    stop_run(event.reader_gone ? StopReason(ReaderGone{}) : StopReason(OutputBroken{}));
  }
  void on(const TimePassed&) {}

  // ---- one step

  void feed(StepIndex step, Input input) {
    DREAM_ASSERT(position(step) < steps.size());
    const Phase phase = steps[position(step)].phase;
    const Reaction reaction = reaction_to(phase, input);
    DREAM_ASSERT(reaction != Reaction::bug);
    set_phase(step, phase_after(phase, reaction));
    switch (reaction) {
      case Reaction::bug:
      case Reaction::nothing:
        break;
      case Reaction::skip:
        outcome_of(step).reason = stop;
        break;
      case Reaction::start:
        actions.emplace_back(Start{step});
        break;
      case Reaction::run:
        run(step);
        break;
      case Reaction::note_start:
        note_start(step);
        break;
      case Reaction::run_and_end:
        run_and_end(step);
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
    }
  }

  void set_phase(StepIndex step, Phase phase) {
    Phase& current = steps[position(step)].phase;
    if (phase == current) return;
    if (current == Phase::stopping) --stopping;
    if (phase == Phase::stopping) ++stopping;
    if (phase == Phase::ended) ++ended;
    if (phase == Phase::ended && !serves_others(step)) --others_left;
    current = phase;
  }

  void set_deadline(StepIndex step, std::optional<Instant> deadline) {
    std::optional<Instant>& current = steps[position(step)].deadline;
    if (current) deadlines.erase(deadlines.find(*current));
    if (deadline) deadlines.insert(*deadline);
    current = deadline;
  }

  void feed_all(Input input) {
    for (std::size_t i = 0; i < steps.size(); ++i) feed(StepIndex(i), input);
  }

  void note_start(StepIndex step) {
    DREAM_ASSERT(!outcome_of(step).started);
    outcome_of(step).started = now;
    actions.emplace_back(StepStarted{step});
  }

  void run(StepIndex step) {
    note_start(step);
    if (const auto timeout = settings_of(step).timeout) set_deadline(step, later(now, *timeout));
    if (settings_of(step).background) let_go(step, later(now, settings_of(step).delay));
  }

  void run_and_end(StepIndex step) {
    note_start(step);
    end(step);
    if (settings_of(step).background) let_go(step, later(now, settings_of(step).delay));
  }

  /// The failure counts from now, whatever the step says when it ends.
  void expire(StepIndex step) {
    outcome_of(step).kind = OutcomeKind::failed;
    outcome_of(step).reason = TimedOut{};
    if (settings_of(step).required)
      stop_run(RequiredFailed{step});
    else
      feed(step, Input::stop_asked);
  }

  void terminate(StepIndex step) {
    Outcome& outcome = outcome_of(step);
    if (!outcome.reason) {
      outcome.kind = OutcomeKind::terminated;
      outcome.reason = stop.value_or(NoLongerNeeded{});
    }
    set_deadline(step, later(now, settings_of(step).stop_grace));
    actions.emplace_back(Terminate{step, Urgency::graceful});
  }

  void force(StepIndex step) {
    outcome_of(step).forced = true;
    set_deadline(step, std::nullopt);
    actions.emplace_back(Terminate{step, Urgency::force});
  }

  void end(StepIndex step) {
    Outcome& outcome = outcome_of(step);
    // Whoever was asked to end has its outcome already: what its process said then means nothing.
    if (!outcome.reason) {
      const bool succeeded = outcome.exit && is_success(*outcome.exit) && !serves_others(step);
      outcome.kind = succeeded ? OutcomeKind::succeeded : OutcomeKind::failed;
    }
    outcome.ended = now;
    set_deadline(step, std::nullopt);
    actions.emplace_back(StepEnded{step});
    if (outcome.kind == OutcomeKind::failed && settings_of(step).required) stop_run(RequiredFailed{step});
    if (!settings_of(step).background || outcome.start_error) let_go(step, now);
  }

  // ---- the whole run

  /// The first cause wins: once the run is being stopped, nothing changes why.
  void stop_run(StopReason reason) {
    if (stop) return;
    stop = reason;
    code = exit_code(reason, outcomes);
    gate.reset();
    ending_since.reset();
    actions.emplace_back(Stopping{reason});
    feed_all(Input::stop_asked);
  }

  /// `step` no longer holds the next one back, from `instant` on.
  void let_go(StepIndex step, Instant instant) {
    if (stop) return;
    DREAM_ASSERT(position(step) + 1 == next);
    open_gate_from(instant);
  }

  void open_gate_from(Instant instant) {
    if (next == steps.size()) return;
    const Step& step = plan.steps[next];
    gate = step.background ? instant : later(instant, step.delay);
    if (*gate > now) actions.emplace_back(DelayBegan{StepIndex(next), *gate - now});
  }

  void start_next_if_due() {
    if (!gate || *gate > now) return;
    gate.reset();
    feed(StepIndex(next++), Input::due);
  }

  void pass_deadlines() {
    // A deadline that passes can set others that pass at once: a grace of 0, of any step.
    while (!deadlines.empty() && *deadlines.begin() <= now) {
      for (std::size_t i = 0; i < steps.size(); ++i) {
        if (!steps[i].deadline || *steps[i].deadline > now) continue;
        set_deadline(StepIndex(i), std::nullopt);
        feed(StepIndex(i), steps[i].phase == Phase::running ? Input::timeout_passed : Input::grace_passed);
      }
    }
  }

  /// Services are there for the others: when all those have ended, they go.
  void dismiss_services() {
    if (others_left == 0) feed_all(Input::stop_asked);
  }

  void announce_waiting() {
    if (announced || stop || next < steps.size()) return;
    const auto holds = [this](std::size_t i) {
      return steps[i].phase != Phase::ended &&
             (!plan.steps[i].background || steps[i].phase == Phase::starting);
    };
    if (holds(steps.size() - 1)) return;  // as most often, so that the others need not be asked
    std::vector<StepIndex> waiting_for;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].phase == Phase::ended) continue;
      if (holds(i)) return;
      if (!serves_others(StepIndex(i))) waiting_for.push_back(StepIndex(i));
    }
    if (waiting_for.empty()) return;
    announced = true;
    actions.emplace_back(WaitingForBackground{std::move(waiting_for)});
  }

  /// Told when `quiet_stop` has passed, and then each time that it has taken as long again.
  void tell_who_still_ends() {
    if (stopping == 0) {
      ending_since.reset();
      tell_at.reset();
    } else if (!ending_since) {
      ending_since = now;
      tell_at = later(now, quiet_stop);
    } else if (*tell_at <= now) {
      std::vector<Ending> still = ending();
      std::erase_if(still, [](const Ending& step) { return !step.force_at; });
      actions.emplace_back(StillEnding{std::move(still), interruptions == 0 ? 2 : 1});
      tell_at = later(now, now - *ending_since);
    }
  }

  void finish_if_over() {
    if (ended < steps.size()) return;
    finished = true;
    actions.emplace_back(Finish{code});
  }

  // ---- questions

  [[nodiscard]] const Step& settings_of(StepIndex step) const { return plan.steps[position(step)]; }
  [[nodiscard]] Outcome& outcome_of(StepIndex step) {
    DREAM_ASSERT(position(step) < outcomes.size());
    return outcomes[position(step)];
  }
  /// The requested step is what the run is for, even when it is declared a service.
  [[nodiscard]] bool serves_others(StepIndex step) const {
    return settings_of(step).service && position(step) + 1 != steps.size();
  }

  [[nodiscard]] std::vector<Ending> ending() const {
    std::vector<Ending> ending;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].phase == Phase::stopping || steps[i].phase == Phase::killing)
        ending.push_back({StepIndex(i), steps[i].deadline});
    }
    return ending;
  }

  const Plan& plan;
  Duration quiet_stop;
  std::vector<Progress> steps;  ///< changed by set_phase() and set_deadline(), which keep count:
  std::size_t ended = 0;
  std::size_t stopping = 0;
  std::size_t others_left = 0;       ///< not ended, and no service for others
  std::multiset<Instant> deadlines;  ///< of all steps
  std::vector<Outcome> outcomes;
  std::vector<Action> actions;
  Instant now = Instant::min();
  std::size_t next = 0;
  std::optional<Instant> gate;
  std::optional<StopReason> stop;       ///< why the whole run is being stopped
  std::optional<Instant> ending_since;  ///< without a break, some step has been asked to end and still runs
  std::optional<Instant> tell_at;       ///< who that is
  int code = 0;
  int interruptions = 0;
  bool begun = false;
  bool announced = false;
  bool finished = false;
};

Engine::Engine(const Plan& plan, Duration quiet_stop) : state_(std::make_unique<State>(plan, quiet_stop)) {}
Engine::~Engine() = default;

void Engine::handle(Instant now, const Event& event) {
  State& state = *state_;
  DREAM_ASSERT(now >= state.now);
  DREAM_ASSERT(state.begun || std::holds_alternative<Begin>(event));
  state.now = now;
  // A signal may still come in before the driver has seen Finish. Of a step nothing can come any more.
  if (state.finished &&
      (std::holds_alternative<Interrupted>(event) || std::holds_alternative<OutputLost>(event) ||
       std::holds_alternative<TimePassed>(event)))
    return;
  // What happened counts before what only became due: an exit at the very moment of its timeout is an exit,
  // and nothing is started at the moment of a failure.
  std::visit([&state](const auto& what) { state.on(what); }, event);
  state.dismiss_services();
  state.pass_deadlines();
  state.start_next_if_due();
  state.announce_waiting();
  state.tell_who_still_ends();
  state.finish_if_over();
}

std::optional<Instant> Engine::next_deadline() const {
  std::optional<Instant> earliest = state_->gate;
  const auto consider = [&earliest](const std::optional<Instant>& deadline) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  };
  consider(state_->tell_at);
  if (!state_->deadlines.empty()) consider(*state_->deadlines.begin());
  return earliest;
}

std::vector<Action> Engine::take_actions() {
  return std::exchange(state_->actions, {});
}

std::span<const Outcome> Engine::outcomes() const {
  return state_->outcomes;
}

std::vector<Ending> Engine::ending() const {
  return state_->ending();
}

}  // namespace dream::engine
