#include "engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "engine/exit_code.hpp"
#include "engine/state.hpp"

namespace dream::engine {

Engine::State::State(const Plan& its_plan, const Limits& its_limits)
    : plan(its_plan),
      caller_waits(its_plan.caller_waits),
      limits(its_limits),
      steps(plan.steps.size()),
      outcomes(steps.size()),
      gates(steps.size()),
      deadlines(steps.size()),
      ready_limits(steps.size()),
      news(steps.size()),
      readers(limits.stuck_reader) {
  DREAM_ASSERT(!steps.empty());
  for (const Duration limit : {limits.quiet_stop, limits.quiet_wait, limits.unkillable, limits.stuck_reader,
                               limits.hang_up, limits.one_request, limits.good_after})
    DREAM_ASSERT(limit > Duration{0});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = plan.steps[i];
    DREAM_ASSERT(step.background || !step.service);
    DREAM_ASSERT(!step.finally || (!step.background && step.delay == Duration{0} && i + 1 < steps.size()));
    DREAM_ASSERT(step.delay >= Duration{0} && step.stop_grace >= Duration{0});
    DREAM_ASSERT(!step.timeout || *step.timeout >= Duration{0});
    DREAM_ASSERT(step.ready_timeout > Duration{0} || step.ready.empty());
    DREAM_ASSERT(!step.ready_needed || !step.ready.empty());
    DREAM_ASSERT(!step.lasts || (step.gathers && step.background));
    DREAM_ASSERT(!step.releases_when_ready || (step.background && step.ready_needed));
    DREAM_ASSERT(step.restart.delay >= Duration{0} && step.restart.max_delay >= step.restart.delay);
    for (const StepIndex before : step.after_ready) {
      DREAM_ASSERT(position(before) < i && plan.steps[position(before)].ready_needed);
      steps[position(before)].ready_followers.push_back(StepIndex(i));
      ++steps[i].waits_for;
    }
    for (const StepIndex before : step.restart_with) {
      DREAM_ASSERT(position(before) < i);
      steps[position(before)].restarted_with.push_back(StepIndex(i));
    }
    // The requested step is what the run is for, even when it is declared a service.
    const bool requested = i + 1 == steps.size();
    if (step.background) steps[i].kind = step.service && !requested ? Kind::service : Kind::background;
    if (step.finally) steps[i].kind = Kind::finally;
    if (is_ordinary(StepIndex(i))) ++others_left;
    if (serves(StepIndex(i))) ++services_left;
    if (step.lasts && steps[i].kind == Kind::background) lasting.push_back(StepIndex(i));
    if (step.finally) closing.push_back(StepIndex(i));
    for (const StepIndex needed : step.needs) {
      DREAM_ASSERT(position(needed) < i);
      if (plan.keep_going) steps[position(needed)].needed_by.push_back(StepIndex(i));
    }
  }
  DREAM_ASSERT(plan.jobs > 0);
  pending = steps.size() - closing.size();
  if (plan.is_list)
    make_list();
  else
    make_order();
}

// ---- events

void Engine::State::on(const Begin&) {
  DREAM_ASSERT(!begun);
  begun = true;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i].waits_for == 0 && steps[i].kind != Kind::finally) open_gate(StepIndex(i));
}

void Engine::State::on(const Started& event) {
  if (!is_stale(event.attempt)) feed(event.attempt.step, Input::started);
}

void Engine::State::on(const StartFailed& event) {
  if (is_stale(event.attempt)) return;
  outcome_of(event.attempt.step).start_error = event.error;
  judge(event.attempt.step);
  feed_end(event.attempt.step, Input::start_failed, Input::start_failed_restarts);
}

void Engine::State::on(const Exited& event) {
  if (is_stale(event.attempt)) return;
  Outcome& outcome = outcome_of(event.attempt.step);
  outcome.exit = event.status;
  // Force that came with the request: what ended otherwise didn't have to be killed.
  constexpr int kill_signal = 9;
  if (progress_of(event.attempt.step).forced_at_once && !is_end_by(event.status, kill_signal))
    outcome.forced = false;
  judge(event.attempt.step);
  feed_end(event.attempt.step, Input::exited, Input::exited_restarts);
}

/// What never ran didn't have to be killed either.
void Engine::State::on(const Withdrawn& event) {
  if (is_stale(event.attempt)) return;
  const Progress& progress = progress_of(event.attempt.step);
  DREAM_ASSERT(!progress.started && progress.phase != Phase::starting);
  outcome_of(event.attempt.step).forced = false;
  feed_end(event.attempt.step, Input::exited, Input::exited_restarts);
}

void Engine::State::on(const Ready& event) {
  if (!is_stale(event.attempt) && progress_of(event.attempt.step).probing)
    feed(event.attempt.step, Input::ready);
}

void Engine::State::on(const NeverReady& event) {
  if (is_stale(event.attempt) || !progress_of(event.attempt.step).probing) return;
  if (is_awaited(event.attempt.step)) outcome_of(event.attempt.step).start_error = event.error;
  feed(event.attempt.step, Input::never_ready);
}

