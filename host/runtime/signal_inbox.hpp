#pragma once

#include <sys/signalfd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

namespace dream::runtime {

/// The signals that ask dream to stop (INT, TERM, HUP, QUIT), each told once: what was sent to this process,
/// and what was sent to the guardian. One sent to both, as a shell does with a job, is one; so is the hang-up
/// of a terminal that both the kernel and a shell on its way out tell of. A signal that was ignored when
/// dream was started stays ignored (nohup, a shell's background job). And that the terminal's window may have
/// changed.
class SignalInbox {
 public:
  struct Callbacks {
    std::function<void(int signal)> on_signal;
    /// Before on_signal: all of this process's group got it, by a key or because the terminal was closed.
    std::function<void(int signal)> on_group_signalled;
    std::function<void()> on_window_change;
    std::function<void()> on_guardian_lost;
  };

  /// Blocks the signals for this thread, and so for every thread it starts. `guardian` is the socket to the
  /// guardian, which is owned from now on; -1: there is none.
  SignalInbox(boost::asio::io_context& context, int guardian, Callbacks callbacks);

  /// The socket stays open: its end would tell the guardian nothing.
  ~SignalInbox();
  SignalInbox(const SignalInbox&) = delete;
  SignalInbox& operator=(const SignalInbox&) = delete;

  void stop();

 private:
  /// Who sent what: number, si_code, pid.
  using Sender = std::tuple<int, int, int>;
  struct Count {
    int direct = 0;
    int forwarded = 0;
    [[nodiscard]] int total() const { return std::max(direct, forwarded); }
  };

  void wait_for_signals();
  void read_signals();
  void wait_for_guardian();
  void take(const signalfd_siginfo& info);
  void count(const Sender& sender, int Count::*way);
  [[nodiscard]] int times_sent(int signal) const;

  boost::asio::posix::stream_descriptor signals_;
  std::optional<boost::asio::posix::stream_descriptor> guardian_;
  Callbacks callbacks_;
  std::map<Sender, Count> counts_;
};

}  // namespace dream::runtime
