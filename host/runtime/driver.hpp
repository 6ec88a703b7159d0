#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "engine/engine.hpp"
#include "output/narrator.hpp"
#include "plan/plan.hpp"
#include "plugin/executor.hpp"
#include "prepare/prepared_step.hpp"
#include "probe/health_watch.hpp"
#include "probe/notify_socket.hpp"
#include "probe/prober.hpp"
#include "runtime/output_watch.hpp"
#include "runtime/pump.hpp"
#include "runtime/session.hpp"
#include "runtime/signal_inbox.hpp"
#include "runtime/slot_watch.hpp"

namespace dream::runtime {

/// Drives one run: events of processes, signals, timers and output go into the engine, its actions to
/// executors and reporters. Decides nothing.
class Driver : private Pump::Effects {
 public:
  /// All must outlive the driver; one PreparedStep for each step of the plan, in its order.
  /// `guardian`: its socket, owned from now on; -1: none.
  Driver(Session& session, Clock& clock, const Plan& plan, const std::vector<prepare::PreparedStep>& steps,
         int guardian);
  ~Driver() override;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Runs the plan to its end and writes everything out. Returns dream's exit code.
  [[nodiscard]] int run();

  /// A step that failed to start: what else is to be said of it.
  using Explain = std::function<void(StepIndex step, Error& error)>;
  void on_start_failure(Explain explain) { explain_ = std::move(explain); }

  /// As a first signal, which is no failure; `now`: as a second one.
  void take_down(bool now);

  /// HoldAsked, StartAsked and RestartAsked: somebody asks for it from outside.
  void tell_engine(engine::Event event);

  /// The time of the run.
  [[nodiscard]] Instant now() const { return clock_.now(); }

  /// Is called before each attempt of a step, which fails to start with the error.
  void before_start(std::function<Result<void>(StepIndex)> call) { before_start_ = std::move(call); }

  /// Somebody who looks on: is told what reporters are, and hears what steps write
  /// (SessionSettings::overheard). Before run(), and until its end.
  using Hear = std::function<void(StepIndex, Stream, std::string_view)>;
  void look_on(output::Reporter& reporter, Hear hear) {
    reporters_.push_back(&reporter);
    hear_ = std::move(hear);
  }
  void judge_by(Pump::Judge judge) { pump_.judge_by(std::move(judge)); }

  /// Of the first process of a step; 0: it doesn't run, or not on this machine.
  [[nodiscard]] int pid_of(StepIndex step) const;

  /// What its executor says of it: "pid 17", "container 3f2a, healthy"; empty when it says nothing.
  [[nodiscard]] std::string detail_of(StepIndex step) const;

  /// For questions: it is told by events alone.
  [[nodiscard]] const engine::Engine& engine() const { return pump_.engine(); }

  /// Whether a step runs, or is being started or ended: it has to wait for whatever takes long on the loop.
  [[nodiscard]] bool anything_runs() const;

  /// A step was given up: something of it may live.
  [[nodiscard]] bool gave_up() const { return gave_up_; }

  /// The signal that the run was stopped by, if any: dream is to die of it.
  [[nodiscard]] std::optional<int> stopped_by_signal() const { return pump_.engine().stopped_by_signal(); }

 private:
  /// One start of a step, from Start to its end.
  class Running : public plugin::RunObserver {
   public:
    Running(Driver& driver, Attempt its_attempt) : attempt(its_attempt), driver_(driver) {}
    void run_started() override {
      started = true;
      driver_.session_.services().hold_output(attempt.step);
      driver_.feed(engine::Started{attempt});
    }
    void run_ready() override {
      if (prober) prober->become_healthy();
    }
    void run_start_failed(Error error) override { driver_.start_failed(attempt, std::move(error)); }
    void run_exited(ExitStatus status) override { driver_.exited(attempt, std::move(status)); }

    Attempt attempt;
    std::unique_ptr<plugin::Run> run;  ///< none while it is being started
    bool started = false;
    bool waits_for_kept = false;  ///< what an earlier attempt was allowed to leave running ends first
    bool has_token = false;       ///< a slot that is shared with others, or waits for one
    bool asked_to_end = false;
    int key = 0;  ///< the last signal of a key that was left to it
    int pid = 0;  ///< of its process, also when that has ended; 0: not known, or none
    std::optional<ExitStatus> kept_ready;  ///< it has ended well; what it keeps isn't ready yet
    SharedEnvironment environment;
    std::unique_ptr<Clock::Alarm> next_try;
    std::unique_ptr<probe::NotifySocket> notify;  ///< none: no probe of its step needs it
    std::unique_ptr<probe::Prober> prober;        ///< none: nobody needs to know whether it is ready
    std::unique_ptr<probe::HealthWatch> health;   ///< none: nor whether it is healthy

