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
#include "process/descendants.hpp"
#include "process/hang_watch.hpp"
#include "process/last_words.hpp"
#include "process/signals.hpp"
#include "process/start_cleaner.hpp"
#include "process/wait_for_end.hpp"

namespace dream::process {

namespace {

constexpr int exit_internal = 70;
constexpr int signal_base = 128;

/// Of those that can't be ended, so many are named.
constexpr std::size_t most_named = 5;

/// What the host says, a message each.
struct HostWord {
  enum class Kind : std::uint8_t {
    listens,    ///< it reads the guardian's messages
    ends,       ///< it is about to exit, because of this signal if it isn't 0
    suspends,   ///< it is about to stop by this signal
    continues,  ///< it has been continued, or wasn't stopped
  } kind = Kind::listens;
  std::uint8_t signal = 0;
};

void tell_guardian(int socket, const HostWord& word) {
  ::send(socket, &word, sizeof word, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool asks_to_end(int signal) {
  const SignalMeaning meaning = meaning_of(signal);
  return meaning == SignalMeaning::stop || meaning == SignalMeaning::crash;
}

bool is_stopped(pid_t pid) {
  const auto status = process_status(pid);
  return status && status->stopped();
}

/// What became of all that the host had started.
std::string fate_of(const std::vector<ProcessStatus>& left) {
  if (left.empty()) return "everything that it had started was ended";
  std::string names;
  for (std::size_t at = 0; at < std::min(left.size(), most_named); ++at) {
    names += (at == 0 ? "" : ", ") + describe_process(left[at].identity.pid);
  }
  if (left.size() > most_named) names += " and " + std::to_string(left.size() - most_named) + " more";
  return "these processes of the run can't be killed and are still alive: " + names + "; end them yourself";
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
      reap_others();
      strangers_.look_again(host_);
      watched[1].events = static_cast<short>(waiting_.empty() ? POLLIN : POLLIN | POLLOUT);
      ::poll(watched.data(), watched.size(), milliseconds_to_wait());
      if (watched[1].revents != 0 && !hear_host()) {
        watched[1].fd = -1;
        deaf_since_ = read_clock();
      }
      take_signals(signals);
      send_waiting();
      if (has_ended(host_)) finish(false);
      if (suspends_by_ != 0 && is_stopped(host_)) suspend(std::exchange(suspends_by_, 0));
      if (hang_.hangs(read_clock(), deaf_since_ ? deaf_since_ : foreign_code_since(), is_stopped(host_))) {
        ::kill(host_, SIGKILL);
        finish(true);
      }
    }
  }

 private:
  /// False: nothing comes any more.
  bool hear_host() {
    HostWord word;
    ssize_t size = 0;
    while ((size = ::recv(socket_.get(), &word, sizeof word, MSG_DONTWAIT)) == sizeof word) take(word);
    return size < 0 && (errno == EAGAIN || errno == EINTR);
  }

  void take(const HostWord& word) {
    switch (word.kind) {
      case HostWord::Kind::listens:
        host_listens_ = true;
        break;
      case HostWord::Kind::ends:
        ends_by_ = word.signal;
        break;
      case HostWord::Kind::suspends:
        suspends_by_ = word.signal;
        break;
      case HostWord::Kind::continues:
        suspends_by_ = 0;
        break;
    }
  }

  /// Orphans come here that nobody else reaps: of what this process had started before it became dream, and
  /// to number 1 of a container those of everybody.
  void reap_others() const {
    siginfo_t ended{};
    while (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 && ended.si_pid != 0 &&
           ended.si_pid != host_) {
      ::waitpid(ended.si_pid, nullptr, __WALL);
    }
  }

  /// The shell takes the terminal when this process, which it knows, has stopped: the host has before.
  void suspend(int signal) const {
    stop_by_signal(signal);
    ::kill(host_, SIGCONT);  // it may be this process alone that was continued
  }

  void take_signals(int signals) {
    signalfd_siginfo info{};
    while (::read(signals, &info, sizeof info) == sizeof info) {
      if (info.ssi_signo != SIGCHLD) take_signal(info);
    }
  }

  void take_signal(const signalfd_siginfo& info) {
    const auto signal = static_cast<int>(info.ssi_signo);
    switch (meaning_of(signal)) {
      case SignalMeaning::nothing:
        break;
      case SignalMeaning::hand_on:
        if (host_listens_) forward(info);
        break;
      case SignalMeaning::suspend:
        if (host_listens_) return forward(info);
        ::kill(host_, signal);
        suspend(signal);
        break;
      case SignalMeaning::stop:
      case SignalMeaning::crash:  // sent by somebody: by a fault of its own this process would be dead
        forward(info);
        if (!host_listens_ && ended_early_by_ == 0) ended_early_by_ = signal;
        if (!host_listens_) ::kill(host_, SIGTERM);
        if (is_stopped(host_)) ::kill(host_, SIGCONT);  // it couldn't hear of it
        hang_.asked(read_clock());
        break;
    }
  }

  /// It may have been sent to this pid alone; the host takes what reached both for one. (A terminal that
  /// closes tells only the leader of its session: this process, when no shell stands before it.) Where the
  /// socket is full, as the host is stopped or busy, one of each number waits, and what asks to end is first.
  void forward(const signalfd_siginfo& info) {
    const ForwardedSignal message{static_cast<std::int32_t>(info.ssi_signo), info.ssi_code,
                                  static_cast<std::int32_t>(info.ssi_pid)};
    if (std::ranges::find(waiting_, message.number, &ForwardedSignal::number) != waiting_.end()) return;
    const auto asks = [](const ForwardedSignal& one) { return asks_to_end(one.number); };
    waiting_.insert(asks(message) ? std::ranges::find_if_not(waiting_, asks) : waiting_.end(), message);
    send_waiting();
  }

  void send_waiting() {
    while (!waiting_.empty()) {
      if (::send(socket_.get(), &waiting_.front(), sizeof(ForwardedSignal), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        break;
      waiting_.erase(waiting_.begin());
    }
  }

  [[nodiscard]] int milliseconds_to_wait() const {
    std::optional<Duration> rest = strangers_.look_interval();
    if (const std::optional<Instant> look = hang_.next_look()) {
      const Duration until_look = std::max(*look - read_clock(), Duration::zero());
      rest = std::min(rest.value_or(until_look), until_look);
    }
    if (!rest) return -1;
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(*rest).count());
  }

  /// The host has ended, or was killed because it hangs.
  [[noreturn]] void finish(bool hung) {
    // Its children become ours only when it is gone. What waits in the kernel isn't ended by being killed:
    // then it is one of those that are left.
    const bool gone = !hung || wait_for_end(host_, kill_limit_);
    const int status = gone ? reap(host_) : SIGKILL;
    static_cast<void>(hear_host());
    const std::string culprit(crash_note());
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    const bool as_told = signal == 0 && !hung && culprit.empty() && (ends_by_ || !host_listens_);
    if (as_told) strangers_.expect_nothing_of_the_run();
    const std::vector<ProcessStatus> left = end_descendants(strangers_, kill_limit_);
    terminal_.restore();
    static_cast<void>(start_cleaner(cleaning_));
    // By exit() of a plugin, which it has not told.
    const bool by_surprise =
        signal == 0 &&
        (!culprit.empty() || (host_listens_ && !ends_by_ && WEXITSTATUS(status) != exit_internal));
    const bool internal = hung || meaning_of(signal) == SignalMeaning::crash || by_surprise;
    if (signal == 0 && !internal) {
      if (!left.empty()) say(fate_of(left));
      const int code = WEXITSTATUS(status);
      if (ends_by_.value_or(0) != 0 && code == signal_base + *ends_by_) die_of_signal(*ends_by_);
      ::_exit(code);
    }
    // Before the run it ends like any program does.
    const bool as_asked = !host_listens_ && (ended_early_by_ != 0 ||
                                             (signal != 0 && meaning_of(signal) == SignalMeaning::stop));
    if (!as_asked || !left.empty()) {
      const std::string subject = culprit.empty() || !internal ? "its main process was" : culprit;
      const std::string end = hung ? culprit.empty() ? "stopped, for a plugin didn't return" : "didn't return"
                                   : "ended by " + (signal == 0 ? "exit()" : signal_name(signal));
      say((internal ? "internal error: " : "") + subject + " " + end + "; " + fate_of(left));
    }
    if (as_asked) die_of_signal(ended_early_by_ != 0 ? ended_early_by_ : signal);
    ::_exit(internal ? exit_internal : signal_base + signal);
  }

  static void say(const std::string& words) {
    constexpr Duration limit = std::chrono::seconds(1);
    say_last_words(STDERR_FILENO, "dream: " + words + "\n", limit);
  }

  pid_t host_;
  Descriptor socket_;
  Strangers strangers_;
  CleaningOrder cleaning_;
  Duration kill_limit_;
  HangWatch hang_;
  TerminalState terminal_;
  std::vector<ForwardedSignal> waiting_;  ///< until the socket has room
  std::optional<Instant> deaf_since_;     ///< the host lives, but has closed its end of the socket
  bool host_listens_ = false;             ///< before that, it leaves signals their usual effect
  int ended_early_by_ = 0;                ///< the signal by which it was asked to end before that; 0: none
  std::optional<int> ends_by_;            ///< the host has said that it ends; 0: by no signal
  int suspends_by_ = 0;                   ///< the signal that the host is about to stop by
};

/// All that can be had, even those that end nothing: a fault sent by kill must not end the guardian. Those
/// that were ignored when dream was started stay ignored.
SignalSet signals_to_watch() {
  constexpr SignalSet left_alone = set_of(SIGKILL) | set_of(SIGSTOP) | set_of(SIGCONT);
  return (~left_alone & ~ignored_signals()) | set_of(SIGCHLD);
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
  const SignalSet watched = signals_to_watch();
  Descriptor signals(open_signals(watched));
  if (!signals.is_open()) return refused(errno);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  Strangers strangers;
  const SignalSet previous = block_signals(watched);  // none is lost between the fork and the first look
  const pid_t guardian = ::getpid();
  const pid_t host = ::fork();
  if (host <= 0) {
    const int error = errno;
    set_blocked_signals(previous);
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
  tell_guardian(socket, {});
}

void tell_guardian_how_to_end(int socket, int signal) {
  tell_guardian(socket, {HostWord::Kind::ends, static_cast<std::uint8_t>(signal)});
}

void suspend_with_guardian(int socket, int signal) {
  tell_guardian(socket, {HostWord::Kind::suspends, static_cast<std::uint8_t>(signal)});
  stop_by_signal(signal);
  tell_guardian(socket, {HostWord::Kind::continues, 0});
}

}  // namespace dream::process
