#include "runtime/signal_inbox.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "process/guardian.hpp"
#include "process/process_tree.hpp"
#include "process/signals.hpp"

namespace dream::runtime {

namespace {

using process::set_of;
using process::SignalMeaning;
using process::SignalSet;

/// How much later the copy of a signal that both processes got may come, on a machine that is busy.
constexpr Duration longest_way = std::chrono::seconds(1);

constexpr SignalSet of_keys = set_of(SIGINT) | set_of(SIGQUIT) | set_of(SIGTSTP);
constexpr SignalSet of_the_window = set_of(SIGWINCH) | set_of(SIGCONT);
constexpr SignalSet of_the_c_library = set_of(32) | set_of(33);

/// A plugin whose runtime has a use for a signal keeps it, but for those that everybody sends.
bool may_be_taken(int signal) {
  constexpr SignalSet always = set_of(SIGINT) | set_of(SIGTERM) | set_of(SIGHUP) | set_of(SIGQUIT);
  struct sigaction current {};
  ::sigaction(signal, nullptr, &current);
  return current.sa_handler == SIG_DFL ||
         (current.sa_handler != SIG_IGN && process::contains(always, signal));
}

/// Not the faults: a plugin's own must end dream, and the guardian hears of those that somebody sends. Nor
/// SIGPIPE, which its own writes bring about: the session has disarmed it.
SignalSet signals_to_read() {
  SignalSet signals = of_the_window;
  for (int signal = 1; signal <= process::last_signal; ++signal) {
    const SignalMeaning meaning = process::meaning_of(signal);
    if (meaning == SignalMeaning::nothing || meaning == SignalMeaning::crash) continue;
    if (process::contains(of_the_c_library, signal) || !may_be_taken(signal)) continue;
    signals |= set_of(signal);
  }
  return signals;
}

/// For the guardian's copy of a signal that came to both.
constexpr int longest_copy_ms = 100;

/// The C library has no use for number 32 until a thread is cancelled; 33 has its handler.
int open_signals() {
  process::disarm_signals(of_the_c_library);
  const SignalSet signals = signals_to_read();
  process::block_signals(signals);
  return process::open_signals(signals);
}

/// Of a process that this one has started, directly or not, in its own group. It may have died of it.
bool is_of_a_task(pid_t sender) {
  const pid_t self = ::getpid();
  auto status = sender == self ? std::nullopt : process::process_status(sender);
  if (!status || status->group != ::getpgrp()) return false;
  while (status && status->parent > 1 && status->parent != self)
    status = process::process_status(status->parent);
  return status && status->parent == self;
}

}  // namespace

SignalInbox::SignalInbox(boost::asio::io_context& context, const Clock& clock, int guardian,
                         Callbacks callbacks)
    : clock_(clock), signals_(context, Descriptor(open_signals())), callbacks_(std::move(callbacks)) {
  if (guardian >= 0) guardian_.emplace(context, Descriptor(guardian));
  wait(signals_);
  if (!guardian_) return;
  wait(*guardian_);
  process::tell_guardian_that_signals_are_read(guardian);
}

SignalInbox::~SignalInbox() {
  if (guardian_) static_cast<void>(guardian_->release());
}

void SignalInbox::stop() {
  signals_.cancel();
  if (guardian_) guardian_->cancel();
}

void SignalInbox::wait(LoopWatch& source) {
  source.call_when_readable([this, &source](const boost::system::error_code& error) {
    if (error) return;
    read();
    if (guardian_ || &source == &signals_) wait(source);
  });
}

/// What came to this process first, as it is known there whether all of the group got it.
void SignalInbox::read() {
  std::vector<Arrival> arrivals;
  bool lost = !read_all(arrivals);
  if (!lost && may_lack_copy(arrivals)) {
    std::array<pollfd, 2> ways{pollfd{signals_.get(), POLLIN, 0}, pollfd{guardian_->get(), POLLIN, 0}};
    ::poll(ways.data(), ways.size(), longest_copy_ms);
    lost = !read_all(arrivals);
  }
  std::stable_partition(arrivals.begin(), arrivals.end(), [](const Arrival& one) { return one.direct; });
  for (const Arrival& arrival : arrivals) take(arrival, arrivals);
  if (!lost) return;
  static_cast<void>(guardian_->release());
  guardian_.reset();
  callbacks_.on_guardian_lost();
}

/// False: the guardian is gone.
bool SignalInbox::read_all(std::vector<Arrival>& arrivals) {
  read_direct(arrivals);
  return !guardian_ || read_forwarded(arrivals);
}

/// A task that signals its group is no concern of dream's, one that signals dream is. One of the two
/// processes may have the signal a moment before the other.
bool SignalInbox::may_lack_copy(const std::vector<Arrival>& arrivals) const {
  return guardian_ && std::ranges::any_of(arrivals, [&](const Arrival& arrival) {
           const auto is_copy = [&](const Arrival& other) { return arrival.is_copy_of(other); };
           return arrival.code == SI_USER && is_of_a_task(arrival.sender) &&
                  std::ranges::none_of(arrivals, is_copy);
         });
}

void SignalInbox::read_direct(std::vector<Arrival>& arrivals) {
  signalfd_siginfo info{};
  bool window = false;
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    const auto signal = static_cast<int>(info.ssi_signo);
    const auto sender = static_cast<pid_t>(info.ssi_pid);
    // A job that was stopped and continued may have missed that its window changed.
    if (process::contains(of_the_window, signal)) {
      window = true;
    } else if (!guardian_ || info.ssi_code != SI_USER || sender != ::getppid()) {
      arrivals.push_back({signal, info.ssi_code, sender, true, clock_.now()});
    }  // else the guardian didn't know yet that its messages are read; one tells of this signal, too
  }
  if (window) callbacks_.on_window_change();
}

