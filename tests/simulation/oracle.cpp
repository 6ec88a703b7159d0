#include "simulation/oracle.hpp"

#include <algorithm>
#include <utility>

#include "simulation/trace.hpp"

namespace dream::simulation {

using namespace engine;

namespace {

int code_of_error(ErrorCode code) {
  if (code == ErrorCode::not_found) return 127;
  if (code == ErrorCode::io) return 125;
  return code == ErrorCode::not_executable ? 126 : 70;
}

int code_of_status(const ExitStatus& status) {
  if (const auto* killed = std::get_if<KilledBy>(&status)) return 128 + killed->signal;
  if (const auto* exited = std::get_if<ExitedWith>(&status)) return exited->code == 0 ? 1 : exited->code;
  return 70;
}

bool is_not_there(const Error& error) {
  return error.code == ErrorCode::not_found || error.code == ErrorCode::not_executable;
}

bool succeeds(const Step& step, const ExitStatus& status) {
  if (std::holds_alternative<Lost>(status)) return false;
  const auto* exited = std::get_if<ExitedWith>(&status);
  const int code = exited != nullptr ? exited->code : code_of_status(status);
  if (step.success_codes.empty()) return code == 0;
  return std::ranges::any_of(step.success_codes, [&](int success) { return success == code; });
}

}  // namespace

Oracle::Oracle(const Plan& plan, const Limits& limits)
    : plan_(plan), limits_(limits), history_(plan.steps.size()) {
  for (const Step& step : plan.steps)
    may_restart_ = may_restart_ || step.restart.on != Restart::On::no || !step.restart_with.empty();
  while (plan.steps[starts_].finally) ++starts_;
}

void Oracle::judge(Instant now, const Event& event, std::span<const Action> actions, const Engine& engine) {
  if (!complaint_.empty()) return;
  now_ = now;
  std::visit([this](const auto& what) { take(what); }, event);
  dismiss_what_backs_off();
  see_whether_the_end_comes();
  take_passed_limits();
  renews_dependents();
  if (plan_.keep_going) leave_out_what_is_barred();
  if (plan_.keep_going) dismiss_what_backs_off();
  see_whether_the_end_comes();
  for (const Action& action : actions) {
    check(!finished_ || std::holds_alternative<GiveUpReader>(action), "no step is dealt with after Finish");
    std::visit([this](const auto& what) { see(what); }, action);
  }
  nothing_is_missing();
  readers_are_right();
  deadlines_are_right(engine);
  endings_are_right(engine);
  check(engine.exit_code() == (finished_ ? std::optional(its_exit_code()) : std::nullopt),
        "exit_code() is dream's once the run is over");
  if (finished_ || may_restart_) outcomes_are_right(engine);
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
  const std::size_t index = position(event.attempt.step);
  History& step = history_[index];
  if (!step.is_current(event.attempt)) return;
  starts(index);
  const bool goes_on = !step.graceful && is_wanted(index);
  step.unbegun_probing = step.probing = goes_on && !plan_.steps[index].ready.empty();
  if (!goes_on || step.probing) return;
  watch_from_now(index);
  renews_others(index);
  is_back(index);
}

void Oracle::take(const Ready& event) {
  History& step = history_[position(event.attempt.step)];
  if (!step.is_current(event.attempt) || !step.probing) return;
  step.probing = false;
  step.ready = now_;
  if (!step.first_ready) step.first_ready = now_;
  if (!step.counted_ready) {
    step.counted_ready = now_;
    step.start_of_counted_ready = step.started;
  }
  step.untold_ready = true;
  watch_from_now(position(event.attempt.step));
  renews_others(position(event.attempt.step));
  is_back(position(event.attempt.step));
}

void Oracle::take(const NeverReady& event) {
  const std::size_t index = position(event.attempt.step);
  if (!history_[index].is_current(event.attempt) || !history_[index].probing) return;
  if (is_awaited(index)) history_[index].start_error = event.error;
  is_not_ready(index, CannotBecomeReady{}, code_of_error(event.error.code));
}

void Oracle::take(const StartFailed& event) {
  const std::size_t index = position(event.attempt.step);
  History& step = history_[index];
  if (!step.is_current(event.attempt)) return;
  step.start_failed = now_;
  step.start_error = event.error;
  is_over(index, code_of_error(event.error.code), is_not_there(event.error));
}

void Oracle::take(const Exited& event) {
  const std::size_t index = position(event.attempt.step);
  History& step = history_[index];
  if (!step.is_current(event.attempt)) return;
  step.status = event.status;
  if (!step.graceful && !step.started) starts(index);
  const bool too_early = is_awaited(index) && !step.ready;
  const bool fails = !succeeds(plan_.steps[index], event.status) || has_company(index) || too_early;
  const int code = code_of_status(event.status);
  is_over(index, fails ? std::optional(code) : std::nullopt, code == 126 || code == 127);
}

void Oracle::take(const Withdrawn& event) {
  const std::size_t index = position(event.attempt.step);
  if (!history_[index].is_current(event.attempt)) return;
  history_[index].withdrawn = true;
  is_over(index, std::nullopt, false);
}

void Oracle::take(const MoreTime& event) {
  History& step = history_[position(event.attempt.step)];
  if (step.is_current(event.attempt) && step.probing)
    step.asked_for = std::max(step.asked_for, now_ + event.time);
}

void Oracle::take(const Lingers& event) {
  History& step = history_[position(event.attempt.step)];
  if (step.is_current(event.attempt)) step.lingers = event.lingers;
}

void Oracle::take(const Interrupted& event) {
  if (first_signal_ && now_ - event.ago < *first_signal_ + limits_.one_request) return;
  if (event.signal == 1 && cause_ == RunStop(StoppedBySignal{1})) return;  // one hang-up, told twice
  if (finished_) {
    signalled_after_the_end_ = true;
    return;
  }
  signalled_twice_ = first_signal_.has_value();
  if (!first_signal_) first_signal_ = now_;
  stops(StoppedBySignal{event.signal}, 128 + event.signal);
}

void Oracle::take(const DownAsked& event) {
  if (finished_) return;
  down_now_ = down_now_ || event.now;
  stops(Requested{}, exit_code_);
}

void Oracle::take(const CallerLeft&) {
  caller_left_ = true;
}

/// By others, or by whoever waits until all is up.
bool Oracle::is_awaited(std::size_t step) const {
  const Step& settings = plan_.steps[step];
  if (settings.ready_needed || settings.ready.empty() || settings.finally) return settings.ready_needed;
  return plan_.caller_waits && !caller_left_ && (settings.background || settings.requested);
}

void Oracle::take(const GuardianLost&) {
  guardian_lost_ = true;
  stops(GuardianLost{}, 137);
}

void Oracle::take(const OutputLost& event) {
  // Who can't be told the end of a run that went well has not seen it go well.
  const RunStop reason = event.reader_gone ? RunStop(ReaderGone{}) : RunStop(OutputBroken{});
  const int code = event.reader_gone ? 141 : 70;
  if (finished_ && !cause_ && !std::exchange(lost_at_the_end_, true)) exit_code_ = code;
  stops(reason, code);
}

void Oracle::take(const TerminalClosed&) {
  if (!terminal_closed_) terminal_closed_ = now_;
}

void Oracle::take(const ReaderSeen& event) {
  Reader& reader = reader_of(event.stream);
  if (event.reading != Reading::takes_nothing)
    reader.stuck_since.reset();
  else if (!reader.stuck_since)
    reader.stuck_since = now_;
  reader.reading = event.reading;
}

void Oracle::take(const TimePassed&) {}

/// However late it is noticed: what was due first was first. Whoever is being stopped by something else at
/// this very moment has no timeout any more.
void Oracle::take_passed_limits() {
  constexpr auto terminal = static_cast<std::size_t>(-1);
  while (true) {
    std::optional<std::pair<Instant, std::size_t>> first;
    const auto consider = [&](Instant due, std::size_t what) {
      if (due <= now_ && (!first || due < first->first)) first = {due, what};
    };
    services_went_ = services_went_ || services_go();
    if (terminal_closed_ && !cause_ && !finished_ && !must_be_over())
      consider(*terminal_closed_ + limits_.hang_up, terminal);
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const History& step = history_[i];
      if (step.alive() && step.forced) consider(end_of_patience(i), i);
      if (is_wanted(i) && plan_.steps[i].timeout && step.started && !step.over && !step.graceful &&
          !step.fell() && !step.lingers)
        consider(*step.started + *plan_.steps[i].timeout, i);
    }
    for (std::size_t i = 0; i < history_.size(); ++i)
      if (is_wanted(i) && history_[i].probing) consider(limit_of_readiness(i), history_.size() + i);
    if (!first) return;
    if (first->second == terminal)
      stops(ReaderGone{}, 141);
    else if (first->second >= history_.size())
      is_not_ready(first->second - history_.size(), NotReadyInTime{}, 124);
    else if (history_[first->second].forced)
      lose(first->second);
    else
      times_out(first->second);
    dismiss_what_backs_off();
  }
}

