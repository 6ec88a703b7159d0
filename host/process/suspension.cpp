#include "process/suspension.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>

#include "process/process_tree.hpp"
#include "process/terminal_state.hpp"

namespace dream::process {

namespace {

/// When `fg` continues this process and its child, one of them is the first.
constexpr auto doubt = std::chrono::milliseconds(20);

}  // namespace

FollowSuspension::FollowSuspension(const boost::asio::any_io_executor& executor, pid_t child)
    : timer_(executor), child_(child) {}

void FollowSuspension::child_changed() {
  if (child_is_stopped()) make_sure();
}

bool FollowSuspension::child_is_stopped() const {
  const auto status = process_status(child_);
  return status && status->state == 'T';
}

void FollowSuspension::make_sure() {
  timer_.call_after(doubt, [this] {
    if (child_is_stopped()) follow();
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
  if (!child_is_stopped()) return;
  const auto status = process_status(child_);
  if (!status || status->group == ::getpgrp()) return;
  const int terminal = controlling_terminal();
  if (::tcgetpgrp(terminal) == ::getpgrp()) set_foreground_group(terminal, status->group);
  ::kill(child_, SIGCONT);
}

}  // namespace dream::process
