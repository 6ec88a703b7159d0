#include "runtime/signal_inbox.hpp"

#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "process/guardian.hpp"

namespace dream::runtime {

namespace {

int open_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction current {};
    ::sigaction(signal, nullptr, &current);
    if (current.sa_handler != SIG_IGN) ::sigaddset(&set, signal);
  }
  for (const int signal : {SIGWINCH, SIGCONT}) ::sigaddset(&set, signal);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

SignalInbox::SignalInbox(boost::asio::io_context& context, int guardian, Callbacks callbacks)
    : signals_(context, open_signals()), callbacks_(std::move(callbacks)) {
  if (guardian >= 0) guardian_.emplace(context, guardian);
  wait_for_signals();
  if (!guardian_) return;
  wait_for_guardian();
  process::tell_guardian_that_signals_are_read(guardian);
}

SignalInbox::~SignalInbox() {
  if (guardian_) guardian_->release();
}

void SignalInbox::stop() {
  signals_.cancel();
  if (guardian_) guardian_->cancel();
}

void SignalInbox::count(const Sender& sender, int Count::*way) {
  const int signal = std::get<0>(sender);
  const int before = times_sent(signal);
  ++(counts_[sender].*way);
  if (times_sent(signal) > before) callbacks_.on_signal(signal);
}

/// A job that was stopped and continued may have missed that its window changed.
void SignalInbox::take(const signalfd_siginfo& info) {
  const auto signal = static_cast<int>(info.ssi_signo);
  if (signal == SIGWINCH || signal == SIGCONT) {
    callbacks_.on_window_change();
    return;
  }
  // The guardian sends a signal itself only as long as it doesn't know that its messages are read; one tells
  // of this signal, too.
  if (guardian_ && info.ssi_code == SI_USER && static_cast<pid_t>(info.ssi_pid) == ::getppid()) return;
  if (info.ssi_code == SI_KERNEL) callbacks_.on_group_signalled(signal);
  count({signal, info.ssi_code, static_cast<int>(info.ssi_pid)}, &Count::direct);
}

int SignalInbox::times_sent(int signal) const {
  int by_kernel = 0;
  int by_others = 0;
  for (const auto& [sender, count] : counts_) {
    const auto& [number, code, pid] = sender;
    if (number == signal) (code == SI_KERNEL ? by_kernel : by_others) += count.total();
  }
  return signal == SIGHUP ? std::max(std::min(by_kernel, 1), by_others) : by_kernel + by_others;
}

void SignalInbox::wait_for_signals() {
  signals_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code& error) {
                        if (error) return;
                        read_signals();
                        wait_for_signals();
                      });
}

void SignalInbox::read_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.native_handle(), &info, sizeof info) == sizeof info) take(info);
}

void SignalInbox::wait_for_guardian() {
  guardian_->async_wait(
      boost::asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
        if (error) return;
        process::ForwardedSignal message;
        const ssize_t size = ::recv(guardian_->native_handle(), &message, sizeof message, MSG_DONTWAIT);
        if (size == 0) {
          callbacks_.on_guardian_lost();
          return;
        }
        read_signals();  // first, for what all of the group got is known here only
        if (size == sizeof message) {
          count({message.number, message.code, message.sender}, &Count::forwarded);
        }
        wait_for_guardian();
      });
}

}  // namespace dream::runtime