/// Who knows what still lives of it: no other attempt follows.
void Oracle::lose(std::size_t step) {
  History& lost = history_[step];
  lost.over = now_;
  lost.given_up = lost.untold_give_up = true;
  ends(step);
  if (lost.renewed || lost.held) {  // nothing that failed, till now
    lost.reason.reset();
    lost.failure_code = 70;
  }
  if (std::exchange(lost.will_return, false)) failed(step, lost.failure_code);
  is_back(step);
}

void Oracle::times_out(std::size_t step) {
  history_[step].timed_out = now_;
  history_[step].probing = false;
  history_[step].reason = TimedOut{};
  falls(step, 124, false);
}

/// A failure only where somebody waits for it.
void Oracle::is_not_ready(std::size_t step, const StepEnd& reason, int exit_code) {
  History& unready = history_[step];
  unready.probing = false;
  unready.untold_not_ready = true;
  if (!is_awaited(step)) return is_back(step);
  unready.unready = now_;
  unready.reason = reason;
  falls(step, exit_code, unready.start_error && is_not_there(*unready.start_error));
}

void Oracle::failed(std::size_t step, int exit_code) {
  history_[step].failed_by_itself = true;
  if (plan_.steps[step].finally) {
    if (plan_.steps[step].required && code_at_the_end_ == 0) code_at_the_end_ = exit_code;
    return;
  }
  if (!plan_.steps[step].required) return;
  if (!plan_.keep_going) return stops(RequiredFailed{StepIndex(step)}, exit_code);
  if (cause_) return;
  if (exit_code_ == 0) exit_code_ = exit_code;
  bars(step);
}