void Engine::State::on(const Unhealthy& event) {
  const StepIndex step = event.attempt.step;
  if (is_stale(event.attempt) || !progress_of(step).watched) return;
  actions.emplace_back(StepUnhealthy{step, event.why});
  feed(step, Input::unhealthy);
}

void Engine::State::on(const Healthy& event) {
  const StepIndex step = event.attempt.step;
  if (!is_stale(event.attempt) && progress_of(step).watched) actions.emplace_back(StepHealthy{step});
}

void Engine::State::on(const MoreTime& event) {
  const StepIndex step = event.attempt.step;
  if (is_stale(event.attempt) || !progress_of(step).probing) return;
  ready_limits.set(step, std::max(*ready_limits.of(step), later(now, event.time)));
}

void Engine::State::on(const Lingers& event) {
  const StepIndex step = event.attempt.step;
  if (is_stale(event.attempt) || progress_of(step).phase != Phase::running) return;
  const auto timeout = settings_of(step).timeout;
  if (timeout && !has_no_future(step))
    deadlines.set(step,
                  event.lingers ? std::nullopt : std::optional(later(*progress_of(step).started, *timeout)));
}

void Engine::State::on(const LeftBehind& event) {
  if (is_stale(event.attempt)) return;
  Outcome& outcome = outcome_of(event.attempt.step);
  outcome.left_behind.insert(outcome.left_behind.end(), event.processes.begin(), event.processes.end());
  outcome.kept = event.kept;
  actions.emplace_back(LeftoversFound{event.attempt.step, event.processes, event.kept});
}

void Engine::State::on(const Interrupted& event) {
  // The end of a terminal is told by the kernel and by the shell, which takes its time.
  constexpr int hang_up = 1;
  const bool hangs_up_again = event.signal == hang_up && stop == RunStop(StoppedBySignal{hang_up});
  const bool same_request = first_signal_at && now - event.ago - *first_signal_at < limits.one_request;
  if (same_request || hangs_up_again) return;
  if (finished) return readers.wait_for_none();
  if (first_signal_at) return force_all();
  first_signal_at = now;
  stop_run(StoppedBySignal{event.signal});
}

void Engine::State::on(const DownAsked& event) {
  if (finished) return;
  stop_run(Requested{});
  if (event.now) force_all();
}

void Engine::State::on(const CallerLeft&) {
  caller_waits = false;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i].probing && !is_awaited(StepIndex(i))) news.set(StepIndex(i), std::nullopt);
}

void Engine::State::on(const GuardianLost&) {
  if (finished) return;
  stop_run(GuardianLost{});
  force_all();
}

/// What is left to be written when the run is over can still be lost.
void Engine::State::on(const OutputLost& event) {
  if (!finished) return stop_run(event.reader_gone ? RunStop(ReaderGone{}) : RunStop(OutputBroken{}));
  if (stop) return;
  if (event.reader_gone) {
    stop.emplace(ReaderGone{});
    code = reader_gone;
  } else {
    stop.emplace(OutputBroken{});
    code = output_broken;
  }
}

void Engine::State::on(const TerminalClosed&) {
  if (!stop && !finished && !hang_up_at) hang_up_at = later(now, limits.hang_up);
}

void Engine::State::on(const ReaderSeen& event) {
  readers.see(event, now);
}

void Engine::State::on(const TimePassed&) {}

// ---- the whole run

/// The first cause wins: once the run is being stopped, nothing changes why. Services outlive what is still
/// to run at the end.
void Engine::State::stop_run(const RunStop& reason) {
  if (stop) return;
  stop = reason;
  if (!std::holds_alternative<Requested>(reason)) code = engine::exit_code(reason, outcomes);
  hang_up_at.reset();
  readers.run_stops(now);
  actions.emplace_back(Stopping{reason});
  if (closed == closing.size()) return dismiss();
  take_down();
}

/// What fails at the end stops nobody: its exit code is dream's only if all else goes well.
void Engine::State::fail_run(StepIndex step) {
  const bool finally = progress_of(step).kind == Kind::finally;
  if (!finally && !plan.keep_going) return stop_run(RequiredFailed{step});
  if (!finally && stop) return;
  int& its_code = finally ? code_at_the_end : code;
  if (its_code == 0) its_code = engine::exit_code(RequiredFailed{step}, outcomes);
  if (!finally) bar_those_that_need(step);
}

/// The earliest first, also when the driver is late: the first failure is the run's. One that passes can set
/// others that pass at once (a grace of 0).
void Engine::State::pass_deadlines() {
  while (true) {
    close();                            // whoever goes with the last of the others has no timeout any more
    if (ended == steps.size()) return;  // a run that is over isn't stopped
    const auto earliest = deadlines.earliest();
    const auto ready_limit = ready_limits.earliest();
    const auto is_first = [&](const std::optional<Instant>& moment, const std::optional<Instant>& other) {
      return moment && *moment <= now && (!other || *moment <= *other);
    };
    if (is_first(hang_up_at, earliest) && is_first(hang_up_at, ready_limit)) {
      stop_run(ReaderGone{});
    } else if (is_first(ready_limit, earliest) && ready_limit != earliest) {
      feed(*ready_limits.take_passed(now), Input::ready_timeout);
    } else if (const auto step = deadlines.take_passed(now)) {
      const Phase phase = progress_of(*step).phase;
      feed(*step, phase == Phase::running    ? Input::timeout_passed
                  : phase == Phase::stopping ? Input::grace_passed
                                             : Input::kill_grace_passed);
    } else {
      return;
    }
  }
}

