#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/loop_watch.hpp"

namespace dream::runtime {

/// The signals that are sent to dream, each told once: what was sent to this process, and what was sent to
/// the guardian. One sent to both, as a shell does with a job, is one. Left out are those that mean nothing,
/// those that were ignored when dream was started (nohup, a shell's background job), and what a task sends to
/// its own group, of which dream happens to be. And that the terminal's window may have changed.
class SignalInbox {
 public:
  struct Callbacks {
    /// Of any process::SignalMeaning but `nothing`. `to_group`: a key of the terminal has sent it to all of
    /// this process's group; or, where it asks nobody to end and a mistake costs little, somebody seems to
    /// have.
    std::function<void(int signal, bool to_group)> on_signal;
    std::function<void()> on_window_change;
    std::function<void()> on_guardian_lost;
  };

  /// Blocks the signals for this thread, and so for every thread it starts. `guardian` is the socket to the
  /// guardian, which is owned from now on; -1: there is none. `clock` must outlive the inbox.
  SignalInbox(boost::asio::io_context& context, const Clock& clock, int guardian, Callbacks callbacks);

  /// The socket stays open: its end would tell the guardian nothing.
  ~SignalInbox();
  SignalInbox(const SignalInbox&) = delete;
  SignalInbox& operator=(const SignalInbox&) = delete;

  void stop();
  /// Takes what has come. Called by itself, and when somebody knows that something may have.
  void read();

 private:
  /// A signal that has come to one of the two processes.
  struct Arrival {
    int signal = 0;
    int code = 0;  ///< si_code
    pid_t sender = 0;
    bool direct = false;  ///< to this process; else to the guardian
    Instant at = {};

    [[nodiscard]] bool is_copy_of(const Arrival& other) const {
      return signal == other.signal && code == other.code && sender == other.sender && direct != other.direct;
    }
  };

  void wait(LoopWatch& source);
  [[nodiscard]] bool read_all(std::vector<Arrival>& arrivals);
  void read_direct(std::vector<Arrival>& arrivals);
  [[nodiscard]] bool read_forwarded(std::vector<Arrival>& arrivals);
  void take(const Arrival& arrival, const std::vector<Arrival>& others);
  [[nodiscard]] bool may_lack_copy(const std::vector<Arrival>& arrivals) const;
  [[nodiscard]] bool was_told(const Arrival& arrival);
  [[nodiscard]] bool came_to_group(const Arrival& arrival, const std::vector<Arrival>& others) const;

  const Clock& clock_;
  LoopWatch signals_;
  std::optional<LoopWatch> guardian_;
  Callbacks callbacks_;
  std::vector<Arrival> alone_;  ///< lately, whose copy to the other process has not come
};

}  // namespace dream::runtime
