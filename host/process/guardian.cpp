#include "process/guardian.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/crash_note.hpp"
#include "base/process.hpp"
#include "base/time.hpp"
#include "process/process_tree.hpp"
#include "process/reaper.hpp"

namespace dream::process {

namespace {

constexpr int exit_internal = 70;

/// Rounds without a living descendant after which there is none, where the kernel can't say so: one alone may
/// miss a process that is just being handed to a new parent.
constexpr int empty_rounds = 3;

/// A process of another user can't be killed: it is not waited for any longer than this.
constexpr Duration patience = std::chrono::seconds(5);

/// A host that hasn't even read of a signal after this time hangs in a function of a plugin's, which
/// everything else waits for.
constexpr Duration unheard_limit = std::chrono::seconds(5);

/// Signals that mean something to the host and may be sent to the pid that the user knows.
constexpr std::array forwarded{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

bool is_crash(int signal) {
  return signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS || signal == SIGILL || signal == SIGFPE;
}

class Guardian {
 public:
  Guardian(pid_t host, int socket, std::set<ProcessIdentity> strangers, ReapOrder to_reap,
           TerminalState terminal)
      : host_(host),
        socket_(socket),
        strangers_(std::move(strangers)),
        to_reap_(std::move(to_reap)),
        terminal_(terminal) {}

  /// Until the host has ended.
  [[noreturn]] void watch(int signals) {
    std::array<pollfd, 2> watched{pollfd{socket_, POLLIN, 0}, pollfd{signals, POLLIN, 0}};
    while (true) {
      if (::poll(watched.data(), watched.size(), milliseconds_to_wait()) < 0) continue;
      if ((watched[0].revents & (POLLHUP | POLLERR | POLLIN)) != 0) finish();
      if (watched[1].revents != 0) forward(signals);
      if (unheard_since_ && is_heard()) unheard_since_.reset();
      if (unheard_since_ && read_clock() >= *unheard_since_ + unheard_limit) finish();
    }
  }

 private:
  /// It may have been sent to this pid alone; the host counts what reached both once. (A terminal that closes
  /// tells only the leader of its session: this process, when no shell stands before it.)
  void forward(int signals) {
    signalfd_siginfo info{};
    if (::read(signals, &info, sizeof info) != sizeof info) return;
    const ForwardedSignal message{static_cast<std::int32_t>(info.ssi_signo), info.ssi_code,
                                  static_cast<std::int32_t>(info.ssi_pid)};
    ::send(socket_, &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (!unheard_since_) unheard_since_ = read_clock();
  }

  /// Whether the host has read all that it was sent.
  [[nodiscard]] bool is_heard() const {
    int unread = 0;
    return ::ioctl(socket_, SIOCOUTQ, &unread) != 0 || unread == 0;
  }

  [[nodiscard]] int milliseconds_to_wait() const {
    if (!unheard_since_) return -1;
    const Duration rest = *unheard_since_ + unheard_limit - read_clock();
    return static_cast<int>(
        std::chrono::ceil<std::chrono::milliseconds>(std::max(rest, Duration::zero())).count());
  }

  /// The host's end of the socket is closed, so it has ended or will never be of use again; or the host
  /// hangs.
  [[noreturn]] void finish() {
    // Its children become ours only when it is gone.
    ::kill(host_, SIGKILL);
    int status = 0;
    while (::waitpid(host_, &status, 0) < 0 && errno == EINTR) {
    }
    end_descendants();
    terminal_.restore();
    static_cast<void>(run_reaper(to_reap_));
    const std::string culprit(crash_note());
    if (WIFEXITED(status) && culprit.empty()) ::_exit(WEXITSTATUS(status));
    const int signal = WIFEXITED(status) ? 0 : WTERMSIG(status);
    const bool hung = signal == SIGKILL && unheard_since_;
    const bool internal = WIFEXITED(status) || hung || is_crash(signal);
    const std::string end =
        hung ? "didn't return" : "ended by " + (signal == 0 ? "exit()" : signal_name(signal));
    const std::string text = "dream: " + std::string(internal ? "internal error: " : "") +
                             (internal && !culprit.empty() ? culprit + " " : "") + end +
                             "; everything that it had started was ended\n";
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) {
    }
    ::_exit(internal ? exit_internal : 128 + signal);
  }

  void end_descendants() const {
    const Instant deadline = read_clock() + patience;
    for (int empty = 0; empty < empty_rounds && read_clock() < deadline;) {
      // Whatever lives below this process lives below a child that was not waited for: no child, nothing.
      if (!has_children()) return;
      bool any = false;
      for (const pid_t child : children_of(::getpid())) {
        for (const ProcessStatus& process : tree_below(child)) {
          if (strangers_.contains(process.identity)) break;
          any = true;
          if (process.alive()) send_signal(process.identity, SIGKILL);
        }
        ::waitpid(child, nullptr, WNOHANG);
      }
      empty = any ? 0 : empty + 1;
      ::poll(nullptr, 0, any ? 0 : 1);
    }
  }

  pid_t host_;
  int socket_;
  std::set<ProcessIdentity>
      strangers_;  ///< children this process had before it became dream (`sh -c 'x & exec dream …'`)
  ReapOrder to_reap_;
  TerminalState terminal_;
  std::optional<Instant> unheard_since_;  ///< when a signal was sent to the host that it may not have read
};

std::set<ProcessIdentity> children_already_there() {
  std::set<ProcessIdentity> identities;
  if (!has_children()) return identities;
  for (const pid_t child : children_of(::getpid())) {
    if (const auto status = process_status(child)) identities.insert(status->identity);
  }
  return identities;
}

/// Those that were ignored when dream was started stay ignored.
sigset_t signals_to_forward() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : forwarded) {
    struct sigaction current {};
    ::sigaction(signal, nullptr, &current);
    if (current.sa_handler != SIG_IGN) ::sigaddset(&set, signal);
  }
  return set;
}

}  // namespace

int split_off_guardian(ReapOrder to_reap, const TerminalState& terminal) {
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0) return -1;
  share_crash_notes();
  std::signal(SIGCHLD, SIG_DFL);  // may be inherited as ignored: then no exit status could be had
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::set<ProcessIdentity> strangers = children_already_there();
  const sigset_t signals = signals_to_forward();
  sigset_t previous;
  ::sigprocmask(SIG_BLOCK, &signals, &previous);  // none is lost between the fork and the first look
  const pid_t guardian = ::getpid();
  const pid_t host = ::fork();
  if (host == 0) {
    ::close(sockets[0]);
    ::sigprocmask(SIG_SETMASK, &previous, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGCONT);  // a stopped host wakes up, sees the socket's end, and cleans up
    if (::getppid() != guardian) ::_exit(exit_internal);
    return sockets[1];
  }
  ::close(sockets[1]);
  if (host < 0) {
    ::close(sockets[0]);
    ::sigprocmask(SIG_SETMASK, &previous, nullptr);
    return -1;
  }
  ::prctl(PR_SET_NAME, guardian_name);  // `pkill dream` must not take both at once
  Guardian(host, sockets[0], std::move(strangers), std::move(to_reap), terminal)
      .watch(::signalfd(-1, &signals, SFD_CLOEXEC));
}

}  // namespace dream::process