void Engine::State::give_up_readers() {
  while (const auto stream = readers.take_hopeless(now)) actions.emplace_back(GiveUpReader{*stream});
}

/// When all others have ended: first what is to run at the end, one after the other, unless nothing has run;
/// then the services go.
void Engine::State::close() {
  if (others_left > 0 || dismissed) return;
  while (ran && closed < closing.size()) {
    const StepIndex step = closing[closed];
    const Phase phase = progress_of(step).phase;
    if (phase == Phase::pending && !is_start_open()) gates.set(step, now);
    if (phase != Phase::ended) return;
    ++closed;
  }
  dismiss();
}

/// Whether the first Start of some step isn't answered.
bool Engine::State::is_start_open() const {
  return std::ranges::any_of(steps, [](const Progress& step) {
    return is_under_way(step.phase) && step.attempt == 1 && !step.started;
  });
}

void Engine::State::announce_waiting() {
  if (announced || stop || pending > 0 || holding > 0 || others_left == 0) return;
  announced = true;
  std::vector<StepIndex> waiting_for;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i].phase != Phase::ended && is_ordinary(StepIndex(i))) waiting_for.push_back(StepIndex(i));
  actions.emplace_back(WaitingForBackground{std::move(waiting_for)});
}

/// Of each step when `quiet_stop` or `quiet_wait` has passed, and then each time that it has taken as long
/// again.
void Engine::State::tell_what_takes_long() {
  std::vector<StepIndex> told;
  while (const auto step = news.take_passed(now)) told.push_back(*step);
  std::ranges::sort(told);
  std::vector<Ending> still;
  for (const StepIndex step : told) {
    const bool probing = progress_of(step).probing;
    const Instant since = probing ? *progress_of(step).started : progress_of(step).asked_at;
    news.set(step, later(now, now - since));
    if (probing)
      actions.emplace_back(StillProbing{step, *ready_limits.of(step), {}, now - since});
    else
      still.push_back({step, deadlines.of(step)});
  }
  if (still.empty()) return;
  actions.emplace_back(StillEnding{std::move(still), asked_later()});
}

void Engine::State::finish_if_over() {
  if (ended < steps.size() || std::exchange(finished, true)) return;
  hang_up_at.reset();
  if (code == 0) code = code_at_the_end;
  actions.emplace_back(Finish{code});
}

std::vector<Ending> Engine::State::ending() const {
  std::vector<Ending> ending;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].phase == Phase::stopping)
      ending.push_back({StepIndex(i), deadlines.of(StepIndex(i))});
    else if (steps[i].phase == Phase::killing)
      ending.push_back({StepIndex(i), std::nullopt});
  }
  return ending;
}

// ---- the engine

Engine::Engine(const Plan& plan, const Limits& limits) : state_(std::make_unique<State>(plan, limits)) {}
Engine::~Engine() = default;

void Engine::handle(Instant now, const Event& event) {
  State& state = *state_;
  DREAM_ASSERT(now >= state.now);
  DREAM_ASSERT(state.begun || std::holds_alternative<Begin>(event));
  state.now = now;
  // What happened counts before what only became due: an exit at the very moment of its timeout is an exit,
  // and nothing is started at the moment of a failure.
  std::visit([&state](const auto& what) { state.on(what); }, event);
  state.pass_deadlines();
  if (state.renew_dependents()) state.pass_deadlines();
  state.start_what_is_due();
  if (state.end_what_lasts()) state.pass_deadlines();
  state.give_up_readers();
  state.announce_waiting();
  state.tell_what_takes_long();
  state.finish_if_over();
}

std::vector<bool> Engine::restarting() const {
  return state_->restarting();
}

std::optional<Instant> Engine::next_deadline() const {
  std::optional<Instant> earliest;
  for (const auto& deadline :
       {state_->gates.earliest(), state_->deadlines.earliest(), state_->ready_limits.earliest(),
        state_->news.earliest(), state_->hang_up_at, state_->readers.earliest()})
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
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

std::optional<std::pair<StepIndex, std::size_t>> Engine::without_slot() const {
  if (state_->queue.empty() || state_->stop || state_->slots_taken < state_->plan.jobs) return std::nullopt;
  return std::pair(*state_->queue.begin(), state_->queue.size());
}

std::optional<int> Engine::exit_code() const {
  return state_->finished ? std::optional(state_->code) : std::nullopt;
}

std::optional<int> Engine::stopped_by_signal() const {
  return state_->stop ? signal_of(*state_->stop) : std::nullopt;
}

}  // namespace dream::engine
