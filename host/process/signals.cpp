#include "process/signals.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>

namespace dream::process {

namespace {

constexpr std::size_t set_size = sizeof(SignalSet);

/// The kernel's, of which the first member is the handler; the C library's own call knows no 32 and 33.
struct KernelAction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  SignalSet mask;
  unsigned long spare[4];  ///< other machines have more
};

KernelAction action_of(int signal) noexcept {
  KernelAction action{};
  ::syscall(SYS_rt_sigaction, signal, nullptr, &action, set_size);
  return action;
}

SignalSet signals_with(void (*handler)(int)) noexcept {
  SignalSet signals = 0;
  for (int signal = 1; signal <= last_signal; ++signal) {
    if (action_of(signal).handler == handler) signals |= set_of(signal);
  }
  return signals;
}

void set_handler(int signal, void (*handler)(int)) noexcept {
  KernelAction action{};
  action.handler = handler;
  ::syscall(SYS_rt_sigaction, signal, &action, nullptr, set_size);
}

void do_nothing(int /*signal*/) {}

/// A handler that does nothing, and what the C library adds for the kernel to return from one: it is asked
/// through a signal that it knows and that does nothing, either.
KernelAction idle_action() noexcept {
  struct sigaction idle {};
  struct sigaction before {};
  idle.sa_handler = do_nothing;
  idle.sa_flags = SA_RESTART | SA_ONSTACK;
  ::sigaction(SIGURG, &idle, &before);
  const KernelAction action = action_of(SIGURG);
  ::sigaction(SIGURG, &before, nullptr);
  return action;
}

SignalSet change_blocked(int how, const SignalSet* signals) noexcept {
  SignalSet before = 0;
  ::syscall(SYS_rt_sigprocmask, how, signals, &before, set_size);
  return before;
}

/// Before main, so before anything here has changed them.
const InheritedSignals inherited{signals_with(SIG_IGN), change_blocked(SIG_BLOCK, nullptr)};

}  // namespace

SignalMeaning meaning_of(int signal) noexcept {
  constexpr int first_own_meaning = 34;  // those of applications; 32 and 33 are the C library's
  switch (signal) {
    case SIGABRT:
    case SIGTRAP:
    case SIGSYS:
    case SIGILL:
    case SIGFPE:
    case SIGBUS:
    case SIGSEGV:
      return SignalMeaning::crash;
    case SIGUSR1:
    case SIGUSR2:
      return SignalMeaning::hand_on;
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return SignalMeaning::suspend;
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
    case SIGXFSZ:
    case SIGKILL:
    case SIGSTOP:
      return SignalMeaning::nothing;
    default:
      return signal >= first_own_meaning ? SignalMeaning::hand_on : SignalMeaning::stop;
  }
}

const InheritedSignals& inherited_signals() noexcept {
  return inherited;
}

SignalSet ignored_signals() noexcept {
  return signals_with(SIG_IGN);
}

SignalSet default_signals() noexcept {
  return signals_with(SIG_DFL);
}

void disarm_signals(SignalSet signals) noexcept {
  static const KernelAction idle = idle_action();
  for (int signal = 1; signal <= last_signal; ++signal) {
    const bool has_usual = contains(signals, signal) && action_of(signal).handler == SIG_DFL;
    if (has_usual) ::syscall(SYS_rt_sigaction, signal, &idle, nullptr, set_size);
  }
}

SignalSet block_signals(SignalSet signals) noexcept {
  return change_blocked(SIG_BLOCK, &signals);
}

void set_blocked_signals(SignalSet signals) noexcept {
  change_blocked(SIG_SETMASK, &signals);
}

int open_signals(SignalSet signals) noexcept {
  return static_cast<int>(::syscall(SYS_signalfd4, -1, &signals, set_size, SFD_CLOEXEC | SFD_NONBLOCK));
}

void die_of_signal(int signal) noexcept {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::prctl(PR_SET_DUMPABLE, 0);  // where cores go to a program, the limit doesn't count
  set_handler(signal, SIG_DFL);
  ::kill(::getpid(), signal);
  const SignalSet this_one = set_of(signal);
  change_blocked(SIG_UNBLOCK, &this_one);
  constexpr int killed_by_signal_0 = 128;
  ::_exit(killed_by_signal_0 + signal);
}

void stop_by_signal(int signal) noexcept {
  const KernelAction before = action_of(signal);
  set_handler(signal, SIG_DFL);
  ::syscall(SYS_tgkill, ::getpid(), ::gettid(), signal);
  const SignalSet this_one = set_of(signal);
  const SignalSet blocked = change_blocked(SIG_UNBLOCK, &this_one);
  set_blocked_signals(blocked);
  ::syscall(SYS_rt_sigaction, signal, &before, nullptr, set_size);
}

}  // namespace dream::process
