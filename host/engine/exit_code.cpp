#include "engine/exit_code.hpp"

#include "base/assert.hpp"
#include "base/overloaded.hpp"

namespace dream::engine {
namespace {

constexpr int failure = 1;
constexpr int internal_error = 70;
constexpr int timed_out = 124;
constexpr int refused = 125;
constexpr int not_executable = 126;
constexpr int not_found = 127;
constexpr int killed_by_signal_0 = 128;
constexpr int broken_pipe = 13;     // SIGPIPE
constexpr int guardian_lost = 137;  // SIGKILL ended it, most likely

/// Of a start that failed. 2 says that nothing was run: what is wrong with a step is to be found before the
/// run begins.
int code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
      return not_found;
    case ErrorCode::not_executable:
      return not_executable;
    case ErrorCode::io:
      return refused;
    case ErrorCode::usage:
    case ErrorCode::configuration:
    case ErrorCode::plan:
    case ErrorCode::plugin:  // it was loaded, and broke when it had to work
    case ErrorCode::unsupported:
    case ErrorCode::internal:
      break;
  }
  return internal_error;
}

int code_of(const ExitStatus& status) {
  if (const auto* killed = std::get_if<KilledBy>(&status)) return killed_by_signal_0 + killed->signal;
  if (std::holds_alternative<Lost>(status)) return internal_error;
  // A service that leaves with 0 has failed, and what has failed never makes a 0; nor does a code that the
  // system would cut to its lowest byte.
  const int code = std::get<ExitedWith>(status).code;
  return code >= 1 && code <= 255 ? code : failure;
}

int code_of(const Outcome& outcome) {
  DREAM_ASSERT(outcome.kind == OutcomeKind::failed);
  if (outcome.start_error) return code_of(outcome.start_error->code);
  if (outcome.reason && std::holds_alternative<BecameUnhealthy>(*outcome.reason)) return failure;
  if (outcome.reason) return timed_out;
  DREAM_ASSERT(outcome.exit);
  return code_of(*outcome.exit);
}

}  // namespace

int exit_code(const RunStop& first_cause, std::span<const Outcome> outcomes) {
  return std::visit(
      Overloaded{
          [&](const RequiredFailed& failed) { return code_of(outcomes[position(failed.step)]); },
          [](const StoppedBySignal& stopped) { return killed_by_signal_0 + stopped.signal; },
          [](const GuardianLost&) { return guardian_lost; },
          [](const ReaderGone&) { return reader_gone; },
          [](const OutputBroken&) { return output_broken; },
          [](const Requested&) { return 0; },
      },
      first_cause);
}

bool is_not_there(const Outcome& outcome) {
  if (outcome.start_error)
    return outcome.start_error->code == ErrorCode::not_found ||
           outcome.start_error->code == ErrorCode::not_executable;
  const auto* exited = outcome.exit ? std::get_if<ExitedWith>(&*outcome.exit) : nullptr;
  return exited != nullptr && (exited->code == not_found || exited->code == not_executable);
}

std::optional<int> signal_of(const RunStop& cause) {
  if (const auto* stopped = std::get_if<StoppedBySignal>(&cause)) return stopped->signal;
  if (std::holds_alternative<ReaderGone>(cause)) return broken_pipe;
  return std::nullopt;
}

}  // namespace dream::engine