   private:
    Driver& driver_;
  };

  // Pump::Effects
  void start(Attempt attempt) override;
  void start_with_slot(Attempt attempt);
  void start_now(Attempt attempt);
  void start_was_told(Attempt attempt) override { session_.services().release_output(attempt.step); }
  /// A step without a process.
  void gather(Attempt attempt, bool lasts);
  void terminate(Attempt attempt, Urgency urgency) override;
  void give_up(Attempt attempt) override;
  void begin_probing(Attempt attempt) override;
  void end_probing(Attempt attempt) override;
  void begin_health(Attempt attempt) override;
  void end_health(Attempt attempt) override;
  void give_up_reader(Stream stream) override;
  void tell(Instant now, const engine::Action& action) override;
  void wake_at(std::optional<Instant> moment) override;
  void turn_soon() override;

  /// False: nothing may be run, and why was said.
  [[nodiscard]] bool begin();
  void feed(engine::Event event) { pump_.feed(clock_.now(), masked(std::move(event))); }
  /// What an event says in words ends in reports, records and answers.
  [[nodiscard]] engine::Event masked(engine::Event event) const;
  void interrupted(int signal);
  void look_for_signals_since(Instant begin);
  void start_failed(Attempt attempt, Error error);
  void exited(Attempt attempt, ExitStatus status);
  /// What it leaves running, and may keep, has to become ready first.
  [[nodiscard]] bool keeps_what_becomes_ready(const Running& running, const ExitStatus& status) const;
  [[nodiscard]] static int pid_of(Running& running);
  [[nodiscard]] probe::Subject subject_of(Running& running) const;
  [[nodiscard]] probe::Prober::Time time_of(Running& running);
  /// Tells the attempt's task where to say that it is ready.
  [[nodiscard]] Result<void> open_notify_socket(Running& running, plugin::TaskSpec& task);
  [[nodiscard]] std::unique_ptr<probe::Prober> make_prober(Running& running);
  [[nodiscard]] engine::Found found(StepIndex step) const;
  /// Null once it is over.
  [[nodiscard]] Running* running(Attempt attempt) const;
  /// False if it was over already. Nothing that it says later counts.
  bool end(Attempt attempt);
  void left_behind(StepIndex step, std::vector<std::string> processes, bool kept);
  void end_what_was_kept();
  void report(Instant now, const engine::Action& action);
  void on_output_lost(Stream stream, int error);
  void on_signal(int signal, bool to_group);
  [[nodiscard]] bool is_left_to_step(int signal);
  void hand_on(int signal, bool to_group);
  void suspend(int signal, bool to_group);
  void tell_who_runs_on();
  void write_everything_out();
  void release_runs();

  Session& session_;
  Clock& clock_;
  int guardian_;
  const Plan& plan_;
  const std::vector<prepare::PreparedStep>& prepared_;
  Pump pump_;
  output::Narrator narrator_;
  /// The renderer first: what a step wrote comes before the words about its end.
  std::vector<output::Reporter*> reporters_;
  std::vector<std::unique_ptr<Running>> running_;  ///< by step; null: not started, or over
  std::unique_ptr<Clock::Alarm> alarm_;
  SlotWatch slot_watch_;
  OutputWatch output_watch_;
  SignalInbox signals_;
  Explain explain_;
  std::function<Result<void>(StepIndex)> before_start_;
  Hear hear_;
  bool gave_up_ = false;
  std::optional<Instant> first_interruption_;
  std::optional<Instant> signals_since_;  ///< what is read now may have come since then
  bool forces_ = false;                   ///< what was kept is killed
  /// Told once what steps were allowed to leave running has ended, too.
  std::optional<engine::Finish> finish_;
  std::set<int> left_alone_;       ///< signals that it was told of
  std::set<StepIndex> asked_for_;  ///< their next attempt waits for no slot
};

}  // namespace dream::runtime