void Oracle::stops(RunStop reason, int exit_code) {
  if (cause_ || finished_) return;
  cause_ = reason;
  stopped_ = now_;
  exit_code_ = exit_code;
}

// ---- what follows from the history

Instant Oracle::limit_of_readiness(std::size_t step) const {
  return std::max(*history_[step].started + plan_.steps[step].ready_timeout, history_[step].asked_for);
}

std::optional<Instant> Oracle::news_of_wait(std::size_t step) const {
  const History& history = history_[step];
  if (!history.probing || !is_awaited(step)) return std::nullopt;
  const Instant started = *history.started;
  return history.told_wait ? *history.told_wait + (*history.told_wait - started)
                           : started + limits_.quiet_wait;
}

bool Oracle::waits_for_background() const {
  if (cause_) return false;
  bool waits = false;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    if (plan_.steps[i].finally) continue;
    if (!has_begun(i) || (history_[i].is_starting() && !history_[i].graceful)) return false;
    if (history_[i].ended || history_[i].left_out) continue;
    if (!plan_.steps[i].background) return false;
    waits = waits || !has_company(i);
  }
  return waits;
}

bool Oracle::must_be_over() const {
  if (!is_done() || next_at_the_end() < history_.size()) return false;
  return std::ranges::none_of(history_, [](const History& step) { return step.goes_on(); });
}

int Oracle::its_exit_code() const {
  return exit_code_ != 0 ? exit_code_ : code_at_the_end_;
}

Instant Oracle::news_of(const History& step) const {
  return step.told ? *step.told + (*step.told - *step.graceful) : *step.graceful + limits_.quiet_stop;
}

Instant Oracle::force_of(std::size_t step) const {
  return *history_[step].graceful + plan_.steps[step].stop_grace;
}

Instant Oracle::end_of_patience(std::size_t step) const {
  return *history_[step].forced + limits_.unkillable;
}

std::optional<Instant> Oracle::end_of_patience(const Reader& reader) const {
  if (!stopped_ || !reader.stuck_since) return std::nullopt;
  return std::max(*stopped_, *reader.stuck_since) + limits_.stuck_reader;
}

bool Oracle::is_hopeless(const Reader& reader) const {
  const auto limit = end_of_patience(reader);
  const bool waited_for = reader.reading != Reading::nothing_left;
  return (limit && *limit <= now_) || (signalled_after_the_end_ && waited_for);
}

}  // namespace dream::simulation
