#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/process.hpp"
#include "base/time.hpp"
#include "plan/plan.hpp"

/// The scheduler, sans-IO: events in, actions out, time as an argument. docs/functional-specification.md,
/// sections 3 to 5.
namespace dream::engine {

// ---- events: what happened -------------------------------------------------------------------------------

/// The run begins. Exactly once, first.
struct Begin {};
/// The step's process runs. `now` of this event is the moment delays and timeouts count from.
struct Started {
  StepIndex step;
};
/// The step's process could not be started, and nothing of it is left. Its end: no Exited follows.
struct StartFailed {
  StepIndex step;
  Error error;
};
/// The step is over: process reaped, output drained, nothing of its tree lives. Exactly one for each Start
/// that StartFailed did not answer. Without a Started before, the step counts as started at this moment: it
/// ended before it was known to run.
struct Exited {
  StepIndex step;
  ExitStatus status;
};
/// dream was asked to stop by a signal. The first is graceful, every later one forces.
struct Interrupted {
  int signal;
};
/// Nothing can be written to stdout any more.
struct OutputLost {
  bool reader_gone = true;  ///< rather than a full disk, say
};
/// A deadline that next_deadline() named has come. Harmless when none has. Every other event notices passed
/// deadlines too, after what it says itself.
struct TimePassed {};

using Event = std::variant<Begin, Started, StartFailed, Exited, Interrupted, OutputLost, TimePassed>;

// ---- outcomes --------------------------------------------------------------------------------------------

enum class OutcomeKind : std::uint8_t { succeeded, failed, terminated, skipped };

/// Why the run, or one step, is being ended before its time.
struct RequiredFailed {
  StepIndex step;
};
struct StoppedBySignal {
  int signal;
};
struct ReaderGone {};
struct OutputBroken {};    ///< stdout can't be written
struct NoLongerNeeded {};  ///< a service, once every other step has ended
struct TimedOut {};
using StopReason =
    std::variant<RequiredFailed, StoppedBySignal, ReaderGone, OutputBroken, NoLongerNeeded, TimedOut>;

/// How a step ended. One that is being terminated has its kind and reason already while it still runs.
struct Outcome {
  OutcomeKind kind = OutcomeKind::skipped;
  std::optional<StopReason> reason;  ///< of terminated and skipped; of failed: TimedOut only
  std::optional<ExitStatus> exit;    ///< unless it never ran
  std::optional<Error> start_error;  ///< it could not be started
  bool forced = false;               ///< it had to be killed
  std::optional<Instant> started;
  std::optional<Instant> ended;
};

// ---- actions: what to do, in this order -------------------------------------------------------------------

/// Start the step's process; answered by Started, StartFailed or Exited, at once or later. Nothing else is
/// started until it is answered.
struct Start {
  StepIndex step;
};
/// Ask the step's process to end. Graceful at most once, then force at most once. May come before Start was
/// answered: what is being started must then not stay.
struct Terminate {
  StepIndex step;
  Urgency urgency;
};

// what a renderer tells the user; none needs an answer
struct StepStarted {
  StepIndex step;
};
struct StepEnded {
  StepIndex step;
};  ///< once for each Start; its outcome is in outcomes(). A skipped step has none
struct DelayBegan {
  StepIndex next;
  Duration delay;
};  ///< `next` starts this much later unless the run stops
struct WaitingForBackground {
  std::vector<StepIndex> steps;
};  ///< all started, every foreground step has ended; at most once, services that will be dismissed not among
    ///< them
struct Stopping {
  StopReason reason;
};  ///< the whole run; at most once. RequiredFailed, StoppedBySignal, ReaderGone or OutputBroken
/// A step that is being ended.
struct Ending {
  StepIndex step;
  std::optional<Instant> force_at;  ///< when its grace is over; none: force was asked already
};
/// Steps that were asked to end still run after a while; told again and again, ever more seldom.
struct StillEnding {
  std::vector<Ending> steps;  ///< those that may still end gracefully
  int signals_to_force = 1;   ///< how many more signals would kill them now
};
/// The run is over: nothing runs, nothing will. Last, exactly once.
struct Finish {
  int exit_code;
};

using Action = std::variant<Start, Terminate, StepStarted, StepEnded, DelayBegan, WaitingForBackground,
                            Stopping, StillEnding, Finish>;

/// One run of one plan. Decides, and does nothing: whoever drives it feeds events with the time they happened
/// at (never earlier than the last), performs the actions in order, and calls again at next_deadline().
class Engine {
 public:
  /// `plan` must outlive the engine and have at least one step. A stop that takes no longer than
  /// `quiet_stop` is no news.
  explicit Engine(const Plan& plan, Duration quiet_stop = std::chrono::milliseconds(500));
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void handle(Instant now, const Event& event);

  /// When to call handle(TimePassed) if nothing else happens before. None: never.
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  /// The actions since the last call, oldest first.
  [[nodiscard]] std::vector<Action> take_actions();

  /// One for each step; final once Finish was taken.
  [[nodiscard]] std::span<const Outcome> outcomes() const;

  /// The steps that are being ended now.
  [[nodiscard]] std::vector<Ending> ending() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dream::engine
