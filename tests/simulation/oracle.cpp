#include "simulation/oracle.hpp"

#include <algorithm>

#include "simulation/trace.hpp"

namespace dream::simulation {

using namespace engine;

namespace {

int code_of_error(ErrorCode code) {
  if (code == ErrorCode::not_found) return 127;
  if (code == ErrorCode::not_executable) return 126;
  const bool users = code == ErrorCode::usage || code == ErrorCode::configuration || code == ErrorCode::plan;
  return users ? 2 : 70;
}

int code_of_status(const ExitStatus& status) {
  if (const auto* killed = std::get_if<KilledBy>(&status)) return 128 + killed->signal;
  if (const auto* exited = std::get_if<ExitedWith>(&status)) return exited->code == 0 ? 1 : exited->code;
  return 70;
}

bool same(const std::optional<StopReason>& one, const std::optional<StopReason>& other) {
  if (!one || !other) return !one && !other;
  if (one->index() != other->index()) return false;
  if (const auto* failed = std::get_if<RequiredFailed>(&*one))
    return failed->step == std::get<RequiredFailed>(*other).step;
  if (const auto* signal = std::get_if<StoppedBySignal>(&*one))
    return signal->signal == std::get<StoppedBySignal>(*other).signal;
  return true;
}

/// Like ==, in words in which GCC 12 sees that nothing uninitialised is compared.
bool same(const std::optional<Instant>& one, const std::optional<Instant>& other) {
  return one.has_value() == other.has_value() &&
         one.value_or(Instant::min()) == other.value_or(Instant::min());
}

}  // namespace

Oracle::Oracle(const Plan& plan, Duration quiet_stop)
    : plan_(plan), quiet_stop_(quiet_stop), history_(plan.steps.size()) {}

void Oracle::judge(Instant now, const Event& event, std::span<const Action> actions, const Engine& engine) {
  if (!complaint_.empty()) return;
  now_ = now;
  untold_start_.reset();
  untold_end_.reset();
  stop_began_ = false;
  std::visit([this](const auto& what) { take(what); }, event);
  take_passed_timeouts();
  for (const Action& action : actions) {
    check(!finished_, "nothing follows Finish");
    std::visit([this](const auto& what) { see(what); }, action);
  }
  nothing_is_missing();
  news_of_the_stop_is_due();
  deadlines_are_right(engine);
  endings_are_right(engine);
  if (finished_) outcomes_are_right(engine);
}

void Oracle::check(bool holds, const char* promise) {
  if (!holds && complaint_.empty()) complaint_ = promise;
}

void Oracle::check(bool holds, const char* promise, std::size_t step) {
  if (!holds && complaint_.empty())
    complaint_ = std::string(promise) + " (step " + static_cast<char>('a' + step) + ")";
}

// ---- events: what they mean

void Oracle::take(const Begin&) {
  begun_ = now_;
}

void Oracle::take(const Started& event) {
  history_[position(event.step)].started = now_;
  untold_start_ = position(event.step);
}

void Oracle::take(const StartFailed& event) {
  History& step = history_[position(event.step)];
  step.start_failed = step.ended = now_;
  untold_end_ = position(event.step);
  if (!step.graceful) failed(position(event.step), code_of_error(event.error.code));
}

void Oracle::take(const Exited& event) {
  const std::size_t index = position(event.step);
  History& step = history_[index];
  step.ended = now_;
  step.status = event.status;
  untold_end_ = index;
  if (step.graceful) return;
  if (!step.started) {
    step.started = now_;
    untold_start_ = index;
  }
  if (!is_success(event.status) || has_company(index)) failed(index, code_of_status(event.status));
}

void Oracle::take(const Interrupted& event) {
  ++signals_;
  stops(StoppedBySignal{event.signal}, 128 + event.signal);
}

void Oracle::take(const OutputLost& event) {
  if (event.reader_gone)
    stops(ReaderGone{}, 141);
  else
    stops(OutputBroken{}, 70);
}

void Oracle::take(const TimePassed&) {}

void Oracle::take_passed_timeouts() {
  // Whoever is being stopped by something else at this very moment has no timeout any more.
  for (std::size_t i = 0; i < history_.size() && !cause_ && !services_are_idle(); ++i) {
    History& step = history_[i];
    const auto timeout = plan_.steps[i].timeout;
    if (!timeout || !step.started || step.ended || step.graceful || now_ - *step.started < *timeout) continue;
    step.timed_out = now_;
    step.reason = TimedOut{};
    failed(i, 124);
  }
}

void Oracle::failed(std::size_t step, int exit_code) {
  history_[step].failed_by_itself = true;
  if (plan_.steps[step].required) stops(RequiredFailed{StepIndex(step)}, exit_code);
}

void Oracle::stops(StopReason reason, int exit_code) {
  if (cause_ || finished_) return;
  cause_ = reason;
  stop_began_ = true;
  exit_code_ = exit_code;
}

// ---- actions: whether they may be

void Oracle::see(const Start& action) {
  const std::size_t index = position(action.step);
  check(!cause_, "nothing starts once the run is being stopped", index);
  check(index == starts_, "steps start in plan order, each once", index);
  ++starts_;
  const auto gate = gate_of(index);
  check(gate.has_value(), "a step starts only when the one before it has let go", index);
  check(gate && *gate <= now_, "a delay is never shorter than asked", index);
  for (std::size_t i = 0; i < index; ++i) {
    check(history_[i].answered(), "one start at a time", index);
    check(plan_.steps[i].background || history_[i].ended, "a foreground step is alone in front", index);
  }
  history_[index].start_asked = now_;
}

void Oracle::see(const Terminate& action) {
  const std::size_t index = position(action.step);
  History& step = history_[index];
  check(step.alive(), "only what was started and has not ended is terminated", index);
  if (action.urgency == Urgency::graceful) {
    check(!step.graceful, "graceful is asked at most once", index);
    check(cause_ || step.timed_out || (has_company(index) && services_are_idle()),
          "nothing is terminated without a reason", index);
    if (!step.reason) step.reason = cause_.value_or(NoLongerNeeded{});
    step.graceful = now_;
    return;
  }
  check(step.graceful.has_value(), "force comes after graceful", index);
  check(!step.forced, "force is asked at most once", index);
  check(signals_ > 1 || (step.graceful && now_ - *step.graceful >= plan_.steps[index].stop_grace),
        "force comes when the grace has passed, or with the second signal", index);
  step.forced = now_;
}

void Oracle::see(const StepStarted& action) {
  check(untold_start_ == position(action.step), "StepStarted tells of the step that started, once",
        position(action.step));
  untold_start_.reset();
}

void Oracle::see(const StepEnded& action) {
  check(untold_end_ == position(action.step), "StepEnded tells of the step that ended, once",
        position(action.step));
  untold_end_.reset();
}

void Oracle::see(const DelayBegan& action) {
  const std::size_t index = position(action.next);
  const auto gate = gate_of(index);
  check(index == starts_ && gate && *gate > now_ && *gate - now_ == action.delay,
        "DelayBegan tells how long the next step waits", index);
  check(!same(gate, told_gate_), "DelayBegan tells it once", index);
  told_gate_ = gate;
}

void Oracle::see(const WaitingForBackground& action) {
  check(!told_waiting_ && waits_for_background(), "waiting is announced when only background steps are left");
  told_waiting_ = true;
  std::size_t expected = 0;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    if (!history_[i].alive() || has_company(i)) continue;
    check(expected < action.steps.size() && position(action.steps[expected]) == i,
          "waiting names the steps that are waited for", i);
    ++expected;
  }
  check(expected == action.steps.size(), "waiting names nothing else");
}

