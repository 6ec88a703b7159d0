#pragma once

#include <cstdint>

/// What each signal means to dream, what its caller wants of some, and how it ends or stops by one.
namespace dream::process {

/// Numbers 1 to 64: the lowest bit is number 1. As the kernel has it, which the C library's sets are not:
/// they leave out 32 and 33.
using SignalSet = std::uint64_t;

inline constexpr int last_signal = 64;

[[nodiscard]] constexpr SignalSet set_of(int signal) noexcept {
  return SignalSet{1} << static_cast<unsigned>(signal - 1);
}
[[nodiscard]] constexpr bool contains(SignalSet set, int signal) noexcept {
  return (set & set_of(signal)) != 0;
}

/// What dream makes of a signal.
enum class SignalMeaning : std::uint8_t {
  stop,     ///< it asks dream to end: every signal that would, and that nobody has another meaning for
  crash,    ///< a fault of dream's own; asks it to end if somebody has sent it
  hand_on,  ///< means something to programs that know it, and nothing to dream
  suspend,  ///< Ctrl-Z, and what else a terminal stops jobs by
  nothing,
};

[[nodiscard]] SignalMeaning meaning_of(int signal) noexcept;

/// What this program's caller has set before it was started, and its tasks are to find.
struct InheritedSignals {
  SignalSet ignored = 0;
  SignalSet blocked = 0;
};

/// As it was before main: dream itself ignores and blocks some.
[[nodiscard]] const InheritedSignals& inherited_signals() noexcept;

/// Those that the calling process ignores now, and those that have their usual effect.
[[nodiscard]] SignalSet ignored_signals() noexcept;
[[nodiscard]] SignalSet default_signals() noexcept;

/// Takes their effect from those of them that have their usual one. Not by ignoring them: exec hands that on,
/// and what a plugin starts by itself is to find what dream's caller has set.
void disarm_signals(SignalSet signals) noexcept;

/// For the calling thread, and those that it starts. Returns what was blocked before.
SignalSet block_signals(SignalSet signals) noexcept;
void set_blocked_signals(SignalSet signals) noexcept;

/// A signalfd, non-blocking, closed on exec; -1: the system refused, and errno says why.
[[nodiscard]] int open_signals(SignalSet signals) noexcept;

/// Ends this process by `signal`, without a core, so that whoever waits for it sees that; or else, as number
/// 1 of its container isn't ended by signals of its own, with 128 + n.
[[noreturn]] void die_of_signal(int signal) noexcept;

/// Stops this process as Ctrl-Z does, and returns when it has been continued: at once where nobody could
/// continue it (a process group without a shell). Called by the thread that blocks `signal`, one of
/// SignalMeaning::suspend.
void stop_by_signal(int signal) noexcept;

}  // namespace dream::process
