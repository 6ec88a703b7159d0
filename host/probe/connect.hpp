#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"

namespace dream::probe {

/// Whom a connection counts for.
enum class Connected : std::uint8_t {
  at_once,
  if_it_stays,  ///< one that is closed at once is a proxy's, whose own server isn't there yet
};

/// Connects to every address of a host at the same time; `localhost` is 127.0.0.1 and ::1. Destroying it ends
/// that.
class Connection {
 public:
  /// `done` once, from the loop: what went wrong, or nothing when one of them has succeeded. Within 5 s
  /// of the clock.
  Connection(boost::asio::io_context& context, Clock& clock, const std::string& host, std::uint16_t port,
             Connected counts, std::function<void(std::string)> done);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dream::probe
