#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/verb.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connection.hpp"

namespace dream::http {

using Verb = boost::beast::http::verb;

/// One request of HTTP/1.1.
struct Request {
  Verb method = Verb::get;
  std::string target;  ///< path and query
  std::string body = {};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// An answer, whatever its status.
struct Response {
  unsigned status = 0;
  std::string body = {};         ///< empty when it was taken in pieces
  std::string api_version = {};  ///< the header Api-Version
  std::string retry_after = {};  ///< the header Retry-After

  /// Done, or done already. An engine that sends somebody elsewhere has done nothing.
  [[nodiscard]] bool ok() const { return status < 300 || status == 304; }
};

/// Requests to one endpoint, one at a time, over a connection that is made when it is needed and kept as long
/// as the engine likes. All on one thread.
class HttpClient {
 public:
  using Limit = Connection::Limit;

  HttpClient(asio::any_io_executor executor, Endpoint endpoint, const Words& words)
      : executor_(std::move(executor)), endpoint_(std::move(endpoint)), words_(words) {}

  /// The pieces of a body that comes over time. Nothing more is read before it has come to its end, so that
  /// who is slow slows the engine down.
  using OnPiece = std::function<Async<void>(std::string_view)>;
  /// The next piece of a body that is sent over time; empty: that was all.
  using NextPiece = std::function<Async<Result<std::string>>()>;

  /// One request and its answer. `limit` is how long that may take, with the making of a connection; none:
  /// for ever.
  [[nodiscard]] Async<Result<Response>> call(Request request, Limit limit = answer_limit);
  /// The same for a body of an answer that comes over time; that of a refusal is still the Response's.
  /// `silence` is how long each piece may take, and what comes before the first one.
  [[nodiscard]] Async<Result<Response>> follow(Request request, OnPiece on_piece, NextPiece next_piece = {},
                                               Limit silence = {});
  /// A request after which the connection belongs to neither HTTP nor this object's calls: what comes then is
  /// read with read_raw. A refusal has its body.
  [[nodiscard]] Async<Result<Response>> upgrade(Request request);
  /// Nothing read without an error: the end.
  [[nodiscard]] Async<Moved> read_raw(asio::mutable_buffer buffer);

  /// Ends what is going on; it fails. A later call makes a new connection.
  void close();

  /// There was a connection at least once.
  [[nodiscard]] bool reached() const { return reached_; }
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }

  /// How long an engine may take for what isn't expected to take time.
  static constexpr std::chrono::milliseconds answer_limit{30'000};

 private:
  /// Its body is read in pieces: one that is kept whole would take as much memory as the other side says.
  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;
  /// Held by the operation that uses it, also when close() has given it up.
  using ConnectionPtr = std::shared_ptr<Connection>;

  [[nodiscard]] Async<Result<void>> connect(Limit limit);
  [[nodiscard]] Async<Result<void>> send(const Request& request, const NextPiece& next_piece);
  [[nodiscard]] Async<Result<void>> send_pieces(const NextPiece& next_piece);
  [[nodiscard]] Async<Result<void>> read_header(Parser& parser);
  /// What `on_piece` didn't take.
  [[nodiscard]] Async<Result<std::string>> read_body(Parser& parser, const OnPiece& on_piece,
                                                     Limit silence = {});
  /// To the header of the answer. This one and read_body close what has failed.
  [[nodiscard]] Async<Result<void>> begin(const Request& request, const NextPiece& next_piece, Limit limit,
                                          Parser& parser);
  [[nodiscard]] Async<Result<Response>> exchange(const Request& request, const OnPiece& on_piece,
                                                 const NextPiece& next_piece, Limit limit);
  [[nodiscard]] Failure broken(const error_code& error) const;

  asio::any_io_executor executor_;
  Endpoint endpoint_;
  const Words& words_;
  ConnectionPtr connection_;
  boost::beast::flat_buffer unread_;
  bool reached_ = false;
  bool heard_ = false;            ///< an answer has come over this connection
  bool answered_before_ = false;  ///< over any
};

/// `text` as a part of a query, or as one part of a path.
[[nodiscard]] std::string url_encode(std::string_view text);
/// `text` as a path: its slashes stay.
[[nodiscard]] std::string url_encode_path(std::string_view text);

}  // namespace dream::http
