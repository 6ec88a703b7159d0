#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "channel.hpp"
#include "pod_plan.hpp"

namespace dream::kubernetes {

/// The streams of a port-forward: for each of its ports, data and what went wrong.
enum ForwardStream : std::uint8_t { forward_data, forward_error, closed_data, closed_error };

/// Takes from the streams of a port-forward what each begins with: the number of its port, two bytes.
class ForwardEar {
 public:
  /// What is left of a piece.
  [[nodiscard]] std::string take(ChannelPiece piece);

 private:
  std::map<std::uint8_t, std::size_t> heard_;  ///< bytes of each number
};

/// Connects a port of this machine with one of a Pod. It listens while the Pod's port answers, and only
/// then, so that whoever looks whether somebody listens isn't told so by the forwarder. On one thread.
class Forwarder : public std::enable_shared_from_this<Forwarder> {
 public:
  /// `pod` is its path; `warn` is told, once, what can't be done.
  Forwarder(asio::any_io_executor executor, std::shared_ptr<Login> login, std::string pod, ForwardedPort port,
            std::function<void(std::string)> warn);

  /// Whether somebody else listens on its port of this machine.
  [[nodiscard]] Result<void> check();
  /// Once; the Pod runs.
  void begin();
  /// Ends all connections.
  void close();

 private:
  struct Connection;

  [[nodiscard]] Async<void> live();
  [[nodiscard]] Async<bool> answers();
  [[nodiscard]] error_code listen();
  [[nodiscard]] std::string refusal(const error_code& error) const;
  [[nodiscard]] Async<void> accept();
  [[nodiscard]] Async<void> serve(std::shared_ptr<Connection> connection);
  [[nodiscard]] Async<void> to_pod(std::shared_ptr<Connection> connection);
  [[nodiscard]] Async<void> from_pod(std::shared_ptr<Connection> connection);
  void warn(const std::string& text);

  asio::any_io_executor executor_;
  std::shared_ptr<Login> login_;
  std::string pod_;
  ForwardedPort port_;
  std::function<void(std::string)> warn_;
  std::set<std::string> warned_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::shared_ptr<Channel> trial_;
  std::set<std::shared_ptr<Connection>> connections_;
  bool closed_ = false;
};

}  // namespace dream::kubernetes
