// The output of a container: what the connection brings that was attached to it before its start; and when
// that is lost, the engine's log.
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "container_life.hpp"

namespace dream::docker {

Async<void> ContainerLife::forward_output() {
  const bool broke = !co_await forward_attached();
  if (nobody_can_tell()) co_return;
  if (!broke && !co_await lacks_output()) co_return;
  // An init keeps its streams open.
  co_await forward_log(broke || plan_.options.init);
}

Async<void> ContainerLife::forward(Demultiplexer& demultiplexer, std::string_view bytes) {
  std::vector<Piece> pieces = arrived_.take(demultiplexer.take(bytes));
  if (const std::string error = demultiplexer.take_error(); !error.empty()) {
    observer_->on_warning("the container engine can't send all of the output of " + plan_.step + ": " +
                          error);
  }
  for (const Piece& piece : pieces) program_.listen(piece);
  if (!pieces.empty()) co_await write_output(*observer_, engine_.executor(), std::move(pieces));
}

Async<bool> ContainerLife::forward_attached() {
  std::vector<char> buffer(std::size_t{64} * 1024);
  Demultiplexer demultiplexer;
  Moved moved;
  while (!moved.error) {
    moved = co_await stream_.read_output(asio::buffer(buffer));
    co_await forward(demultiplexer, {buffer.data(), moved.bytes});
  }
  stream_.close();
  co_return moved.error == asio::error::eof&& demultiplexer.is_between_frames();
}

bool ContainerLife::nobody_can_tell() const {
  return given_up_ || (code_ && !*code_);
}

/// For a moment: what comes before it is just over.
Async<void> ContainerLife::await_end() {
  constexpr std::chrono::milliseconds longest_end{500};
  if (code_) co_return;
  ended_.expires_after(longest_end);
  co_await ended_.async_wait(answered);
}

/// The end of a connection looks the same when the container has ended, or has closed its streams, and when
/// something between the engine and dream has closed the connection.
Async<bool> ContainerLife::lacks_output() {
  co_await await_end();
  if (nobody_can_tell()) co_return false;
  // It goes on, and so does its log: when its streams are closed, nothing comes of that.
  if (!code_) co_return true;
  constexpr std::uint64_t read_whole = std::uint64_t{1} << 20U;
  if (arrived_.total() < read_whole) co_return true;  // each byte of the log is looked at
  // Else the end of it. Of both streams: an engine takes the last entries before it picks those of one.
  constexpr int last_entries = 100;
  std::array<std::string, 2> last;
  Demultiplexer demultiplexer;
  const LogRequest request{
      .path = container_path(), .last = last_entries, .timed = false, .silence = limits_.silence};
  const HttpClient::OnPiece on_piece = [&](std::string_view bytes) -> Async<void> {
    for (const Piece& piece : demultiplexer.take(bytes)) last.at(piece.stream - DREAM_STDOUT) += piece.bytes;
    co_return;
  };
  if (!co_await engine_.logs(request, on_piece)) co_return false;
  for (const std::uint32_t stream : {DREAM_STDOUT, DREAM_STDERR})
    if (!arrived_.ends_with(stream, last.at(stream - DREAM_STDOUT))) co_return true;
  co_return false;
}

Async<void> ContainerLife::forward_log(bool is_lost) {
  constexpr int most_tries = 5;
  constexpr std::chrono::milliseconds between_tries{200};
  asio::steady_timer timer(engine_.executor());
  std::string why;
  for (int tries = 0; tries < most_tries; ++tries) {
    if (tries > 0) {
      timer.expires_after(between_tries);
      co_await timer.async_wait(answered);
    }
    if (nobody_can_tell()) co_return;
    const std::uint64_t before = arrived_.total();
    arrived_.begin_again();
    Demultiplexer demultiplexer(plan_.log_driver == "local" ? Demultiplexer::Frames::entries
                                                            : Demultiplexer::Frames::parts);
    const bool has_ended = code_.has_value();  // its log is whole only then
    const LogRequest request{.path = container_path(), .timed = false, .follow = !has_ended};
    const HttpClient::OnPiece on_piece = [&](std::string_view bytes) {
      return forward(demultiplexer, bytes);
    };
    const Result<void> read = co_await stream_.logs(request, on_piece);
    if ((read && has_ended) || nobody_can_tell()) co_return;
    if (read) {
      co_await await_end();
      if (!code_) co_return;  // the engine has ended its log
      continue;
    }
    why = read.failure().message;
    if (arrived_.total() > before) tries = 0;
  }
  if (is_lost) {
    observer_->on_warning("output of " + plan_.step + " may be missing: its connection was lost, and then " +
                          why);
  }
}

}  // namespace dream::docker
