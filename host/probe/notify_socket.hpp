#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/loop_watch.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace dream::probe {

/// Where the processes of one attempt say how they are, by the protocol of sd_notify. It is there as long as
/// the attempt: who says that it is ready may say more, or ask whether it was heard (BARRIER=1), afterwards.
/// Who may write to it is a matter of its folder, which should be the user's alone.
class NotifySocket {
 public:
  using Extend = std::function<void(Duration)>;

  /// At `path`, an absolute one where nothing is yet. `extend` is called as `changed` is, when more time is
  /// asked for. Error{io}.
  [[nodiscard]] static Result<std::unique_ptr<NotifySocket>> open(boost::asio::io_context& context,
                                                                  const std::string& path, Extend extend);
  ~NotifySocket();
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  /// `environment` with NOTIFY_SOCKET; with WATCHDOG_USEC where it is to say that it lives at least every
  /// `lives`.
  [[nodiscard]] SharedEnvironment added_to(const std::vector<std::string>& environment,
                                           std::optional<Duration> lives = {}) const;

  /// Hears what was said up to now: before the end of whoever said it is told.
  void hear();

  /// READY=1 has come.
  [[nodiscard]] bool ready() const { return ready_; }
  /// Whether WATCHDOG=1 has come since this was asked last, and no WATCHDOG=trigger behind it.
  [[nodiscard]] bool take_life() { return std::exchange(lives_, false); }
  /// What the last STATUS= says; may be empty, and hold anything.
  [[nodiscard]] const std::string& status() const { return status_; }

  /// One of these is another now. Called from the loop or hear().
  std::function<void()> changed;

 private:
  NotifySocket(boost::asio::io_context& context, Descriptor socket, std::string path, Extend extend);
  void wait();
  /// False: nothing is there any more.
  bool receive();
  void take(std::string_view message);

  /// Longer ones aren't heard: what systemd takes.
  static constexpr std::size_t longest_message = 4096;

  LoopWatch socket_;
  std::string path_;
  Extend extend_;
  bool ready_ = false;
  bool lives_ = false;
  std::string status_;
  bool has_changed_ = false;           ///< and nobody was told
  std::optional<Duration> asked_for_;  ///< the most of what was asked for since then
  std::array<char, longest_message> message_{};
};

}  // namespace dream::probe
