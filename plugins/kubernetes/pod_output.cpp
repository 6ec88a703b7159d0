// The output of a Pod: the log of its container, which is followed, and whose rest is read when that has
// ended.
#include <utility>

#include "pod_life.hpp"

namespace dream::kubernetes {

namespace {

/// Between two tries to follow a log that broke off.
constexpr std::chrono::milliseconds between_reads{300};

}  // namespace

Async<void> PodLife::follow_output() {
  while (!started_ && watches()) co_await log_turn_.async_wait(answered);
  while (started_ && !end_ && !given_up_ && !log_ended_) {
    const Result<void> read = co_await read_log(stream_, true);
    followed_ = followed_ || (read && log_.words().empty());
    // The log of a Pod that is gone ends once.
    if (is_gone_) log_ended_ = static_cast<bool>(read);
    if (read && watches()) co_await look_as_the_log_ended();
    if (!watches()) break;
    log_turn_.expires_after(between_reads);
    co_await log_turn_.async_wait(answered);
  }
  log_limit_.cancel();
}

/// The container has ended: what its log has now is all of it.
Async<void> PodLife::read_rest() {
  Result<void> read = Result<void>();
  if (!is_gone_) {
    const auto end = Clock::now() + (forced_ ? limits_.removal : limits_.absence);
    read = co_await read_log(api_, false);
    while (!read && Clock::now() < end && !forced_ && !given_up_) {
      pause_.expires_after(between_reads);
      co_await pause_.async_wait(answered);
      read = co_await read_log(api_, false);
    }
    log_ended_ = static_cast<bool>(read);
  }
  std::string rest = log_.finish();
  if (!rest.empty()) co_await take_output(std::move(rest));
  // A container whose log was followed to its end may be gone by now, and its log with it.
  if (read && !followed_ && !log_.words().empty()) read = Failure{DREAM_E_FAILED, log_.words()};
  if (!read && !given_up_)
    observer_->on_warning("the cluster can't send all of the output of " + plan_.step + ": " +
                          read.failure().message);
}

Async<Result<void>> PodLife::read_log(Api& api, bool follow) {
  const std::string since = log_.begin_again();
  const std::string path = pod_path() + "/log?timestamps=true&container=" + container_name +
                           (follow ? "&follow=true" : "") +
                           (since.empty() ? "" : "&sinceTime=" + http::url_encode(since));
  const Api::OnPiece on_piece = [this](std::string_view bytes) { return take_output(log_.take(bytes)); };
  const Api::Limit silence = follow ? Api::Limit() : Api::answer_limit;
  co_return co_await api.follow(path, "send the output", on_piece, silence);
}

Async<void> PodLife::take_output(std::string text) {
  if (text.empty()) co_return;
  std::vector<life::Piece> pieces;
  pieces.push_back({DREAM_STDOUT, std::move(text)});
  co_await life::write_output(*observer_, api_.executor(), std::move(pieces));
}

void PodLife::end_output() {
  stream_.close();
  log_turn_.cancel();
}

}  // namespace dream::kubernetes