void Oracle::see(const Stopping& action) {
  check(!told_stopping_ && same(cause_, action.reason), "Stopping tells the first cause, once");
  told_stopping_ = true;
}

void Oracle::see(const StillEnding& action) {
  check(!stop_began_ && news_due_ && *news_due_ <= now_, "who still ends is told when it is news");
  check(!action.steps.empty() && action.signals_to_force == (signals_ == 0 ? 2 : 1),
        "who still ends is told with the way to kill it");
  std::size_t told = 0;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    if (!may_end_gracefully(history_[i])) continue;
    check(told < action.steps.size() && position(action.steps[told].step) == i &&
              same(action.steps[told].force_at, *history_[i].graceful + plan_.steps[i].stop_grace),
          "who still ends is told with the moment of force", i);
    ++told;
  }
  check(told == action.steps.size(), "nobody else is told to still end");
  if (somebody_ends_since_) news_due_ = now_ + (now_ - *somebody_ends_since_);
}

void Oracle::see(const Finish& action) {
  check(must_be_over(), "the run ends when nothing runs and nothing will");
  check(action.exit_code == exit_code_, "the exit code follows from the first cause");
  finished_ = true;
}

// ---- after the actions: whether one is missing

void Oracle::nothing_is_missing() {
  check(!untold_start_, "a start is told");
  check(!untold_end_, "an end is told");
  check(told_stopping_ == cause_.has_value(), "a stop is told at once");
  const bool idle = services_are_idle();
  for (std::size_t i = 0; i < history_.size(); ++i) {
    const History& step = history_[i];
    if (!step.alive()) continue;
    const bool must_end = cause_ || step.timed_out || (idle && has_company(i));
    check(!must_end || step.graceful, "whatever must end is asked at once", i);
    const bool grace_passed = step.graceful && now_ - *step.graceful >= plan_.steps[i].stop_grace;
    check(!(step.graceful && (grace_passed || signals_ > 1)) || step.forced, "force is not late", i);
  }
  const auto gate = gate_of(starts_);
  check(cause_ || !gate || *gate > now_, "a step starts at the moment its gate opens", starts_);
  check(cause_ || !gate || same(gate, told_gate_), "a delay is told", starts_);
  check(told_waiting_ || !waits_for_background(), "waiting is told");
  check(finished_ == must_be_over(), "the run ends as soon as it is over");
}

