#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "asio.hpp"
#include "endpoint.hpp"
#include "program.hpp"
#include "shared/name_lookup.hpp"

namespace dream::http {

/// What an operation on a connection came to.
struct Moved {
  error_code error;
  std::size_t bytes = 0;
};

/// One stream of bytes to an engine: a Unix socket, TCP with or without TLS, or the standard input and output
/// of a program; for the operations of Asio and Beast. All of it on one thread; close() ends whatever is
/// going on.
class Connection {
 public:
  using executor_type = asio::any_io_executor;
  using Limit = std::optional<std::chrono::milliseconds>;

  Connection(const executor_type& executor, const Words& words)
      : words_(words), stream_(executor), lookup_(executor) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Once. Gives up after `limit`, or after some seconds.
  [[nodiscard]] Async<Result<void>> open(const Endpoint& endpoint, Limit limit = {});
  /// Instead of open(): the input and output of a program.
  [[nodiscard]] error_code start(const std::vector<std::string>& command,
                                 const std::vector<std::string>& variables = {}) {
    return program_.start(command, stream_.socket(), variables);
  }
  [[nodiscard]] Async<std::optional<int>> exit_code(std::chrono::milliseconds limit) const {
    return program_.exit_code(limit);
  }
  /// From now on, until this is called again: what isn't done after `limit` fails with timed_out, and the
  /// connection is closed. Nothing: there is no limit.
  void expires_after(Limit limit);
  /// The other side sees the end of what was written; not for TLS.
  void finish_writing();
  void close();

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto done, const asio::mutable_buffer& buffer) {
          begin_reading(buffer, copyable(std::move(done)));
        },
        token, asio::mutable_buffer(*asio::buffer_sequence_begin(buffers)));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    std::vector<asio::const_buffer> all(asio::buffer_sequence_begin(buffers),
                                        asio::buffer_sequence_end(buffers));
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto done, std::vector<asio::const_buffer>&& bytes) {
          begin_writing(bytes, copyable(std::move(done)));
        },
        token, std::move(all));
  }

  [[nodiscard]] executor_type get_executor() { return stream_.get_executor(); }
  [[nodiscard]] int native_handle() { return stream_.socket().native_handle(); }

  /// What the program that is the connection has said of its troubles; empty without one.
  [[nodiscard]] std::string complaint() const { return program_.complaint(); }

 private:
  using Stream = boost::beast::basic_stream<asio::generic::stream_protocol, asio::any_io_executor>;

  /// What an operation calls at its end. Of one type, whoever asked: operations on two kinds of streams would
  /// otherwise be compiled for each that Beast and Asio make of them.
  using Done = std::function<void(error_code, std::size_t)>;

  template <class Handler>
  static Done copyable(Handler handler) {
    return [kept = std::make_shared<Handler>(std::move(handler))](
               const error_code& error, std::size_t bytes) { std::move (*kept)(error, bytes); };
  }
  void begin_reading(const asio::mutable_buffer& buffer, Done done);
  void begin_writing(const std::vector<asio::const_buffer>& bytes, Done done);
  [[nodiscard]] static error_code known(const error_code& error);

  [[nodiscard]] Async<Result<void>> open_socket(const Endpoint& endpoint, Limit limit);
  [[nodiscard]] Async<error_code> connect_local(const std::string& path);
  [[nodiscard]] Async<error_code> connect_tcp(const Endpoint& endpoint, Limit limit);
  [[nodiscard]] Async<std::pair<error_code, plugins::Endpoints>> find(const Endpoint& endpoint, Limit limit);
  [[nodiscard]] Async<Result<void>> secure(const Endpoint& endpoint);

  const Words& words_;
  Program program_;  // before the stream, which is closed first
  Stream stream_;
  plugins::NameLookup lookup_;
  std::unique_ptr<asio::ssl::context> tls_context_;
  std::unique_ptr<asio::ssl::stream<Stream&>> tls_;
  bool closed_ = false;
};

}  // namespace dream::http
