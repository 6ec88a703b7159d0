#include "process/suspension.hpp"

#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "base/descriptor.hpp"
#include "process/process_tree.hpp"
#include "process/terminal_state.hpp"

namespace dream::process {

namespace {

/// When `fg` continues this process and its child, one of them is the first.
constexpr auto doubt = std::chrono::milliseconds(20);

sigset_t child_signal() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGCHLD);
  return set;
}

}  // namespace

void FollowSuspension::block_signal() {
  const sigset_t set = child_signal();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

FollowSuspension::FollowSuspension(const boost::asio::any_io_executor& executor, pid_t child)
    : changes_(executor), timer_(executor), child_(child) {}

void FollowSuspension::start() {
  const sigset_t set = child_signal();
  Descriptor descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor.is_open()) return;
  boost::system::error_code error;
  changes_.assign(descriptor.get(), error);
  if (error) return;
  static_cast<void>(descriptor.release());
  wait();
}

void FollowSuspension::cancel() {
  child_ = 0;
  timer_.cancel();
  boost::system::error_code ignored;
  changes_.close(ignored);
}

void FollowSuspension::wait() {
  changes_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                        if (error || self->child_ == 0) return;
                        signalfd_siginfo info{};
                        while (::read(self->changes_.native_handle(), &info, sizeof info) == sizeof info) {
                        }
                        if (self->child_is_stopped()) self->make_sure();
                        self->wait();
                      });
}

bool FollowSuspension::child_is_stopped() const {
  const auto status = process_status(child_);
  return status && status->state == 'T';
}

void FollowSuspension::make_sure() {
  timer_.expires_after(doubt);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->child_ != 0 && self->child_is_stopped()) self->follow();
  });
}

/// As if it had been the key. Who reads signals here hears of it, and stops the other tasks first.
void FollowSuspension::follow() {
  ::kill(0, SIGTSTP);
}

/// Whoever continues this process's group doesn't continue a child with a group of its own, as an interactive
/// shell has. It gets the terminal where this group has it again: it had it itself, or gave it back as it
/// stopped.
void FollowSuspension::resume() const {
  if (child_ == 0 || !child_is_stopped()) return;
  const auto status = process_status(child_);
  if (!status || status->group == ::getpgrp()) return;
  const int terminal = controlling_terminal();
  if (::tcgetpgrp(terminal) == ::getpgrp()) set_foreground_group(terminal, status->group);
  ::kill(child_, SIGCONT);
}

}  // namespace dream::process
