#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>

#include "base/loop_timer.hpp"

namespace dream::process {

/// Stops this process when a child in the foreground of the terminal is stopped. Programs that read Ctrl-Z as
/// a key stop nobody but themselves; the user's shell, which only knows this process group, takes the
/// terminal back only when all of it is stopped. So this process follows its child, and `fg` continues both.
/// To be destroyed when the child's pid is free.
class FollowSuspension {
 public:
  FollowSuspension(const boost::asio::any_io_executor& executor, pid_t child);

  /// SIGCHLD has come: it may be stopped.
  void child_changed();
  /// This process has been continued after it was stopped.
  void resume() const;

 private:
  [[nodiscard]] bool child_is_stopped() const;
  void make_sure();
  static void follow();

  LoopTimer timer_;
  pid_t child_;
};

}  // namespace dream::process
