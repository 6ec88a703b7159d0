#include "runtime/driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/assert.hpp"

namespace dream::runtime {

namespace {

/// A step that is still not over this long after it was killed is given up: dream never hangs.
constexpr auto last_resort_limit = std::chrono::seconds(8);

/// While the run is being stopped, a reader that takes nothing for this long is given up.
constexpr auto stuck_reader_limit = std::chrono::seconds(5);
constexpr auto reader_check_interval = std::chrono::milliseconds(250);

/// A terminal that closes is noticed at once; the SIGHUP about it may take its way through a shell.
constexpr auto hangup_patience = std::chrono::seconds(1);

}  // namespace

Driver::Driver(Session& session, const Plan& plan, const std::vector<prepare::PreparedStep>& steps,
               int guardian)
    : session_(session),
      plan_(plan),
      prepared_(steps),
      engine_(plan),
      narrator_(plan, session.log(), [this](StepIndex step) { return detail_of(step); }),
      reporters_(session.reporters()),
      running_(plan.steps.size()),
      timer_(session.context()),
      reader_timer_(session.context()),
      hangup_timer_(session.context()),
      signals_(
          session.context(), guardian,
          {.on_signal = [this](int signal) { on_signal(signal); },
           .on_group_signalled = [this](int signal) { session_.supervisor().heard_from_terminal(signal); },
           .on_window_change = [this] { session_.window_changed(); },
           .on_guardian_lost = [this] { on_guardian_lost(); }}) {
  DREAM_ASSERT(steps.size() == plan.steps.size());
  reporters_.push_back(&narrator_);
  session_.on_output_lost([this](Stream stream, int error) { on_output_lost(stream, error); });
}

Driver::~Driver() {
  session_.on_output_lost({});
}

int Driver::run() {
  if (!begin()) {
    write_everything_out();
    return 2;
  }
  feed(engine::Begin{});
  while (!exit_code_) session_.context().run_one();
  timer_.cancel();
  write_everything_out();
  if (write_error_ != 0 && write_error_ != EPIPE) return 70;
  return *exit_code_;
}

bool Driver::begin() {
  const Instant now = read_clock();
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
  reader_timer_.cancel();
  hangup_timer_.cancel();
  signals_.stop();
  running_.clear();
  session_.context().poll();  // releases the last runs, while their executors live
}

void Driver::feed(engine::Event event) {
  events_.push_back({read_clock(), std::move(event)});
  pump_soon();
}

/// One event a turn of the loop: while many steps are being started, those that end meanwhile are taken care
/// of.
void Driver::pump_soon() {
  if (pumping_) return;
  pumping_ = true;
  boost::asio::post(session_.context(), [this] { pump(); });
}

void Driver::pump() {
  pumping_ = false;
  if (exit_code_) return;
  const TimedEvent next = std::move(events_.front());
  events_.pop_front();
  engine_.handle(next.at, next.event);
  for (const engine::Action& action : engine_.take_actions()) perform(next.at, action);
  if (!events_.empty()) pump_soon();
  set_timer();
}

void Driver::perform(Instant now, const engine::Action& action) {
  for (output::Reporter* reporter : reporters_) reporter->report(now, action, engine_);
  if (const auto* step = std::get_if<engine::Start>(&action)) {
    start(step->step);
  } else if (const auto* end = std::get_if<engine::Terminate>(&action)) {
    terminate(end->step, end->urgency);
  } else if (std::holds_alternative<engine::Stopping>(action)) {
    readers_.fill({0, now});
    watch_readers();
  } else if (const auto* finish = std::get_if<engine::Finish>(&action)) {
    exit_code_ = finish->exit_code;
  }
}

void Driver::start(StepIndex step) {
  const prepare::PreparedStep& prepared = prepared_[position(step)];
  std::unique_ptr<Attempt>& attempt = running_[position(step)];
  attempt = std::make_unique<Attempt>(*this, step);
  Result<std::unique_ptr<plugin::Run>> run = prepared.executor->start(prepared.task, *attempt);
  if (run)
    attempt->run = std::move(*run);
  else
    start_failed(step, run.error());
}

void Driver::start_failed(StepIndex step, Error error) {
  if (running_[position(step)] == nullptr) return;
  if (explain_) explain_(step, error);
  end_attempt(step);
  feed(engine::StartFailed{step, std::move(error)});
}

void Driver::terminate(StepIndex step, Urgency urgency) {
  Attempt* attempt = running_[position(step)].get();
  if (attempt == nullptr || attempt->run == nullptr) return;  // its end is on its way to the engine
  if (urgency == Urgency::force) {
    attempt->last_resort = std::make_unique<boost::asio::steady_timer>(session_.context(), last_resort_limit);
    attempt->last_resort->async_wait([this, step](const boost::system::error_code& error) {
      if (!error) give_up_on(step);
    });
  }
  const Result<void> asked = attempt->run->terminate(urgency);
  if (!asked)
    session_.log().write(LogLevel::warning, "can't terminate " + to_string(plan_.steps[position(step)].id) +
                                                ": " + to_string(asked.error()));
}

/// What its executor says of it: "pid 17", "container 3f2a, healthy"; empty when it says nothing.
std::string Driver::detail_of(StepIndex step) const {
  const std::unique_ptr<Attempt>& attempt = running_[position(step)];
  if (attempt == nullptr || attempt->run == nullptr) return {};
  const Result<plugin::RunState> state = attempt->run->status();
  if (!state) return {};
  std::string detail = state->pid == 0 ? std::string() : fmt::format("pid {}", state->pid);
  if (!state->detail.empty()) detail += (detail.empty() ? "" : ", ") + state->detail;
  return detail;
}

bool Driver::anything_runs() const {
  return std::ranges::any_of(running_, [](const auto& attempt) { return attempt && attempt->run; });
}

void Driver::give_up_on(StepIndex step) {
  gave_up_ = true;
  exited(step, Lost{fmt::format("its executor did not report its end {} s after it was killed",
                                last_resort_limit.count())});
}

void Driver::exited(StepIndex step, ExitStatus status) {
  if (running_[position(step)] == nullptr) return;
  end_attempt(step);
  feed(engine::Exited{step, std::move(status)});
}

/// The plugin may be on the stack: the attempt and its run are released in a later turn of the loop.
void Driver::end_attempt(StepIndex step) {
  session_.renderer().end(step);
  const std::shared_ptr<Attempt> over = std::move(running_[position(step)]);
  over->last_resort.reset();
  boost::asio::post(session_.context(), [over] {});
}

void Driver::set_timer() {
  const std::optional<Instant> deadline = exit_code_ ? std::nullopt : engine_.next_deadline();
  if (deadline == timer_set_to_) return;
  timer_set_to_ = deadline;
  timer_.cancel();
  if (!deadline) return;
  timer_.expires_at(*deadline);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    timer_set_to_.reset();
    feed(engine::TimePassed{});
  });
}

