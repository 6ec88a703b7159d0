#include "http.hpp"

#include <array>
#include <utility>

#include "deadline.hpp"
#include "failures.hpp"

namespace dream::docker {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t read_size = std::size_t{64} * 1024;
constexpr std::uint64_t body_limit = std::uint64_t{64} * 1024 * 1024;

std::string header_of(const Request& request, const Endpoint& endpoint, bool in_pieces) {
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\n";
  text += "Host: " + (endpoint.host.empty() ? std::string("docker") : endpoint.host) + "\r\n";
  text += "User-Agent: dream\r\n";
  for (const auto& [name, value] : request.headers)
    text.append(name).append(": ").append(value).append("\r\n");
  if (in_pieces) {
    text += "Content-Type: " + request.content_type + "\r\nTransfer-Encoding: chunked\r\n";
  } else if (!request.body.empty() || request.method != "GET") {
    if (!request.body.empty()) text += "Content-Type: " + request.content_type + "\r\n";
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return text + "\r\n";
}

std::string chunk_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (std::size_t rest = bytes.size(); rest != 0; rest /= 16) size.insert(0, 1, digits[rest % 16]);
  return size + "\r\n" + std::string(bytes) + "\r\n";
}

}  // namespace

void HttpClient::close() {
  if (connection_ != nullptr) connection_->close();
  connection_.reset();
}

Failure HttpClient::broken(const error_code& error) const {
  const std::string complaint = connection_ == nullptr ? std::string() : connection_->complaint();
  // A program that is a connection always starts; whether it reaches anybody shows only later.
  if (endpoint_.kind == Endpoint::Kind::program && !heard_) return unreachable(endpoint_, error, complaint);
  return connection_lost(endpoint_, error, complaint);
}

Async<Result<void>> HttpClient::send(const Request& request, const NextPiece& next_piece) {
  if (connection_ == nullptr) {
    const auto connection = std::make_shared<Connection>(executor_);
    connection_ = connection;
    unread_.clear();
    heard_ = false;
    Result<void> opened = co_await connection->open(endpoint_);
    if (!opened) {
      if (connection_ == connection) connection_.reset();
      co_return opened.failure();
    }
  }
  const std::shared_ptr<Connection> connection = connection_;
  if (connection == nullptr) co_return broken(asio::error::operation_aborted);
  const std::string text = header_of(request, endpoint_, next_piece != nullptr) + request.body;
  const error_code error = co_await connection->write(asio::buffer(text));
  if (error) co_return broken(error);
  if (next_piece) co_return co_await send_pieces(next_piece);
  co_return Result<void>();
}

Async<Result<void>> HttpClient::send_pieces(const NextPiece& next_piece) {
  while (true) {
    const Result<std::string> piece = next_piece();
    if (!piece) {
      close();
      co_return piece.failure();
    }
    const std::string text = piece->empty() ? "0\r\n\r\n" : chunk_of(*piece);
    const std::shared_ptr<Connection> connection = connection_;
    if (connection == nullptr) co_return broken(asio::error::operation_aborted);
    const error_code error = co_await connection->write(asio::buffer(text));
    // An engine that has refused already reads no further: its answer says more than this error.
    if (error == asio::error::broken_pipe || error == asio::error::connection_reset) break;
    if (error) co_return broken(error);
    if (piece->empty()) break;
  }
  co_return Result<void>();
}

/// Feeds the parser with what has come, or with more when that is not enough.
Async<Result<void>> HttpClient::parse_more(Parser& parser) {
  error_code error;
  if (unread_.size() > 0) {
    unread_.consume(parser.put(unread_.data(), error));
    if (!error) co_return Result<void>();
    if (error != http::error::need_more) co_return broken(error);
  }
  const std::shared_ptr<Connection> connection = connection_;
  if (connection == nullptr) co_return broken(asio::error::operation_aborted);
  const Moved moved = co_await connection->read_some(unread_.prepare(read_size));
  unread_.commit(moved.bytes);
  heard_ = heard_ || moved.bytes > 0;
  if (!moved.error) co_return Result<void>();
  error = moved.error;
  if (error == asio::error::eof && parser.is_header_done()) {
    error = {};
    parser.put_eof(error);
    if (!error) co_return Result<void>();
  }
  co_return broken(error);
}

Async<Result<void>> HttpClient::read_header(Parser& parser) {
  while (!parser.is_header_done()) {
    Result<void> parsed = co_await parse_more(parser);
    if (!parsed) co_return parsed;
  }
  co_return Result<void>();
}

Async<Result<void>> HttpClient::read_body(Parser& parser, const OnPiece& on_piece) {
  while (!parser.is_done()) {
    Result<void> parsed = co_await parse_more(parser);
    if (!parsed) co_return parsed;
    std::string& body = parser.get().body();
    if (!on_piece || body.empty()) continue;
    const std::string piece = std::exchange(body, {});
    on_piece(piece);
  }
  finish(parser);
  co_return Result<void>();
}

void HttpClient::finish(const Parser& parser) {
  if (!parser.keep_alive()) close();
}

Async<Result<Response>> HttpClient::call(Request request, std::optional<std::chrono::milliseconds> limit) {
  std::optional<Deadline> deadline;
  if (limit) {
    deadline.emplace(executor_, *limit, [this] { close(); });
  }
  Result<Response> response = co_await follow(std::move(request), {}, {});
  if (deadline && deadline->late()) co_return broken(asio::error::timed_out);
  co_return response;
}

Async<Result<Response>> HttpClient::follow(Request request, OnPiece on_piece, NextPiece next_piece) {
  Result<void> done = co_await send(request, next_piece);
  Parser parser;
  if (done) {
    if (on_piece) {
      parser.body_limit(boost::none);
    } else {
      parser.body_limit(body_limit);
    }
    done = co_await read_header(parser);
  }
  if (done && parser.get().result_int() >= 400) on_piece = nullptr;
  if (done) done = co_await read_body(parser, on_piece);
  if (!done) {
    close();
    co_return done.failure();
  }
  Response response{.status = parser.get().result_int(), .body = std::move(parser.get().body())};
  response.api_version = parser.get()["Api-Version"];
  co_return response;
}

Async<Result<Response>> HttpClient::upgrade(Request request) {
  request.headers.emplace_back("Connection", "Upgrade");
  request.headers.emplace_back("Upgrade", "tcp");
  Result<void> done = co_await send(request, {});
  Parser parser;
  if (done) done = co_await read_header(parser);
  const unsigned status = done ? parser.get().result_int() : 0;
  if (done && status >= 400) done = co_await read_body(parser, {});
  if (!done) {
    close();
    co_return done.failure();
  }
  co_return Response{.status = status, .body = std::move(parser.get().body())};
}

Async<Moved> HttpClient::read_raw(asio::mutable_buffer buffer) {
  if (unread_.size() > 0) {
    const std::size_t size = asio::buffer_copy(buffer, unread_.data());
    unread_.consume(size);
    co_return Moved{{}, size};
  }
  const std::shared_ptr<Connection> connection = connection_;
  if (connection == nullptr) co_return Moved{asio::error::operation_aborted};
  co_return co_await connection->read_some(buffer);
}

std::string url_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', digits[byte / 16], digits[byte % 16]};
    }
  }
  return encoded;
}

}  // namespace dream::docker
