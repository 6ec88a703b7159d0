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
#include "engine/outcome.hpp"
#include "plan/plan.hpp"

/// The scheduler, sans-IO: events in, actions out, time as an argument. docs/functional-specification.md,
/// sections 3 to 5.
namespace dream::engine {

// ---- events: what happened -------------------------------------------------------------------------------

// What is heard of an attempt that is over (it ended, or was given up) is stale: it is ignored. GuardianLost
// is both what happened and a reason (outcome.hpp).

/// The run begins. Exactly once, first.
struct Begin {};
/// The process runs. `now` of this event is the moment delays and timeouts count from.
struct Started {
  Attempt attempt;
};
/// The process could not be started, and nothing of it is left. Its end: no Exited follows.
struct StartFailed {
  Attempt attempt;
  Error error;
};
/// The attempt is over: process reaped, output drained, nothing of its tree lives. One for each Start that
/// neither StartFailed nor Withdrawn answered. Without a Started before, the step counts as started at this
/// moment: it ended before it was known to run.
struct Exited {
  Attempt attempt;
  ExitStatus status;
};
/// What Start asked for was not begun: nothing of it ever ran. Only of an attempt that was asked to end.
struct Withdrawn {
  Attempt attempt;
};
/// Every probe of the attempt has passed. What is heard of probes after EndProbing is stale.
struct Ready {
  Attempt attempt;
};
/// It can't become ready: what its probe needs isn't there.
struct NeverReady {
  Attempt attempt;
  Error error;
};
/// Its health has become bad, or good again; in turns. Stale after EndHealth.
struct Unhealthy {
  Attempt attempt;
  std::string why;
};
struct Healthy {
  Attempt attempt;
};
/// It says that it needs time to become ready: it isn't given up before so much from now.
struct MoreTime {
  Attempt attempt;
  Duration time;
};
/// The process of the attempt has ended by itself; what it started still lives, and is waited for: no timeout
/// any more. `lingers` false: the attempt goes on with another process.
struct Lingers {
  Attempt attempt;
  bool lingers = true;
};
/// What the process of an attempt has left behind: is ended now, or kept.
struct LeftBehind {
  Attempt attempt;
  std::vector<std::string> processes;  ///< with pid and command; some, if there are many
  bool kept = false;
};
/// dream was asked to stop by a signal. The first is graceful; one that comes Limits::one_request later
/// forces. What comes sooner is the same request on another way: a key and a wrapper, a pid and its group.
struct Interrupted {
  int signal;
  Duration ago{};  ///< it may have come so long before this moment
};
/// Somebody asks that a step ends, and stays so until it is asked to start. Means nothing of a step that
/// isn't under way, is being started for the first time, or is to end anyway.
struct HoldAsked {
  StepIndex step;
};
/// The same: that a held step, one between two attempts, or one that has ended, starts at once. One that has
/// ended stays so once the run is at its end: all but services and what runs at the end have ended.
struct StartAsked {
  StepIndex step;
};
/// The same: that one that runs is ended, and starts again (by that which is under way); else as StartAsked.
struct RestartAsked {
  StepIndex step;
  bool with_dependents = false;  ///< then those that run and need it, directly or through others: once each
};
/// Somebody asks that the run ends, as by a first signal; or, now, as by a second one.
struct DownAsked {
  bool now = false;
};
/// Whoever waited until all is up (Plan::caller_waits) waits no more.
struct CallerLeft {};
/// Nothing can be written to stdout any more.
struct OutputLost {
  bool reader_gone = true;  ///< rather than a full disk, say
};
/// stdout's terminal was closed. The SIGHUP about it may take its way through a shell, and counts first.
struct TerminalClosed {};
/// What the reader of an output does with the bytes that are there for it.
enum class Reading : std::uint8_t { nothing_left, takes_some, takes_nothing };
/// That has changed. At first there is nothing. Told while the run stops, and after its end.
struct ReaderSeen {
  Stream stream;
  Reading reading;
};
/// A deadline of next_deadline() has come, or none. Every other event notices those, too, after what it says.
struct TimePassed {};

using Event =
    std::variant<Begin, Started, StartFailed, Exited, Withdrawn, Ready, NeverReady, MoreTime, Unhealthy,
                 Healthy, Lingers, LeftBehind, HoldAsked, StartAsked, RestartAsked, Interrupted, DownAsked,
                 CallerLeft, GuardianLost, OutputLost, TerminalClosed, ReaderSeen, TimePassed>;

// ---- actions: what to do, in this order -------------------------------------------------------------------

/// Start the step's process; answered by Started, StartFailed, Exited or Withdrawn, at once or later. In a
/// plan that is a list, no further step is started for the first time until it is answered.
struct Start {
  Attempt attempt;
};
/// Ask the process to end. Graceful at most once, then force at most once. May come before Start was
/// answered: what is being started must then not stay.
struct Terminate {
  Attempt attempt;
  Urgency urgency;
  bool comes_back = false;  ///< another attempt follows, unless that is called off
};
/// The attempt doesn't end, whatever is done: something of it may live. It counts as over, and StepEnded
/// follows.
struct GiveUp {
  Attempt attempt;
};
/// Find out when the attempt is ready; answered by Ready or NeverReady, or by neither. Then, or sooner, stop
/// that: there is one end for each begin, before what becomes of the attempt.
struct BeginProbing {
  Attempt attempt;
};
struct EndProbing {
  Attempt attempt;
};
/// Look from now on whether the attempt is healthy; answered by Unhealthy and Healthy in turns. Then, no
/// longer: one end for each begin, before what becomes of the attempt.
struct BeginHealth {
  Attempt attempt;
};
struct EndHealth {
  Attempt attempt;
};
/// What is still to be written there, and all that comes, is dropped: nobody will read it. May come after
/// Finish.
struct GiveUpReader {
  Stream stream;
};

// what a renderer tells the user; none needs an answer
struct StepStarted {
  StepIndex step;
};
struct StepEnded {
  StepIndex step;
};  ///< once, and again for each time that it was asked to start after that, with its outcome in outcomes();
    ///< not of a skipped step
/// The attempt is over, and another follows. Its outcome is in outcomes() until that one starts.
struct AttemptEnded {
  Attempt attempt;
  Duration again_in;
  std::size_t restart = 1;  ///< its number among those that count for Restart::max; 0: it is none of them
};
/// It has ended, and starts again when somebody asks for that.
struct StepHeld {
  StepIndex step;
};
/// The process of a later attempt runs.
struct StepRestarted {
  Attempt attempt;
};
struct StepReady {
  StepIndex step;
  Duration after{};  ///< since the start of its latest attempt
};                   ///< at most once for each StepStarted and StepRestarted
/// What its probes have found so far. The engine doesn't know: whoever drives it fills it in.
struct Found {
  std::string what;       ///< is wrong, in words
  std::size_t tries = 0;  ///< 0: they hear of it by themselves
};
/// It wasn't ready in time, or can't become so, and nobody looks any more. Where somebody waits for it, it
/// has failed.
struct StepNotReady {
  StepIndex step;
  Found found = {};
  Duration after{};  ///< since the start of its latest attempt
};
/// Others wait for this step to be ready; told again and again, ever more seldom.
struct StillProbing {
  StepIndex step;
  Instant gives_up_at;
  Found found = {};
  Duration after{};  ///< as StepReady has it
};
struct StepUnhealthy {
  StepIndex step;
  std::string why;
};
struct StepHealthy {
  StepIndex step;
};  ///< again
struct LeftoversFound {
  StepIndex step;
  std::vector<std::string> processes;
  bool kept = false;
};  ///< of a step that still runs, or has ended by itself just now
struct DelayBegan {
  StepIndex next;
  Duration delay;
};  ///< `next` starts this much later unless the run stops
struct WaitingForBackground {
  std::vector<StepIndex> steps;
};  ///< all started, all in front have ended; at most once, without services that will be dismissed
struct Stopping {
  RunStop reason;
};  ///< the whole run; at most once
/// A step that is being ended.
struct Ending {
  StepIndex step;
  std::optional<Instant> force_at;  ///< when its grace is over; none: force was asked already
};
/// Steps that were asked to end still run after a while; told again and again, of each ever more seldom.
struct StillEnding {
  std::vector<Ending> steps;  ///< of which it is news now, in plan order; none was asked by force
  /// Steps that are to end and are asked later, when none that needs them runs any more; in plan order.
  std::vector<StepIndex> later;
};
/// The run is over: nothing runs, nothing will. Exactly once; only GiveUpReader may follow.
struct Finish {
  int exit_code;
};

using Action = std::variant<Start, Terminate, GiveUp, BeginProbing, EndProbing, BeginHealth, EndHealth,
                            GiveUpReader, StepStarted, StepEnded, AttemptEnded, StepHeld, StepRestarted,
                            LeftoversFound, StepReady, StepNotReady, StillProbing, StepUnhealthy, StepHealthy,
                            DelayBegan, WaitingForBackground, Stopping, StillEnding, Finish>;

/// What a step waits for.
struct Awaited {
  StepIndex step{};
  std::optional<Instant>
      until;  ///< when the delay of that is over; none: it has not released what is behind it
};

/// How long dream has patience. Each is more than 0.
struct Limits {
  Duration quiet_stop = std::chrono::milliseconds(500);  ///< a stop that takes no longer is no news
  Duration quiet_wait = std::chrono::milliseconds(500);  ///< nor is it that a step is ready within this time
  Duration unkillable = std::chrono::seconds(8);  ///< a step that lives this long after force is given up
  /// While the run is being stopped, a reader that takes nothing for this long is given up.
  Duration stuck_reader = std::chrono::seconds(5);
  Duration hang_up = std::chrono::seconds(1);  ///< from the end of a terminal to the signal about it
  Duration one_request = std::chrono::milliseconds(300);  ///< a signal so soon after the first is the same
  /// What has run well for so long waits for its next attempt as for the first one.
  Duration good_after = std::chrono::seconds(10);
};

/// One run of one plan. Decides, and does nothing: whoever drives it feeds events with the time they happened
/// at (never earlier than the last), performs the actions in order, and calls again at next_deadline().
class Engine {
 public:
  /// `plan` must outlive the engine and have at least one step.
  explicit Engine(const Plan& plan, const Limits& limits = {});
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

