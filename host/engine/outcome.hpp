#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/process.hpp"
#include "base/time.hpp"

/// How steps end, and why.
namespace dream::engine {

enum class OutcomeKind : std::uint8_t { succeeded, failed, terminated, skipped };

struct RequiredFailed {
  StepIndex step;
  bool operator==(const RequiredFailed&) const = default;
};
struct StoppedBySignal {
  int signal;
  bool operator==(const StoppedBySignal&) const = default;
};
/// Nobody is left who would clean up if dream died: all that runs is ended by force. An event as well.
struct GuardianLost {
  bool operator==(const GuardianLost&) const = default;
};
struct ReaderGone {
  bool operator==(const ReaderGone&) const = default;
};
/// DownAsked: no failure.
struct Requested {
  bool operator==(const Requested&) const = default;
};
/// stdout can't be written.
struct OutputBroken {
  bool operator==(const OutputBroken&) const = default;
};
/// Why the run is being stopped. It decides dream's exit code.
using RunStop =
    std::variant<RequiredFailed, StoppedBySignal, GuardianLost, ReaderGone, OutputBroken, Requested>;

/// A service, once every other step has ended.
struct NoLongerNeeded {
  bool operator==(const NoLongerNeeded&) const = default;
};
struct TimedOut {
  bool operator==(const TimedOut&) const = default;
};
/// Somebody waits for it to be ready, and its `readyTimeout` has passed.
struct NotReadyInTime {
  bool operator==(const NotReadyInTime&) const = default;
};
/// Somebody waits for it to be ready, which it can't become: its outcome's `start_error` says why.
struct CannotBecomeReady {
  bool operator==(const CannotBecomeReady&) const = default;
};
/// It is unhealthy, and could be restarted.
struct BecameUnhealthy {
  bool operator==(const BecameUnhealthy&) const = default;
};
/// A step that it is to be restarted with runs again, and is ready, or is over. Another attempt follows.
struct Renewed {
  StepIndex with;
  bool operator==(const Renewed&) const = default;
};
/// Somebody asked for it: HoldAsked.
struct Held {
  bool operator==(const Held&) const = default;
};
/// Somebody asked for it: RestartAsked. Another attempt follows.
struct RestartRequested {
  bool operator==(const RestartRequested&) const = default;
};
/// A required step that it needs, directly or through others, has failed, and the run goes on without both.
struct NeededFailed {
  StepIndex step;
  bool operator==(const NeededFailed&) const = default;
};
/// Why one step is ended before its time, or never started.
using StepEnd = std::variant<RunStop, NoLongerNeeded, TimedOut, NotReadyInTime, CannotBecomeReady,
                             BecameUnhealthy, Renewed, Held, RestartRequested, NeededFailed>;

/// How a step ended; while it goes on, its latest attempt. One that is being terminated says so already.
struct Outcome {
  OutcomeKind kind = OutcomeKind::skipped;
  std::optional<StepEnd> reason;     ///< of terminated and skipped; of failed: those that concern it alone
  std::optional<ExitStatus> exit;    ///< unless it never ran
  std::optional<Error> start_error;  ///< it could not be started, or its probes couldn't
  bool forced = false;               ///< it had to be killed
  std::vector<std::string> left_behind;  ///< processes, as LeftBehind has them
  bool kept = false;                     ///< these: until the end of the run
  std::optional<Instant> started;        ///< of the first attempt
  std::optional<Instant> ready;          ///< all probes of the latest attempt had passed
  std::optional<Instant> ended;          ///< of the step; none while it is to start again
  std::optional<Duration> ran;           ///< the latest attempt, which is over; none: it never did
};

}  // namespace dream::engine
