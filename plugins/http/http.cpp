#include "http.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <utility>

namespace dream::http {

namespace {

namespace messages = boost::beast::http;

constexpr std::size_t body_limit = std::size_t{64} * 1024 * 1024;

bool is_refusal(unsigned status) {
  return status >= 300;
}

messages::request<messages::string_body> message_of(const Request& request, const Endpoint& endpoint,
                                                    bool in_pieces) {
  constexpr unsigned version = 11;
  messages::request<messages::string_body> message(request.method, request.target, version, request.body);
  message.set(messages::field::host, endpoint.host.empty() ? "localhost" : endpoint.host);
  message.set(messages::field::user_agent, "dream");
  for (const auto& [name, value] : request.headers) message.insert(name, value);
  if (in_pieces || !request.body.empty()) message.set(messages::field::content_type, request.content_type);
  if (in_pieces) {
    message.chunked(true);
  } else {
    message.prepare_payload();
  }
  return message;
}

}  // namespace

void HttpClient::close() {
  if (connection_ != nullptr) connection_->close();
  connection_.reset();
}

Failure HttpClient::broken(const error_code& error) const {
  const std::string complaint = connection_ == nullptr ? std::string() : connection_->complaint();
  // A program that is a connection always starts; whether it reaches anybody shows only later.
  if (endpoint_.kind == Endpoint::Kind::program && !heard_)
    return words_.unreachable(endpoint_, error, complaint);
  return words_.lost(endpoint_, error, complaint);
}

Async<Result<void>> HttpClient::connect(Limit limit) {
  if (connection_ != nullptr) co_return Result<void>();
  const auto connection = std::make_shared<Connection>(executor_, words_);
  connection_ = connection;
  unread_.clear();
  heard_ = false;
  Result<void> opened = co_await connection->open(endpoint_, limit);
  reached_ = reached_ || opened;
  if (!opened && connection_ == connection) connection_.reset();
  // One that was there before has gone.
  if (!opened && answered_before_) co_return words_.lost(endpoint_, {}, opened.failure().message);
  if (opened && connection_ != connection) co_return broken(asio::error::operation_aborted);
  co_return opened;
}

Async<Result<void>> HttpClient::send(const Request& request, const NextPiece& next_piece) {
  const ConnectionPtr connection = connection_;
  messages::request<messages::string_body> message = message_of(request, endpoint_, next_piece != nullptr);
  messages::request_serializer<messages::string_body> serializer(message);
  if (!next_piece) {
    const auto [error, bytes] = co_await messages::async_write(*connection, serializer, answered);
    if (error) co_return broken(error);
    co_return Result<void>();
  }
  const auto [error, bytes] = co_await messages::async_write_header(*connection, serializer, answered);
  if (error) co_return broken(error);
  co_return co_await send_pieces(next_piece);
}

Async<Result<void>> HttpClient::send_pieces(const NextPiece& next_piece) {
  error_code error;
  for (bool last = false; !last && !error;) {
    const Result<std::string> piece = co_await next_piece();
    if (!piece) co_return piece.failure();
    const ConnectionPtr connection = connection_;
    if (connection == nullptr) co_return broken(asio::error::operation_aborted);
    last = piece->empty();
    const std::string text =
        last ? boost::beast::buffers_to_string(messages::make_chunk_last())
             : boost::beast::buffers_to_string(messages::make_chunk(asio::buffer(*piece)));
    std::size_t bytes = 0;
    std::tie(error, bytes) = co_await asio::async_write(*connection, asio::buffer(text), answered);
  }
  // An engine that has refused already reads no further: its answer says more than this error.
  if (error && error != asio::error::broken_pipe && error != asio::error::connection_reset)
    co_return broken(error);
  co_return Result<void>();
}

Async<Result<void>> HttpClient::read_header(Parser& parser) {
  const ConnectionPtr connection = connection_;
  if (connection == nullptr) co_return broken(asio::error::operation_aborted);
  const auto [error, bytes] = co_await messages::async_read_header(*connection, unread_, parser, answered);
  if (error) co_return broken(error);
  heard_ = answered_before_ = true;
  co_return Result<void>();
}

Async<Result<std::string>> HttpClient::read_body(Parser& parser, const OnPiece& on_piece, Limit silence) {
  const auto failed = [this](const error_code& error) {
    Failure failure = broken(error);
    close();
    return failure;
  };
  std::string body;
  std::array<char, 16384> buffer{};
  while (!parser.is_done()) {
    const ConnectionPtr connection = connection_;
    if (connection == nullptr) co_return failed(asio::error::operation_aborted);
    // What takes the last one may have been slow.
    if (silence) connection->expires_after(silence);
    parser.get().body() = {.data = buffer.data(), .size = buffer.size(), .more = true};
    const auto [error, bytes] = co_await messages::async_read_some(*connection, unread_, parser, answered);
    if (error && error != messages::error::need_buffer) co_return failed(error);
    body.append(buffer.data(), buffer.size() - parser.get().body().size);
    if (on_piece && !body.empty()) {
      co_await on_piece(body);
      body.clear();
    }
    if (body.size() > body_limit) co_return failed(messages::error::body_limit);
  }
  if (!parser.keep_alive()) close();
  co_return body;
}

Async<Result<void>> HttpClient::begin(const Request& request, const NextPiece& next_piece, Limit limit,
                                      Parser& parser) {
  const auto begun = std::chrono::steady_clock::now();
  Result<void> done = co_await connect(limit);
  if (done) {
    if (limit)
      *limit -= std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    connection_->expires_after(limit);
    done = co_await send(request, next_piece);
  }
  if (done) done = co_await read_header(parser);
  if (!done) close();
  co_return done;
}

Async<Result<Response>> HttpClient::exchange(const Request& request, const OnPiece& on_piece,
                                             const NextPiece& next_piece, Limit limit) {
  Parser parser;
  parser.body_limit(boost::none);  // read_body has one
  const Result<void> begun = co_await begin(request, next_piece, limit, parser);
  if (!begun) co_return begun.failure();
  const OnPiece none;
  const bool refused = is_refusal(parser.get().result_int());
  Result<std::string> body =
      co_await read_body(parser, refused ? none : on_piece, on_piece ? limit : Limit());
  if (!body) co_return body.failure();
  Response response{.status = parser.get().result_int(), .body = *std::move(body)};
  response.api_version = parser.get()["Api-Version"];
  response.retry_after = parser.get()["Retry-After"];
  co_return response;
}

Async<Result<Response>> HttpClient::call(Request request, Limit limit) {
  co_return co_await exchange(request, {}, {}, limit);
}

Async<Result<Response>> HttpClient::follow(Request request, OnPiece on_piece, NextPiece next_piece,
                                           Limit silence) {
  co_return co_await exchange(request, on_piece, next_piece, silence);
}

Async<Result<Response>> HttpClient::upgrade(Request request) {
  request.headers.emplace_back("Connection", "Upgrade");
  request.headers.emplace_back("Upgrade", "tcp");
  Parser parser;
  if (const Result<void> begun = co_await begin(request, {}, answer_limit, parser); !begun)
    co_return begun.failure();
  const unsigned status = parser.get().result_int();
  Result<std::string> body = std::string();
  if (is_refusal(status)) body = co_await read_body(parser, {});
  if (!body) co_return body.failure();
  if (connection_ != nullptr) connection_->expires_after({});
  co_return Response{.status = status, .body = *std::move(body)};
}

Async<Moved> HttpClient::read_raw(asio::mutable_buffer buffer) {
  if (unread_.size() > 0) {
    const std::size_t size = asio::buffer_copy(buffer, unread_.data());
    unread_.consume(size);
    co_return Moved{{}, size};
  }
  const ConnectionPtr connection = connection_;
  if (connection == nullptr) co_return Moved{asio::error::operation_aborted};
  const auto [error, bytes] = co_await connection->async_read_some(buffer, answered);
  co_return Moved{error, bytes};
}

std::string url_encode(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string url_encode_path(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars + '/');
}

}  // namespace dream::http