/// False: the guardian is gone.
bool SignalInbox::read_forwarded(std::vector<Arrival>& arrivals) {
  process::ForwardedSignal message;
  ssize_t size = 0;
  while ((size = ::recv(guardian_->get(), &message, sizeof message, MSG_DONTWAIT)) > 0) {
    if (size == sizeof message)
      arrivals.push_back({message.number, message.code, message.sender, false, clock_.now()});
  }
  return size != 0;
}

void SignalInbox::take(const Arrival& arrival, const std::vector<Arrival>& others) {
  const bool to_group = came_to_group(arrival, others);
  if (was_told(arrival)) return;
  const SignalMeaning meaning = process::meaning_of(arrival.signal);
  if (to_group && meaning != SignalMeaning::suspend && is_of_a_task(arrival.sender)) return;
  // `pkill -f` finds both, and not the task, which would then never be asked.
  const bool is_sure = meaning != SignalMeaning::stop || arrival.code == SI_KERNEL;
  callbacks_.on_signal(arrival.signal, to_group && is_sure);
}

bool SignalInbox::was_told(const Arrival& arrival) {
  std::erase_if(alone_, [&](const Arrival& other) { return arrival.at - other.at > longest_way; });
  const auto copy =
      std::ranges::find_if(alone_, [&](const Arrival& other) { return arrival.is_copy_of(other); });
  if (copy == alone_.end()) {
    alone_.push_back(arrival);
    return false;
  }
  alone_.erase(copy);
  return true;
}

/// A signal that the guardian got as well was sent to the group that both are in. So was that of a key,
/// whichever of the two has it first; when a terminal closes, the kernel may tell the guardian alone.
bool SignalInbox::came_to_group(const Arrival& arrival, const std::vector<Arrival>& others) const {
  if (arrival.code == SI_KERNEL) return arrival.direct || process::contains(of_keys, arrival.signal);
  if (!arrival.direct || !guardian_) return false;
  return std::ranges::any_of(others, [&](const Arrival& other) { return arrival.is_copy_of(other); }) ||
         process::contains(process::pending_signals(::getppid()), arrival.signal);
}

}  // namespace dream::runtime