  /// One for each step: another attempt of it follows, at the latest when what it is restarted with is back.
  [[nodiscard]] std::vector<bool> restarting() const;

  /// What a step that was never started waits for, in plan order; in a list all that stand before it.
  [[nodiscard]] std::vector<Awaited> waits_of(StepIndex step) const;

  /// Whoever simply comes after it goes on, at the latest when its delay is over.
  [[nodiscard]] bool has_released(StepIndex step) const;

  /// The failed step that a step can't do without: it is skipped when its turn comes (`--keep-going`).
  [[nodiscard]] std::optional<StepIndex> barred_by(StepIndex step) const;

  /// Of a step that waits for nothing but a delay, its own or another's: how long.
  [[nodiscard]] std::optional<Instant> gate_of(StepIndex step) const;

  /// Whether HoldAsked, StartAsked and RestartAsked mean anything for the step, as far as the run goes.
  [[nodiscard]] bool may_be_told(StepIndex step) const;

  /// Nothing is left but services, which go, and what runs at the end.
  [[nodiscard]] bool is_at_its_end() const;

  /// The first of the steps in front that may start but for a slot, and how many there are; none: all slots
  /// are free for others, or nothing more starts.
  [[nodiscard]] std::optional<std::pair<StepIndex, std::size_t>> without_slot() const;

  /// dream's, once the run is over. It is worse than Finish said if what was left then can't be written.
  [[nodiscard]] std::optional<int> exit_code() const;

  /// The signal that stopped the run, of which dream then dies; SIGPIPE: the reader of stdout went away.
  [[nodiscard]] std::optional<int> stopped_by_signal() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dream::engine
