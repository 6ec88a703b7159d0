#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "output/narrator.hpp"
#include "plan/plan.hpp"
#include "plugin/executor.hpp"
#include "prepare/prepared_step.hpp"
#include "runtime/session.hpp"
#include "runtime/signal_inbox.hpp"

namespace dream::runtime {

/// Drives one run: events of processes, signals, timers and output go into the engine, its actions to
/// executors and reporters. Decides nothing.
class Driver {
 public:
  /// All must outlive the driver; one PreparedStep for each step of the plan, in its order.
  /// `guardian`: its socket, owned from now on; -1: none.
  Driver(Session& session, const Plan& plan, const std::vector<prepare::PreparedStep>& steps, int guardian);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Runs the plan to its end and writes everything out. Returns dream's exit code.
  [[nodiscard]] int run();

  /// A step that failed to start: what else is to be said of it.
  using Explain = std::function<void(StepIndex step, Error& error)>;
  void on_start_failure(Explain explain) { explain_ = std::move(explain); }

  /// A step runs, or is being started or ended: whatever takes long on the loop is to its cost.
  [[nodiscard]] bool anything_runs() const;

  /// A step was given up: something of it may live.
  [[nodiscard]] bool gave_up() const { return gave_up_; }

 private:
  /// One start of a step, from Start to its end.
  class Attempt : public plugin::RunObserver {
   public:
    Attempt(Driver& driver, StepIndex step) : driver_(driver), step_(step) {}
    void run_started() override { driver_.feed(engine::Started{step_}); }
    void run_start_failed(Error error) override { driver_.start_failed(step_, std::move(error)); }
    void run_exited(ExitStatus status) override { driver_.exited(step_, std::move(status)); }

    std::unique_ptr<plugin::Run> run;
    std::unique_ptr<boost::asio::steady_timer> last_resort;  ///< started with the force

   private:
    Driver& driver_;
    StepIndex step_;
  };

  /// False: nothing may be run, and why was said.
  [[nodiscard]] bool begin();
  void feed(engine::Event event);
  void pump_soon();
  void pump();
  void perform(Instant now, const engine::Action& action);
  void start(StepIndex step);
  void start_failed(StepIndex step, Error error);
  void exited(StepIndex step, ExitStatus status);
  /// The attempt is over: nothing it says later counts.
  void end_attempt(StepIndex step);
  void terminate(StepIndex step, Urgency urgency);
  void give_up_on(StepIndex step);
  [[nodiscard]] std::string detail_of(StepIndex step) const;
  void set_timer();
  void on_signal(int signal);
  void on_guardian_lost();
  void watch_readers();
  void on_output_lost(Stream stream, int error);
  void write_everything_out();

  Session& session_;
  const Plan& plan_;
  const std::vector<prepare::PreparedStep>& prepared_;
  engine::Engine engine_;
  output::Narrator narrator_;
  /// The renderer first: what a step wrote comes before the words about its end.
  std::vector<output::Reporter*> reporters_;
  std::vector<std::unique_ptr<Attempt>> running_;  ///< by step; null: not started, or over
  struct TimedEvent {
    Instant at;
    engine::Event event;
  };
  std::deque<TimedEvent> events_;
  bool pumping_ = false;
  boost::asio::steady_timer timer_;
  std::optional<Instant> timer_set_to_;
  boost::asio::steady_timer reader_timer_;
  boost::asio::steady_timer hangup_timer_;
  /// While the run is being stopped: how far the reader of an output has come.
  struct ReaderProgress {
    std::size_t written = 0;
    Instant since;
  };
  std::array<ReaderProgress, 2> readers_;
  SignalInbox signals_;
  std::optional<int> exit_code_;
  int write_error_ = 0;
  Explain explain_;
  bool gave_up_ = false;
};

}  // namespace dream::runtime
