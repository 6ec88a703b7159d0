#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "asio.hpp"
#include "endpoint.hpp"

namespace dream::docker {

/// What an operation on a connection came to.
struct Moved {
  error_code error;
  std::size_t bytes = 0;
};

/// One stream of bytes to an engine: a Unix socket, TCP with or without TLS, or the standard input and output
/// of a program. All of it on one thread; close() ends whatever is going on.
class Connection {
 public:
  explicit Connection(const asio::any_io_executor& executor) : socket_(executor), resolver_(executor) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Once. Gives up after some seconds.
  [[nodiscard]] Async<Result<void>> open(const Endpoint& endpoint);
  [[nodiscard]] Async<Moved> read_some(asio::mutable_buffer buffer);
  [[nodiscard]] Async<error_code> write(asio::const_buffer bytes);
  /// The other side sees the end of what was written; not for TLS.
  void finish_writing();
  void close();

  /// What the program that is the connection has said of its troubles; empty without one.
  [[nodiscard]] std::string complaint() const;

 private:
  using Socket = asio::generic::stream_protocol::socket;

  [[nodiscard]] Async<Result<void>> open_socket(const Endpoint& endpoint);
  [[nodiscard]] Async<error_code> connect_local(const std::string& path);
  [[nodiscard]] Async<error_code> connect_tcp(const std::string& host, const std::string& port);
  [[nodiscard]] Async<Result<void>> secure(const Endpoint& endpoint);
  [[nodiscard]] error_code spawn(const std::vector<std::string>& command);

  Socket socket_;
  asio::ip::tcp::resolver resolver_;
  std::unique_ptr<asio::ssl::context> tls_context_;
  std::unique_ptr<asio::ssl::stream<Socket&>> tls_;
  bool closed_ = false;
  int program_ = 0;      ///< its pid
  int complaints_ = -1;  ///< the file that is its standard error
};

}  // namespace dream::docker
