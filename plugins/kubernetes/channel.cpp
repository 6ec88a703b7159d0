#include "channel.hpp"

#include <algorithm>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <charconv>
#include <utility>

#include "failures.hpp"
#include "pod_state.hpp"
#include "shared/command_end.hpp"

namespace dream::http {

// What Beast wants of a stream below a WebSocket: found by these names.

inline void beast_close_socket(Connection& connection) {
  connection.close();
}

template <class Handler>
void async_teardown(boost::beast::role_type /*role*/, Connection& connection, Handler&& handler) {
  connection.close();
  asio::post(connection.get_executor(),
             [kept = std::forward<Handler>(handler)]() mutable { kept(error_code{}); });
}

}  // namespace dream::http

namespace dream::kubernetes {

namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

constexpr const char* protocol = "v4.channel.k8s.io";
constexpr std::chrono::seconds longest_silence{30};
constexpr std::size_t longest_message = std::size_t{1024} * 1024;
constexpr unsigned switching = 101;
constexpr unsigned login_refused = 401;

/// The exit code that a Status names; nothing: it names none.
std::optional<int> code_in(const Json& status) {
  const Json& causes = json_at(status, {"details", "causes"});
  if (!causes.IsArray()) return std::nullopt;
  for (const Json& cause : causes.GetArray()) {
    if (json_text(cause, {"reason"}) != "ExitCode") continue;
    const std::string text = json_text(cause, {"message"});
    constexpr int most = 255;
    int code = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
    if (error == std::errc() && end == text.data() + text.size() && code >= 0 && code <= most) return code;
  }
  return std::nullopt;
}

/// How a command ended, by the Status of its channel.
Result<life::CommandOutcome> outcome_of(const Json& status, std::string output) {
  const std::string message = json_text(status, {"message"});
  if (json_text(status, {"status"}) == "Success") return life::CommandOutcome{0, std::move(output)};
  std::optional<int> code = code_in(status);
  // Some engines tell of what they can't execute in place of a code.
  if (!code && (life::says_not_found(message) || life::says_not_executable(message))) {
    code = plugins::not_executable;
    output += message;
  }
  if (!code) return Failure{DREAM_E_FAILED, message.empty() ? "the node doesn't tell how it ended" : message};
  if (*code == plugins::not_executable && life::says_not_found(output)) code = plugins::not_found;
  return life::CommandOutcome{*code, std::move(output)};
}

}  // namespace

std::optional<ChannelPiece> read_message(std::string_view message) {
  if (message.empty()) return std::nullopt;
  return ChannelPiece{static_cast<std::uint8_t>(message.front()), std::string(message.substr(1))};
}

void CommandEar::take(const ChannelPiece& piece) {
  if (outcome_) return;
  if (piece.stream == command_out || piece.stream == command_err) {
    output_ += piece.bytes;
    if (output_.size() > plugins::kept_output) output_.erase(0, output_.size() - plugins::kept_output);
  }
  if (piece.stream != command_status) return;
  status_ += piece.bytes;
  const auto json = parse_json(status_);
  if (!json_text(json, {"status"}).empty()) {
    outcome_ = outcome_of(json, std::move(output_));
  } else if (status_.size() > longest_status) {
    outcome_ = Failure{DREAM_E_FAILED, "the node doesn't tell how it ended"};
  }
}

// ---- the connection ---------------------------------------------------------------------------------------

struct Channel::Link {
  explicit Link(const asio::any_io_executor& executor)
      : connection(executor, server_words), stream(connection) {
    stream.binary(true);
    // Go's WebSocket takes each fragment for a message.
    stream.auto_fragment(false);
    stream.read_message_max(longest_message);
  }

  http::Connection connection;
  websocket::stream<http::Connection&, false> stream;
  beast::flat_buffer buffer;
};

void Channel::close() {
  closed_ = true;
  if (link_ != nullptr) link_->connection.close();
}

Async<Result<unsigned>> Channel::try_open(const std::string& target, const std::string& what, bool refused) {
  const auto gone = [&](const error_code& error) { return connection_lost(login_->endpoint(), error, {}); };
  const Result<void> prepared = co_await login_->prepare(refused);
  if (!prepared) co_return prepared.failure();
  if (closed_) co_return gone(asio::error::operation_aborted);
  const auto link = std::make_shared<Link>(executor_);
  link_ = link;
  const Result<void> opened = co_await link->connection.open(login_->endpoint());
  if (!opened) co_return opened.failure();
  link->stream.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
    for (const auto& [name, value] : login_->headers()) request.insert(name, value);
    request.set(beast::http::field::user_agent, "dream");
    request.set(beast::http::field::sec_websocket_protocol, protocol);
  }));
  link->connection.expires_after(http::HttpClient::answer_limit);
  websocket::response_type answer;
  const std::string path = login_->access().prefix + target;
  const auto [error] = co_await link->stream.async_handshake(answer, login_->endpoint().host, path, answered);
  link->connection.expires_after({});
  if (closed_) co_return gone(asio::error::operation_aborted);
  if (!error) co_return switching;
  if (error != websocket::error::upgrade_declined) co_return gone(error);
  const unsigned status = answer.result_int();
  if (status == login_refused && !refused && login_->can_renew()) co_return status;
  co_return kubernetes::refused(login_->endpoint(), what, status, answer.body());
}

Async<Result<void>> Channel::open(std::string target, std::string what) {
  Result<unsigned> status = co_await try_open(target, what, false);
  if (status && *status == login_refused) status = co_await try_open(target, what, true);
  if (!status) co_return status.failure();
  co_return Result<void>();
}

void Channel::watch_silence() {
  if (link_ != nullptr)
    link_->stream.set_option(
        websocket::stream_base::timeout{websocket::stream_base::none(), longest_silence, true});
}

Async<std::optional<ChannelPiece>> Channel::read() {
  const std::shared_ptr<Link> link = link_;
  if (closed_ || link == nullptr) co_return std::nullopt;
  link->buffer.clear();
  const auto [error, size] = co_await link->stream.async_read(link->buffer, answered);
  if (error) co_return std::nullopt;
  co_return read_message({static_cast<const char*>(link->buffer.data().data()), link->buffer.size()});
}

Async<bool> Channel::write(std::uint8_t stream, std::string_view bytes) {
  const std::shared_ptr<Link> link = link_;
  if (closed_ || link == nullptr) co_return false;
  const std::string message = static_cast<char>(stream) + std::string(bytes);
  const auto [error, size] = co_await link->stream.async_write(asio::buffer(message), answered);
  co_return !error;
}

Async<Result<life::CommandOutcome>> run_command(asio::any_io_executor executor, std::shared_ptr<Login> login,
                                                std::string pod, std::vector<std::string> argv) {
  Channel channel(std::move(executor), std::move(login));
  std::string target = pod + "/exec?stdout=true&stderr=true&container=" + container_name;
  for (const std::string& word : argv) target += "&command=" + http::url_encode(word);
  const Result<void> opened = co_await channel.open(std::move(target), "run a command in the Pod");
  if (!opened) co_return opened.failure();
  channel.watch_silence();
  CommandEar ear;
  while (!ear.outcome()) {
    const std::optional<ChannelPiece> piece = co_await channel.read();
    if (!piece) co_return Failure{DREAM_E_FAILED, "the connection to it was lost"};
    ear.take(*piece);
  }
  co_return *ear.outcome();
}

}  // namespace dream::kubernetes
