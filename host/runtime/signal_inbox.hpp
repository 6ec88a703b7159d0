#pragma once

#include <sys/signalfd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

namespace dream::runtime {

/// The signals that ask dream to stop (INT, TERM, HUP, QUIT), each told once: what was sent to this process,
/// and what was sent to the guardian. One sent to both, as a shell does with a job, is one. A signal that was
/// ignored when dream was started stays ignored (nohup, a shell's background job). And that the terminal's
/// window may have changed.
class SignalInbox {
 public:
  struct Callbacks {
    /// `from_terminal`: the whole process group got it, by a key or because the terminal was closed.
    std::function<void(int signal, bool from_terminal)> on_signal;
    std::function<void()> on_window_change;
    std::function<void()> on_guardian_lost;
  };

  /// Blocks the signals for this thread, and so for every thread it starts. `guardian` is the socket to the
  /// guardian, which is owned from now on; -1: there is none.
  SignalInbox(boost::asio::io_context& context, int guardian, Callbacks callbacks);

  /// The socket stays open until this process ends: its end is what the guardian waits for.
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
  };

  void wait_for_signals();
  void wait_for_guardian();
  void take(const signalfd_siginfo& info);
  void count(const Sender& sender, int Count::*way);

  boost::asio::posix::stream_descriptor signals_;
  std::optional<boost::asio::posix::stream_descriptor> guardian_;
  Callbacks callbacks_;
  std::map<Sender, Count> counts_;
};

}  // namespace dream::runtime
