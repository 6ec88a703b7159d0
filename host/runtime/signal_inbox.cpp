#include "runtime/signal_inbox.hpp"

#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
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
  if (guardian_) wait_for_guardian();
}

SignalInbox::~SignalInbox() {
  if (guardian_) guardian_->release();
}

void SignalInbox::stop() {
  signals_.cancel();
  if (guardian_) guardian_->cancel();
}

void SignalInbox::count(const Sender& sender, int Count::*way) {
  Count& count = counts_[sender];
  const int before = std::max(count.direct, count.forwarded);
  ++(count.*way);
  if (std::max(count.direct, count.forwarded) > before) {
    callbacks_.on_signal(std::get<0>(sender), std::get<1>(sender) == SI_KERNEL);
  }
}

/// A job that was stopped and continued may have missed that its window changed.
void SignalInbox::take(const signalfd_siginfo& info) {
  const auto signal = static_cast<int>(info.ssi_signo);
  if (signal == SIGWINCH || signal == SIGCONT) {
    callbacks_.on_window_change();
  } else {
    count({signal, info.ssi_code, static_cast<int>(info.ssi_pid)}, &Count::direct);
  }
}

void SignalInbox::wait_for_signals() {
  signals_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code& error) {
                        if (error) return;
                        signalfd_siginfo info{};
                        while (::read(signals_.native_handle(), &info, sizeof info) == sizeof info) {
                          take(info);
                        }
                        wait_for_signals();
                      });
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
        if (size == sizeof message) {
          count({message.number, message.code, message.sender}, &Count::forwarded);
        }
        wait_for_guardian();
      });
}

}  // namespace dream::runtime
