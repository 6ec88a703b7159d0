#include "runtime/driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "process/guardian.hpp"
#include "process/signals.hpp"
#include "runtime/attempt_task.hpp"

namespace dream::runtime {

Driver::Driver(Session& session, Clock& clock, const Plan& plan,
               const std::vector<prepare::PreparedStep>& steps, int guardian)
    : session_(session),
      clock_(clock),
      guardian_(guardian),
      plan_(plan),
      prepared_(steps),
      pump_(plan, {}, *this),
      narrator_(plan, session.log(), [this](StepIndex step) { return detail_of(step); }),
      reporters_(session.reporters()),
      running_(plan.steps.size()),
      alarm_(clock.make_alarm()),
      slot_watch_(plan, clock, session.log()),
      output_watch_(session.console(), clock, [this](engine::ReaderSeen seen) { feed(seen); }),
      signals_(session.context(), clock, guardian,
               {.on_signal = [this](int signal, bool to_group) { on_signal(signal, to_group); },
                .on_window_change = [this] { session_.window_changed(); },
                .on_guardian_lost =
                    [this] {
                      forces_ = true;
                      if (finish_) session_.supervisor().end_kept(Urgency::force);
                      feed(engine::GuardianLost{});
                    }}) {
  DREAM_ASSERT(steps.size() == plan.steps.size());
  reporters_.push_back(&narrator_);
  session_.on_output_lost([this](Stream stream, int error) { on_output_lost(stream, error); });
  session_.on_output([this](StepIndex step, Stream stream, std::string_view bytes) {
    const std::unique_ptr<Running>& running = running_[position(step)];
    if (running && running->prober) running->prober->hear(stream, bytes);
    if (hear_) hear_(step, stream, bytes);
  });
  session_.supervisor().before_reaping([this] { signals_.read(); });
  session_.services().observe_leftovers(
      {.on_lingering =
           [this](StepIndex step, bool lingers) {
             if (const auto& running = running_[position(step)])
               feed(engine::Lingers{running->attempt, lingers});
           },
       .on_left_behind = [this](StepIndex step, std::vector<std::string> processes,
                                bool kept) { left_behind(step, std::move(processes), kept); }});
}

Driver::~Driver() {
  session_.on_output({});
  session_.on_output_lost({});
  session_.services().observe_leftovers({});
  session_.supervisor().before_reaping({});
}

int Driver::run() {
  if (!begin()) {
    signals_.stop();  // there is nothing to stop
    session_.on_output_lost({});
    write_everything_out();
    return 2;
  }
  feed(engine::Begin{});
  while (!pump_.exit_code()) session_.context().run_one();
  end_what_was_kept();
  write_everything_out();
  return *pump_.exit_code();
}

bool Driver::begin() {
  const Instant now = clock_.now();
  for (output::Reporter* reporter : reporters_) {
    const Result<void> begun = reporter->begin(now);
    if (begun) continue;
    session_.log().write(LogLevel::error, to_string(begun.error()));
    return false;
  }
  return true;
}

void Driver::write_everything_out() {
  session_.write_everything_out();
  alarm_->cancel();
  output_watch_.stop();
  signals_.stop();
  release_runs();
}

/// While their executors live. A plugin that asks for one more call for ever doesn't hold up the end.
void Driver::release_runs() {
  running_.clear();
  const std::size_t most_calls = 1000 + 10 * plan_.steps.size();
  for (std::size_t call = 0; call < most_calls && session_.context().poll_one() > 0; ++call) {
  }
}

// ---- what the engine wants done

void Driver::start(Attempt attempt) {
  std::unique_ptr<Running>& place = running_[position(attempt.step)];
  place = std::make_unique<Running>(*this, attempt);
  const Step& settings = plan_.steps[position(attempt.step)];
  if (before_start_) {
    const Result<void> done = before_start_(attempt.step);
    if (!done) return start_failed(attempt, done.error());
  }
  if (settings.gathers) return gather(attempt, settings.lasts);
  if (!session_.services().keeps_anything_of(attempt.step)) return start_with_slot(attempt);
  place->waits_for_kept = true;
  session_.services().end_kept_of(attempt.step, [this, attempt] {
    Running* waiting = running(attempt);
    if (waiting == nullptr) return;
    waiting->waits_for_kept = false;
    start_with_slot(attempt);
  });
}

void Driver::start_with_slot(Attempt attempt) {
  const std::unique_ptr<Running>& place = running_[position(attempt.step)];
  const Step& settings = plan_.steps[position(attempt.step)];
  const bool asked_for = asked_for_.erase(attempt.step) > 0;
  if (session_.tokens() == nullptr || !JobTokens::is_for(settings) || asked_for) return start_now(attempt);
  place->has_token = true;
  session_.tokens()->acquire(attempt, [this, attempt] { start_now(attempt); });
}

void Driver::tell_engine(engine::Event event) {
  // What runs hands its slot to whoever waits, and gets another.
  const auto spare_the_wait = [this](StepIndex step) {
    if (running_[position(step)] == nullptr) asked_for_.insert(step);
  };
  if (const auto* start = std::get_if<engine::StartAsked>(&event)) spare_the_wait(start->step);
  if (const auto* restart = std::get_if<engine::RestartAsked>(&event)) spare_the_wait(restart->step);
  feed(std::move(event));
}

void Driver::gather(Attempt attempt, bool lasts) {
  feed(engine::Started{attempt});
  if (!lasts) exited(attempt, ExitedWith{0});
}

void Driver::start_now(Attempt attempt) {
  const prepare::PreparedStep& prepared = prepared_[position(attempt.step)];
  const Step& settings = plan_.steps[position(attempt.step)];
  const std::unique_ptr<Running>& place = running_[position(attempt.step)];
  std::optional<plugin::TaskSpec> own;
  if (settings.restart.on != Restart::On::no || !settings.restart_with.empty())
    own = task_of_attempt(prepared.task, attempt.number);
  if (notifies(settings)) {
    if (!own) own = prepared.task;
    if (const Result<void> opened = open_notify_socket(*place, *own); !opened)
      return start_failed(attempt, opened.error());
  }
  if (session_.tokens() != nullptr && JobTokens::is_for(settings) && session_.tokens()->is_own()) {
    if (!own) own = prepared.task;
    own->environment =
        std::make_shared<const std::vector<std::string>>(session_.tokens()->added_to(*own->environment));
  }
  const plugin::TaskSpec& task = own ? *own : prepared.task;
  place->environment = task.environment;
  if (!settings.ready.empty()) place->prober = make_prober(*place);
  Result<std::unique_ptr<plugin::Run>> run = prepared.executor->start(task, *place);
  if (run)
    place->run = std::move(*run);
  else
    start_failed(attempt, run.error());
}

void Driver::terminate(Attempt attempt, Urgency urgency) {
  Running* asked = running(attempt);
  if (asked != nullptr) asked->asked_to_end = true;
  const bool has_waited = asked != nullptr && (asked->waits_for_kept ||
                                               (asked->has_token && session_.tokens()->withdraw(attempt)));
  if (has_waited) {
    end(attempt);
    return feed(engine::Withdrawn{attempt});
  }
  if (plan_.steps[position(attempt.step)].gathers) return exited(attempt, ExitedWith{0});
  if (asked == nullptr || asked->run == nullptr) return;  // its end is on its way to the engine
  if (asked->kept_ready) return exited(attempt, *std::exchange(asked->kept_ready, std::nullopt));
  const Result<void> done = asked->run->terminate(urgency);
  if (!done)
    session_.log().write(LogLevel::warning, "can't terminate " +
                                                to_string(plan_.steps[position(attempt.step)].id) + ": " +
                                                to_string(done.error()));
}

void Driver::give_up(Attempt attempt) {
  gave_up_ = true;
  end(attempt);
}

void Driver::give_up_reader(Stream stream) {
  session_.console().writer(stream).abandon();
}

void Driver::tell(Instant now, const engine::Action& action) {
  const auto* finish = std::get_if<engine::Finish>(&action);
  if (finish != nullptr && session_.supervisor().keeps_anything()) {
    finish_ = *finish;
  } else if (const auto* probing = std::get_if<engine::StillProbing>(&action)) {
    report(now,
           engine::StillProbing{probing->step, probing->gives_up_at, found(probing->step), probing->after});
  } else if (const auto* missed = std::get_if<engine::StepNotReady>(&action)) {
    report(now, engine::StepNotReady{missed->step, found(missed->step), missed->after});
  } else {
    report(now, action);
  }
  const auto* stopping = std::get_if<engine::Stopping>(&action);
  if (stopping != nullptr && stopping->reason == engine::RunStop(engine::StoppedBySignal{SIGINT}))
    session_.supervisor().ask_by_interrupt();
  // From now on nobody who reads nothing may keep dream alive.
  if (std::holds_alternative<engine::Stopping>(action) || std::holds_alternative<engine::Finish>(action))
    output_watch_.start();
}

void Driver::report(Instant now, const engine::Action& action) {
  for (output::Reporter* reporter : reporters_) reporter->report(now, action, pump_.engine().outcomes());
}

void Driver::wake_at(std::optional<Instant> moment) {
  if (moment)
    alarm_->set(*moment, [this] { feed(engine::TimePassed{}); });
  else
    alarm_->cancel();
}

void Driver::turn_soon() {
  boost::asio::post(session_.context(), [this] {
    const Instant begin = clock_.now();
    pump_.turn();
    look_for_signals_since(begin);
    slot_watch_.look(pump_.engine());
  });
}

/// A turn that asks hundreds of steps to end takes its time. A signal that is there then may have come right
/// after the one that it is about.
void Driver::look_for_signals_since(Instant begin) {
  constexpr Duration long_turn = std::chrono::milliseconds(20);
  if (clock_.now() - begin < long_turn) return;
  signals_since_ = begin;
  signals_.read();
  signals_since_.reset();
}

// ---- what the engine is to hear

engine::Event Driver::masked(engine::Event event) const {
  const auto mask = [this](std::string& text) { text = session_.masked(std::move(text)); };
  const auto mask_error = [&mask](Error& error) {
    mask(error.message);
    mask(error.where);
    mask(error.hint);
  };
  if (auto* failed = std::get_if<engine::StartFailed>(&event)) mask_error(failed->error);
  if (auto* never = std::get_if<engine::NeverReady>(&event)) mask_error(never->error);
  if (auto* unhealthy = std::get_if<engine::Unhealthy>(&event)) mask(unhealthy->why);
  if (auto* left = std::get_if<engine::LeftBehind>(&event)) std::ranges::for_each(left->processes, mask);
  if (auto* exited = std::get_if<engine::Exited>(&event))
    if (auto* lost = std::get_if<Lost>(&exited->status)) mask(lost->reason);
  return event;
}

Driver::Running* Driver::running(Attempt attempt) const {
  Running* running = running_[position(attempt.step)].get();
  return running != nullptr && running->attempt == attempt ? running : nullptr;
}

void Driver::start_failed(Attempt attempt, Error error) {
  if (running(attempt) == nullptr) return;
  if (explain_) explain_(attempt.step, error);
  end(attempt);
  feed(engine::StartFailed{attempt, std::move(error)});
}

void Driver::exited(Attempt attempt, ExitStatus status) {
  // What it has said comes before its end.
  Running* ending = running(attempt);
  if (ending != nullptr && ending->notify) ending->notify->hear();
  // It has ended by a key that was left to it, so that was meant for the run.
  if (ending != nullptr && ending->key != 0 && is_end_by(status, ending->key))
    interrupted(std::exchange(ending->key, 0));
  if (ending != nullptr && keeps_what_becomes_ready(*ending, status)) {
    ending->kept_ready = std::move(status);
    return feed(engine::Lingers{attempt});
  }
  if (end(attempt)) feed(engine::Exited{attempt, std::move(status)});
}

bool Driver::keeps_what_becomes_ready(const Running& running, const ExitStatus& status) const {
  const Step& step = plan_.steps[position(running.attempt.step)];
  return step.ready_needed && !step.background && running.started && !running.asked_to_end &&
         running.prober != nullptr && is_success(status, step.success_codes);
}

void Driver::interrupted(int signal) {
  const Instant now = clock_.now();
  const Instant at = signals_since_.value_or(now);
  if (!first_interruption_) first_interruption_ = now;
  forces_ = forces_ || at - *first_interruption_ >= engine::Limits{}.one_request;
  if (finish_ && forces_) session_.supervisor().end_kept(Urgency::force);
  feed(engine::Interrupted{signal, now - at});
}

void Driver::left_behind(StepIndex step, std::vector<std::string> processes, bool kept) {
  if (const auto& running = running_[position(step)]; running && !running->waits_for_kept) {
    feed(engine::LeftBehind{running->attempt, std::move(processes), kept});
  } else {
    session_.log().write(LogLevel::info, "ending what " + to_string(plan_.steps[position(step)].id) +
                                             " has left running: " + join_words(processes));
  }
}

/// As services are ended, and after them. What can't be killed is left to the guardian.
void Driver::end_what_was_kept() {
  if (!finish_) return;
  Duration longest = engine::Limits{}.unkillable;
  for (const Step& step : plan_.steps)
    longest = std::max(longest, step.stop_grace + engine::Limits{}.unkillable);
  const std::unique_ptr<Clock::Alarm> limit = clock_.make_alarm();
  bool over = false;
  limit->set(clock_.now() + longest, [&] { over = gave_up_ = true; });
  session_.supervisor().end_kept(forces_ ? Urgency::force : Urgency::graceful);
  while (session_.supervisor().keeps_anything() && !over) session_.context().run_one();
  report(clock_.now(), *std::exchange(finish_, std::nullopt));
}

/// The plugin may be on the stack: the run is released in a later turn of the loop.
bool Driver::end(Attempt attempt) {
  if (running(attempt) == nullptr) return false;
  session_.renderer().end(attempt.step);
  const std::shared_ptr<Running> over = std::move(running_[position(attempt.step)]);
  boost::asio::post(session_.context(), [over] {});
  if (over->next_try) over->next_try->cancel();
  if (over->has_token) {
    session_.tokens()->release(attempt);
    if (!gave_up_ && !session_.supervisor().keeps_anything()) session_.tokens()->replace_lost();
  }
  return true;
}

std::string Driver::detail_of(StepIndex step) const {
  const std::unique_ptr<Running>& running = running_[position(step)];
  if (running != nullptr && running->waits_for_kept) return "waits for the end of what it has left running";
  if (running == nullptr || running->run == nullptr) return {};
  const Result<plugin::RunState> state = running->run->status();
  if (!state) return {};
  std::string detail = state->pid == 0 ? std::string() : fmt::format("pid {}", state->pid);
  if (!state->detail.empty()) detail += (detail.empty() ? "" : ", ") + state->detail;
  return session_.masked(std::move(detail));
}

int Driver::pid_of(StepIndex step) const {
  const std::unique_ptr<Running>& running = running_[position(step)];
  return running != nullptr ? pid_of(*running) : 0;
}

int Driver::pid_of(Running& running) {
  if (!running.run) return 0;
  const Result<plugin::RunState> state = running.run->status();
  if (state && state->pid != 0) running.pid = state->pid;
  return running.pid;
}

bool Driver::anything_runs() const {
  return std::ranges::any_of(running_, [](const auto& running) { return running && running->run; });
}

void Driver::on_output_lost(Stream stream, int error) {
  const bool is_out = stream == Stream::out;
  if (session_.console().writer(stream).is_terminal()) {
    if (is_out) feed(engine::TerminalClosed{});
    return;
  }
  if (error != EPIPE)
    session_.log().write(LogLevel::error, fmt::format("can't write to {}: {}", is_out ? "stdout" : "stderr",
                                                      std::strerror(error)));
  if (is_out) feed(engine::OutputLost{.reader_gone = error == EPIPE});
}

}  // namespace dream::runtime
