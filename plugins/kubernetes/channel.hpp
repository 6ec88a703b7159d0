#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "life/life.hpp"
#include "login.hpp"

namespace dream::kubernetes {

/// A piece of one of the streams of bytes that a channel carries.
struct ChannelPiece {
  std::uint8_t stream = 0;
  std::string bytes;
  bool operator==(const ChannelPiece&) const = default;
};

/// The streams of a command: exec and attach.
enum CommandStream : std::uint8_t { command_in, command_out, command_err, command_status };

/// Takes a message of v4.channel.k8s.io apart: the number of its stream, and bytes, which may be none.
/// Nothing: it is no such message.
[[nodiscard]] std::optional<ChannelPiece> read_message(std::string_view message);

/// Hears a command: what it writes, and how it has ended.
class CommandEar {
 public:
  void take(const ChannelPiece& piece);
  /// It has ended, and this is how: a code as a shell has it, or why it couldn't be run.
  [[nodiscard]] const std::optional<Result<life::CommandOutcome>>& outcome() const { return outcome_; }

  static constexpr std::size_t longest_status = std::size_t{64} * 1024;

 private:
  std::string output_, status_;
  std::optional<Result<life::CommandOutcome>> outcome_;
};

/// A WebSocket to a part of a Pod (`exec`, `portforward`), which carries several streams of bytes. One read
/// and one write at a time, on one thread.
class Channel {
 public:
  Channel(asio::any_io_executor executor, std::shared_ptr<Login> login)
      : executor_(std::move(executor)), login_(std::move(login)) {}
  ~Channel() { close(); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Once. `what` is what is asked for: "run a command". Gives up after half a minute.
  [[nodiscard]] Async<Result<void>> open(std::string target, std::string what);
  /// From now on, the other side is asked when it says nothing; one that doesn't answer either has gone. For
  /// who always reads.
  void watch_silence();
  /// The next piece; nothing: it has ended.
  [[nodiscard]] Async<std::optional<ChannelPiece>> read();
  /// False: it has ended.
  [[nodiscard]] Async<bool> write(std::uint8_t stream, std::string_view bytes);
  /// Ends what is going on, and it for good.
  void close();

 private:
  struct Link;  ///< held by the operation that uses it, also when close() has given it up

  [[nodiscard]] Async<Result<unsigned>> try_open(const std::string& target, const std::string& what,
                                                 bool refused);

  asio::any_io_executor executor_;
  std::shared_ptr<Login> login_;
  std::shared_ptr<Link> link_;
  bool closed_ = false;
};

/// Runs a command in the Pod at this path. When the connection ends before it, nobody knows how it ends.
[[nodiscard]] Async<Result<life::CommandOutcome>> run_command(asio::any_io_executor executor,
                                                              std::shared_ptr<Login> login, std::string pod,
                                                              std::vector<std::string> argv);

}  // namespace dream::kubernetes