void Driver::on_signal(int signal) {
  if (exit_code_) {
    session_.console().abandon();  // only a slow reader was waited for
    return;
  }
  feed(engine::Interrupted{signal});
  if (signal == SIGQUIT) feed(engine::Interrupted{signal});  // as Ctrl-\ does everywhere: at once
}

/// Nobody is left who would clean up if this process died, too: all that runs is ended by force.
void Driver::on_guardian_lost() {
  feed(engine::Interrupted{SIGKILL});
  feed(engine::Interrupted{SIGKILL});
}

/// While the run is being stopped: a reader that reads nothing must not keep dream alive.
void Driver::watch_readers() {
  const Instant now = read_clock();
  for (const Stream stream : {Stream::out, Stream::err}) {
    output::Writer& writer = session_.console().writer(stream);
    ReaderProgress& reader = readers_[stream == Stream::out ? 0 : 1];
    if (writer.pending() == 0 || writer.total_written() != reader.written) {
      reader = {writer.total_written(), now};
    } else if (now - reader.since >= stuck_reader_limit) {
      writer.abandon();
    }
  }
  reader_timer_.expires_after(reader_check_interval);
  reader_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) watch_readers();
  });
}

void Driver::on_output_lost(Stream stream, int error) {
  if (session_.console().writer(stream).is_terminal()) {
    if (stream != Stream::out) return;
    hangup_timer_.expires_after(hangup_patience);
    hangup_timer_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled && !exit_code_) feed(engine::OutputLost{});
    });
    return;
  }
  write_error_ = error;
  if (error != EPIPE) {
    session_.log().write(LogLevel::error,
                         fmt::format("can't write to {}: {}", stream == Stream::out ? "stdout" : "stderr",
                                     std::strerror(error)));
  }
  if (stream == Stream::out && !exit_code_) feed(engine::OutputLost{error == EPIPE});
}

}  // namespace dream::runtime
