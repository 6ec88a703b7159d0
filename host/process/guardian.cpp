#include "process/guardian.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/crash_note.hpp"
#include "base/process.hpp"
#include "base/write_all.hpp"
#include "process/descendants.hpp"
#include "process/hang_watch.hpp"
#include "process/start_cleaner.hpp"
#include "process/wait_for_end.hpp"

namespace dream::process {

namespace {

constexpr int exit_internal = 70;

/// Of those that can't be ended, so many are named.
constexpr std::size_t most_named = 5;

/// Signals that mean something to the host and may be sent to the pid that the user knows.
constexpr std::array forwarded{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

bool is_crash(int signal) {
  return signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS || signal == SIGILL || signal == SIGFPE;
}

/// By a signal or by a debugger.
bool is_stopped(pid_t pid) {
  const auto status = process_status(pid);
  return status && (status->state == 'T' || status->state == 't');
}

/// What became of all that the host had started.
std::string fate_of(const std::vector<ProcessStatus>& left) {
  if (left.empty()) return "everything that it had started was ended";
  std::string names;
  for (std::size_t at = 0; at < std::min(left.size(), most_named); ++at) {
    names += (at == 0 ? "" : ", ") + describe_process(left[at]);
  }
  if (left.size() > most_named) names += " and " + std::to_string(left.size() - most_named) + " more";
  return "of what it had started, this lives on, as it can't be killed: " + names + "; end it yourself";
}

class Guardian {
 public:
  Guardian(pid_t host, Descriptor socket, Strangers strangers, const GuardianSettings& settings,
           TerminalState terminal)
      : host_(host),
        socket_(std::move(socket)),
        strangers_(std::move(strangers)),
        cleaning_(settings.cleaning),
        kill_limit_(settings.kill_limit),
        hang_(settings.hang_limit),
        terminal_(terminal) {}

  /// Until the host has ended. `signals` has those to forward, and SIGCHLD: the host's end is told by the
  /// kernel alone, for the end of a socket is held open by whatever a plugin forks.
  [[noreturn]] void watch(int signals) {
    std::array<pollfd, 2> watched{pollfd{signals, POLLIN, 0}, pollfd{socket_.get(), POLLIN, 0}};
    while (true) {
      ::poll(watched.data(), watched.size(), milliseconds_to_wait());
      if (watched[1].revents != 0 && !hear_host()) watched[1].fd = -1;
      take_signals(signals);
      if (has_ended(host_)) finish(false);
      if (hang_.hangs(read_clock(), foreign_code_since(), is_stopped(host_))) {
        ::kill(host_, SIGKILL);
        finish(true);
      }
    }
  }

 private:
  /// False: nothing comes any more.
  bool hear_host() {
    char message = 0;
    const ssize_t size = ::recv(socket_.get(), &message, sizeof message, MSG_DONTWAIT);
    host_listens_ = host_listens_ || size > 0;
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
  }

  void take_signals(int signals) {
    signalfd_siginfo info{};
    while (::read(signals, &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGCHLD) {
        strangers_.look_again(host_);
      } else {
        forward(info);
      }
    }
  }

  /// It may have been sent to this pid alone; the host counts what reached both once. (A terminal that closes
  /// tells only the leader of its session: this process, when no shell stands before it.)
  void forward(const signalfd_siginfo& info) {
    const ForwardedSignal message{static_cast<std::int32_t>(info.ssi_signo), info.ssi_code,
                                  static_cast<std::int32_t>(info.ssi_pid)};
    ::send(socket_.get(), &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (!host_listens_) ::kill(host_, message.number);
    if (is_stopped(host_)) ::kill(host_, SIGCONT);  // it couldn't hear of it
    hang_.asked(read_clock());
  }

  [[nodiscard]] int milliseconds_to_wait() const {
    const std::optional<Instant> look = hang_.next_look();
    if (!look) return -1;
    const Duration rest = std::max(*look - read_clock(), Duration::zero());
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(rest).count());
  }

  /// The host has ended, or was killed because it hangs.
  [[noreturn]] void finish(bool hung) {
    const int status = reap(host_);  // its children become ours only when it is gone
    const std::vector<ProcessStatus> left = end_descendants(strangers_, kill_limit_);
    terminal_.restore();
    static_cast<void>(start_cleaner(cleaning_));
    const std::string culprit(crash_note());
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const bool internal = hung || is_crash(signal) || (signal == 0 && !culprit.empty());
    if (signal == 0 && !internal) {
      if (!left.empty()) say(fate_of(left));
      ::_exit(WEXITSTATUS(status));
    }
    // Before the run it ends like any program does.
    const bool as_asked = !host_listens_ && std::ranges::find(forwarded, signal) != forwarded.end();
    if (!as_asked || !left.empty()) {
      const std::string subject = culprit.empty() || !internal ? "its main process was" : culprit;
      const std::string end = hung ? culprit.empty() ? "stopped, for a plugin didn't return" : "didn't return"
                                   : "ended by " + (signal == 0 ? "exit()" : signal_name(signal));
      say((internal ? "internal error: " : "") + subject + " " + end + "; " + fate_of(left));
    }
    ::_exit(internal ? exit_internal : 128 + signal);
  }

  static void say(const std::string& words) {
    static_cast<void>(write_all(STDERR_FILENO, "dream: " + words + "\n"));
  }

  pid_t host_;
  Descriptor socket_;
  Strangers strangers_;
  CleaningOrder cleaning_;
  Duration kill_limit_;
  HangWatch hang_;
  TerminalState terminal_;
  bool host_listens_ = false;  ///< before that, it leaves signals their usual effect
};

/// Those that were ignored when dream was started stay ignored.
sigset_t signals_to_watch() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  for (const int signal : forwarded) {
    struct sigaction current {};
    ::sigaction(signal, nullptr, &current);
    if (current.sa_handler != SIG_IGN) ::sigaddset(&set, signal);
  }
  return set;
}

Error refused(int error) {
  return {ErrorCode::io,
          std::string("the run has no guardian, for the system refused it: ") + std::strerror(error) +
              "; should dream be killed, what it has started lives on",
          {},
          "the limits on processes and open files may be reached (ulimit -a)"};
}

}  // namespace

Result<Descriptor> split_off_guardian(const GuardianSettings& settings, const TerminalState& terminal) {
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0) return refused(errno);
  Descriptor guardians_end(sockets[0]);
  Descriptor hosts_end(sockets[1]);
  share_crash_notes();
  std::signal(SIGCHLD, SIG_DFL);  // may be inherited as ignored: then no exit status could be had
  const sigset_t watched = signals_to_watch();
  Descriptor signals(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.is_open()) return refused(errno);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  Strangers strangers;
  sigset_t previous;
  ::sigprocmask(SIG_BLOCK, &watched, &previous);  // none is lost between the fork and the first look
  const pid_t guardian = ::getpid();
  const pid_t host = ::fork();
  if (host <= 0) {
    const int error = errno;
    ::sigprocmask(SIG_SETMASK, &previous, nullptr);
    if (host < 0) return refused(error);
    ::prctl(PR_SET_PDEATHSIG, SIGCONT);  // a stopped host wakes up, sees the socket's end, and cleans up
    if (::getppid() != guardian) ::_exit(exit_internal);
    return hosts_end;
  }
  static_cast<void>(hosts_end.close());
  ::prctl(PR_SET_NAME, guardian_name);  // `pkill dream` must not take both at once
  Guardian(host, std::move(guardians_end), std::move(strangers), settings, terminal).watch(signals.get());
}

void tell_guardian_that_signals_are_read(int socket) {
  const char message = 0;
  ::send(socket, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace dream::process