void Oracle::news_of_the_stop_is_due() {
  if (std::ranges::none_of(history_, may_end_gracefully)) {
    somebody_ends_since_.reset();
    news_due_.reset();
  } else if (!somebody_ends_since_ || stop_began_) {
    somebody_ends_since_ = now_;
    news_due_ = now_ + quiet_stop_;
  }
  check(!news_due_ || *news_due_ > now_, "who still ends is told in time");
}

void Oracle::deadlines_are_right(const Engine& engine) {
  std::optional<Instant> expected;
  const auto consider = [&expected](Instant instant) {
    if (!expected || instant < *expected) expected = instant;
  };
  if (!cause_)
    if (const auto gate = gate_of(starts_)) consider(*gate);
  if (news_due_) consider(*news_due_);
  for (std::size_t i = 0; i < history_.size(); ++i) {
    const History& step = history_[i];
    if (!step.alive() || step.forced) continue;
    if (step.graceful)
      consider(*step.graceful + plan_.steps[i].stop_grace);
    else if (step.started && plan_.steps[i].timeout)
      consider(*step.started + *plan_.steps[i].timeout);
  }
  check(same(engine.next_deadline(), expected), "next_deadline is the first of all that is due");
  check(!expected || *expected > now_, "no deadline is left in the past");
}

void Oracle::endings_are_right(const Engine& engine) {
  const auto endings = engine.ending();
  std::size_t expected = 0;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    const History& step = history_[i];
    if (!step.alive() || !step.graceful) continue;
    const auto force_at =
        step.forced ? std::nullopt : std::optional(*step.graceful + plan_.steps[i].stop_grace);
    check(expected < endings.size() && position(endings[expected].step) == i &&
              same(endings[expected].force_at, force_at),
          "ending() names what is being ended and when force comes", i);
    ++expected;
  }
  check(expected == endings.size(), "ending() names nothing else");
}

void Oracle::outcomes_are_right(const Engine& engine) {
  check(engine.outcomes().size() == history_.size(), "there is an outcome for each step");
  for (std::size_t i = 0; i < history_.size() && complaint_.empty(); ++i)
    outcome_is_right(engine.outcomes()[i], history_[i]);
}

void Oracle::outcome_is_right(const Outcome& outcome, const History& step) {
  const OutcomeKind kind = !step.start_asked       ? OutcomeKind::skipped
                           : step.failed_by_itself ? OutcomeKind::failed
                           : step.graceful         ? OutcomeKind::terminated
                                                   : OutcomeKind::succeeded;
  check(outcome.kind == kind, "the outcome follows from the history");
  check(same(outcome.reason, step.start_asked ? step.reason : cause_), "the outcome says why");
  check(outcome.exit == step.status, "the outcome has the exit status");
  check(outcome.start_error.has_value() == step.start_failed.has_value(), "the outcome has the start error");
  check(outcome.forced == step.forced.has_value(), "the outcome knows force");
  check(same(outcome.started, step.started) && same(outcome.ended, step.ended),
        "the outcome has the instants");
}

// ---- what follows from the history

std::optional<Instant> Oracle::gate_of(std::size_t step) const {
  if (step == history_.size()) return std::nullopt;
  std::optional<Instant> let_go = begun_;
  if (step > 0) {
    const History& before = history_[step - 1];
    const Step& settings = plan_.steps[step - 1];
    if (before.start_failed)
      let_go = before.start_failed;
    else if (!settings.background)
      let_go = before.ended;
    else
      let_go = before.started ? std::optional(*before.started + settings.delay) : std::nullopt;
  }
  if (!let_go) return std::nullopt;
  return plan_.steps[step].background ? *let_go : *let_go + plan_.steps[step].delay;
}

bool Oracle::services_are_idle() const {
  for (std::size_t i = 0; i < history_.size(); ++i)
    if (!has_company(i) && !history_[i].ended) return false;
  return true;
}

bool Oracle::waits_for_background() const {
  if (cause_ || starts_ < history_.size()) return false;
  bool waits = false;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    if (!history_[i].answered()) return false;
    if (!history_[i].alive()) continue;
    if (!plan_.steps[i].background) return false;
    waits = waits || !has_company(i);
  }
  return waits;
}

bool Oracle::must_be_over() const {
  if (!cause_ && starts_ < history_.size()) return false;
  return std::ranges::none_of(history_, [](const History& step) { return step.alive(); });
}

}  // namespace dream::simulation
