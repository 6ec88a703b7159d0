#include "forwarder.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/write.hpp>
#include <tuple>
#include <utility>

namespace dream::kubernetes {

namespace {

using namespace boost::asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace): &&
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t port_size = 2;
constexpr std::size_t piece_size = std::size_t{32} * 1024;
/// tcpmux, which nobody listens on.
constexpr std::uint16_t closed_port = 1;
/// How long a port may say nothing of itself when not even a closed one is refused.
constexpr std::chrono::milliseconds longest_trial{10'000};
constexpr std::chrono::milliseconds least_margin{100};
constexpr std::chrono::milliseconds least_pause{50};
constexpr std::chrono::milliseconds longest_pause{1'000};
/// How long one half of a connection may be silent when the other has ended.
constexpr std::chrono::seconds linger{5};

}  // namespace

std::string ForwardEar::take(ChannelPiece piece) {
  std::size_t& heard = heard_[piece.stream];
  const std::size_t of_port = std::min(port_size - heard, piece.bytes.size());
  heard += of_port;
  piece.bytes.erase(0, of_port);
  return std::move(piece.bytes);
}

struct Forwarder::Connection {
  Connection(const asio::any_io_executor& executor, std::shared_ptr<Login> login, tcp::socket its_socket)
      : socket(std::move(its_socket)), channel(executor, std::move(login)), limit(executor) {}

  /// One half has ended, or something has come since: the other half has some time.
  static void end_soon(const std::shared_ptr<Connection>& one) {
    one->half = true;
    one->limit.expires_after(linger);
    one->limit.async_wait([one](const error_code& error) {
      if (!error) one->close();
    });
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
    channel.close();
    limit.cancel();
  }

  tcp::socket socket;
  Channel channel;
  asio::steady_timer limit;  ///< once one half has ended
  bool half = false;
};

Forwarder::Forwarder(asio::any_io_executor executor, std::shared_ptr<Login> login, std::string pod,
                     ForwardedPort port, std::function<void(std::string)> warn)
    : executor_(std::move(executor)),
      login_(std::move(login)),
      pod_(std::move(pod)),
      port_(std::move(port)),
      warn_(std::move(warn)),
      acceptor_(executor_),
      pause_(executor_) {}

Result<void> Forwarder::check() {
  const error_code error = listen();
  error_code ignored;
  acceptor_.close(ignored);
  if (!error) return {};
  return Failure{
      DREAM_E_FAILED, refusal(error),
      error == asio::error::address_in_use ? "end who listens there, or change `ports`" : "change `ports`"};
}

void Forwarder::begin() {
  const auto whole = [](std::shared_ptr<Forwarder> self) -> Async<void> { co_await self->live(); };
  asio::co_spawn(executor_, whole(shared_from_this()), unawaited);
}

void Forwarder::close() {
  closed_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  if (trial_ != nullptr) trial_->close();
  for (const auto& connection : connections_) connection->close();
}

void Forwarder::warn(const std::string& text) {
  if (!closed_ && warned_.insert(text).second) warn_(text);
}

Async<void> Forwarder::live() {
  auto begin = Clock::now();
  while (!closed_) {
    const bool is_there = co_await answers();
    // A server that speaks first would keep it, and so a connection to itself.
    trial_->close();
    if (is_there && !closed_) {
      const error_code error = listen();
      if (error) warn(refusal(error));
      if (!error) {
        co_await accept();
        begin = Clock::now();
      }
    }
    if (closed_) break;
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    pause_.expires_after(std::clamp(waited / 10, least_pause, longest_pause));
    co_await pause_.async_wait(answered);
  }
}

/// A refusal is told, a success isn't. So the same is asked of a port that is closed: once that has been
/// refused, and as much time again has passed, the other one has been taken.
Async<bool> Forwarder::answers() {
  const auto channel = std::make_shared<Channel>(executor_, login_);
  trial_ = channel;
  const std::string target =
      pod_ + "/portforward?ports=" + std::to_string(port_.pod) + "&ports=" + std::to_string(closed_port);
  const Result<void> opened = co_await channel->open(target, "forward ports of the Pod");
  if (!opened) {
    warn(opened.failure().message);
    co_return false;
  }
  const auto begin = Clock::now();
  const auto taken = std::make_shared<bool>(false);
  asio::steady_timer limit(executor_, longest_trial);
  const auto take_it_after = [&](Clock::duration time) {
    limit.expires_after(time);
    limit.async_wait([channel, taken](const error_code& error) {
      if (error) return;
      *taken = true;
      channel->close();
    });
  };
  take_it_after(longest_trial);
  ForwardEar ear;
  bool closed_is_refused = false;
  while (auto piece = co_await channel->read()) {
    const std::uint8_t stream = piece->stream;
    if (ear.take(*std::move(piece)).empty()) continue;
    if (stream == forward_data || stream == forward_error) co_return stream == forward_data;
    if (stream == closed_error && !std::exchange(closed_is_refused, true))
      take_it_after(std::max<Clock::duration>(Clock::now() - begin, least_margin));
  }
  co_return *taken;
}

std::string Forwarder::refusal(const error_code& error) const {
  const std::string machine = port_.address.is_loopback() ? "this machine" : port_.address.to_string();
  return "port " + std::to_string(port_.local) + " of " + machine +
         " can't be listened on: " + error.message();
}

error_code Forwarder::listen() {
  error_code error;
  const tcp::endpoint here(port_.address, port_.local);
  acceptor_.open(here.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(here, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  error_code ignored;
  if (error) acceptor_.close(ignored);
  return error;
}

Async<void> Forwarder::accept() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(answered);
    if (error) break;
    auto connection = std::make_shared<Connection>(executor_, login_, std::move(socket));
    connections_.insert(connection);
    const auto whole = [](std::shared_ptr<Forwarder> self, std::shared_ptr<Connection> one) -> Async<void> {
      co_await self->serve(one);
      one->close();
      self->connections_.erase(one);
    };
    asio::co_spawn(executor_, whole(shared_from_this(), std::move(connection)), unawaited);
  }
  error_code ignored;
  acceptor_.close(ignored);
}

Async<void> Forwarder::serve(std::shared_ptr<Connection> connection) {
  const std::string target = pod_ + "/portforward?ports=" + std::to_string(port_.pod);
  const Result<void> opened = co_await connection->channel.open(target, "forward ports of the Pod");
  if (!opened) {
    // Who connects is told by his connection; whether the port answers is found out anew.
    acceptor_.cancel();
    co_return;
  }
  co_await (to_pod(connection) && from_pod(connection));
}

Async<void> Forwarder::to_pod(std::shared_ptr<Connection> connection) {
  std::vector<char> buffer(piece_size);
  error_code error;
  while (!error) {
    std::size_t bytes = 0;
    std::tie(error, bytes) = co_await connection->socket.async_read_some(asio::buffer(buffer), answered);
    // What the Pod takes no more is dropped, to the end of it.
    if (!error) static_cast<void>(co_await connection->channel.write(forward_data, {buffer.data(), bytes}));
  }
  if (error == asio::error::eof) {
    Connection::end_soon(connection);
  } else {
    connection->close();
  }
}

Async<void> Forwarder::from_pod(std::shared_ptr<Connection> connection) {
  ForwardEar ear;
  bool heard = false;
  error_code error;
  while (!error) {
    std::optional<ChannelPiece> piece = co_await connection->channel.read();
    if (!piece) break;
    const std::uint8_t stream = piece->stream;
    const std::string bytes = ear.take(*std::move(piece));
    if (bytes.empty()) continue;
    if (stream == forward_error && !heard) {
      // Nobody listens there any more. Who connects now is refused, as he would be there.
      acceptor_.cancel();
      co_return connection->close();
    }
    if (stream != forward_data) continue;
    heard = true;
    if (connection->half) Connection::end_soon(connection);
    std::size_t written = 0;
    std::tie(error, written) = co_await asio::async_write(connection->socket, asio::buffer(bytes), answered);
  }
  error_code ignored;
  connection->socket.shutdown(tcp::socket::shutdown_send, ignored);
  Connection::end_soon(connection);
}

}  // namespace dream::kubernetes
