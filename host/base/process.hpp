#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace dream {

/// A process ended by itself with this code (0…255).
struct ExitedWith {
  int code = 0;
  bool operator==(const ExitedWith&) const = default;
};

/// A process was ended by this signal.
struct KilledBy {
  int signal = 0;
  bool operator==(const KilledBy&) const = default;
};

/// A plugin or the host lost the process: no exit status will ever be known. An internal error (exit code
/// 70).
struct Lost {
  std::string reason;
  bool operator==(const Lost&) const = default;
};

/// How a step's process came to its end.
using ExitStatus = std::variant<ExitedWith, KilledBy, Lost>;

/// How a command ended that was run to see what comes of it.
struct CommandEnd {
  ExitStatus status;
  std::string output;  ///< the last of it
};

/// The exit codes that are success. None: 0 alone.
using SuccessCodes = std::vector<std::uint8_t>;

/// A death of signal n counts as 128 + n. Who was lost has not succeeded.
[[nodiscard]] bool is_success(const ExitStatus& status, const SuccessCodes& codes = {});

/// Whether a process has ended by this signal, or says so as shells do: with exit code 128 + n.
[[nodiscard]] bool is_end_by(const ExitStatus& status, int signal);

/// NAME=VALUE, the whole environment of a process. Shared, as most steps of a run have the same.
using SharedEnvironment = std::shared_ptr<const std::vector<std::string>>;

/// How hard a termination is asked for.
enum class Urgency : std::uint8_t {
  graceful,  ///< the step's stop signal to its whole tree
  force,     ///< SIGKILL to everything that belongs to the step
};

/// Which output of a task bytes come from.
enum class Stream : std::uint8_t { out, err };

/// "exit code 3", "signal 9 (SIGKILL)", "lost: …".
[[nodiscard]] std::string to_string(const ExitStatus& status);

/// "SIGTERM" for 15, "SIGRTMIN+3" for 37; "signal 99" for a number without a name.
[[nodiscard]] std::string signal_name(int number);

/// 15 for "SIGTERM" or "TERM" (upper case), 37 for "RTMIN+3", 63 for "RTMAX-1"; 0 for what is no signal's
/// name.
[[nodiscard]] int signal_number(const std::string& name);

}  // namespace dream
