#pragma once

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "control/request.hpp"

namespace dream::control {

/// The terminal of a step that a client is shown.
struct Visit {
  std::int64_t id = 0;  ///< of its request
  StepIndex step{};
  bool types = false;
};

/// One connection to a run. Lives as long as something of it is under way.
class Client : public std::enable_shared_from_this<Client> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  /// In bytes. Who leaves more is dropped, when something else is to be sent: one answer may be longer.
  static constexpr std::size_t most_unread = std::size_t{1} << 20U;

  struct Hear {
    std::function<void(Client&, std::string_view)> line;  ///< a request, without its newline
    std::function<void()> gone;
  };

  Client(Socket socket, Hear hear) : hear_(std::move(hear)), socket_(std::move(socket)) {}

  void begin(std::string hello);
  /// Whoever hears goes: nothing more is heard.
  void leave();
  void send(std::string text);
  /// An event that it follows. Output that comes faster than it is read is left out, and that is told.
  void send_event(std::string_view line, bool is_output);
  /// The last that it is sent, and all before: as much as it takes until then.
  void send_rest(std::string_view text, Instant until);
  /// No further request is taken until go_on().
  void hold() { held_ = true; }
  void go_on();

  [[nodiscard]] bool gone() const { return !socket_.is_open(); }
  /// Nothing more is to be sent: it is gone, or has asked its last and has its answers.
  [[nodiscard]] bool is_done() const {
    return gone() || (asked_all_ && unsent_.empty() && !waits && !follows);
  }
  /// Its other end is closed, though what it sent may not be read yet.
  [[nodiscard]] bool has_left();
  /// The same, and nothing of it is read: not before a step has taken what was typed, which may never be, or
  /// since it has asked its last.
  [[nodiscard]] bool is_stuck() { return (held_ || asked_all_) && has_left(); }

  std::optional<std::int64_t> follows;  ///< it gets the events, by this request
  std::set<StepIndex> only;             ///< of these steps' output alone; none: all events
  std::optional<Request> waits;         ///< its wait, or down, is not answered
  std::vector<StepIndex> awaited;
  std::optional<Visit> visit;

 private:
  void close();
  /// The event that tells of it; empty: nothing was.
  std::string take_left_out();
  std::size_t send_now(std::string_view text);
  void write();
  void read();
  void end_reading();
  void take_lines();

  Hear hear_;
  Socket socket_;
  std::array<char, 4096> buffer_{};
  std::string line_;
  std::string unsent_;
  std::size_t left_out_ = 0;  ///< bytes, and not told yet
  bool writing_ = false;
  bool reading_ = false;
  bool held_ = false;
  bool asked_all_ = false;  ///< no more requests come
};

}  // namespace dream::control
