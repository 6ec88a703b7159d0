// The output of a service: the log of its task, which is followed, and whose rest is read when the task is
// over.
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "service_life.hpp"

namespace dream::docker {

namespace {

/// Between two tries to follow a log that broke off.
constexpr std::chrono::milliseconds between_reads{500};

}  // namespace

void ServiceLife::open_log() {
  log_is_open_ = true;
  log_turn_.cancel();
}

Async<void> ServiceLife::follow_output() {
  if (!log_is_open_) co_await log_turn_.async_wait(answered);
  stream_.speak_like(engine_);
  while (!end_ && !task_.is_over() && !given_up_) {
    static_cast<void>(co_await read_log(stream_, true));
    if (end_ || task_.is_over() || given_up_) break;
    log_turn_.expires_after(between_reads);
    co_await log_turn_.async_wait(answered);
  }
}

/// The log of a swarm that is followed has no end, and may be late.
Async<void> ServiceLife::read_rest() {
  const Result<void> read = co_await read_log(engine_, false);
  if (read || given_up_) co_return;
  observer_->on_warning("the container engine can't send all of the output of " + plan_.step + ": " +
                        read.failure().message);
}

Async<Result<void>> ServiceLife::read_log(Engine& engine, bool follow) {
  const std::int64_t since = log_.begin_again();
  const LogRequest request{.path = is_here() ? "/containers/" + task_.container : "/tasks/" + task_.id,
                           .follow = follow,
                           .since_s = since,
                           .silence = follow ? HttpClient::Limit() : limits_.silence};
  const HttpClient::OnPiece on_piece = [this](std::string_view bytes) {
    return take_output(std::string(bytes));
  };
  co_return co_await engine.logs(request, on_piece);
}

Async<void> ServiceLife::take_output(std::string bytes) {
  std::vector<Piece> pieces = log_.take(bytes);
  if (const std::string error = log_.take_error(); !error.empty())
    observer_->on_warning("the swarm can't send all of the output of " + plan_.step + ": " + error);
  for (const Piece& piece : pieces) program_.listen(piece);
  if (!pieces.empty()) co_await write_output(*observer_, engine_.executor(), std::move(pieces));
}

}  // namespace dream::docker
