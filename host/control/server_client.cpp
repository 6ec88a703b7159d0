#include "control/server_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/json_builder.hpp"

namespace dream::control {

using Code = boost::system::error_code;

void Client::begin(std::string hello) {
  send(std::move(hello));
  read();
}

void Client::leave() {
  hear_ = {};
  close();
}

void Client::send(std::string text) {
  if (gone() || text.empty()) return;
  if (unsent_.size() > most_unread) return close();  // it doesn't read
  if (unsent_.empty() && !writing_) text.erase(0, send_now(text));
  unsent_ += text;
  if (!unsent_.empty() && !writing_ && !gone()) write();
}

void Client::send_event(std::string_view line, bool is_output) {
  if (is_output && unsent_.size() > most_unread / 2) {
    left_out_ += line.size();
    return;
  }
  send(take_left_out());
  send(std::string(line));
}

std::string Client::take_left_out() {
  const std::size_t bytes = std::exchange(left_out_, 0);
  if (bytes == 0) return {};
  JsonLine json;
  return json.begin_object()
      .member("v", 1)
      .member("event", "leftOut")
      .member("bytes", bytes)
      .end_object()
      .line();
}

/// However much waits already: nothing follows that it could hold up.
void Client::send_rest(std::string_view text, Instant until) {
  unsent_.append(take_left_out()).append(text);
  while (!unsent_.empty() && !gone()) {
    const Duration left = until - read_clock();
    pollfd room{socket_.native_handle(), POLLOUT, 0};
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(left, Duration::zero()));
    if (::poll(&room, 1, static_cast<int>(wait.count())) == 0) return;
    unsent_.erase(0, send_now(unsent_));
  }
}

/// Later: whoever calls may be in the middle of a request.
void Client::go_on() {
  if (!held_) return;
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (std::exchange(self->held_, false)) self->take_lines();
  });
}

bool Client::has_left() {
  if (gone()) return true;
  pollfd end{socket_.native_handle(), 0, 0};
  return ::poll(&end, 1, 0) == 1 && (end.revents & (POLLHUP | POLLERR)) != 0;
}

void Client::close() {
  Code ignored;
  socket_.close(ignored);
}

/// What the kernel takes at once; the end of a run is sent, though its loop turns no more.
std::size_t Client::send_now(std::string_view text) {
  const ssize_t sent = ::send(socket_.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) close();
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void Client::write() {
  writing_ = true;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const Code& failed) {
    self->writing_ = false;
    if (failed || self->gone()) return;
    self->unsent_.erase(0, self->send_now(self->unsent_));
    if (self->unsent_.empty()) self->send(self->take_left_out());
    if (!self->unsent_.empty() && !self->writing_ && !self->gone()) self->write();
    if (self->is_done() && self->hear_.gone) self->hear_.gone();
  });
}

void Client::read() {
  if (std::exchange(reading_, true)) return;
  socket_.async_read_some(boost::asio::buffer(buffer_),
                          [self = shared_from_this()](const Code& failed, std::size_t size) {
                            self->reading_ = false;
                            if (!self->hear_.line) return;
                            if (failed) return self->end_reading();
                            self->line_.append(self->buffer_.data(), size);
                            self->take_lines();
                          });
}

/// One that only asks no more, as with `shutdown`, still gets its answers; who leaves a terminal so gets
/// none.
void Client::end_reading() {
  asked_all_ = true;
  if (visit || has_left()) close();
  if (is_done()) hear_.gone();
}

void Client::take_lines() {
  std::size_t end = 0;
  while (hear_.line && !gone() && !held_ && (end = line_.find('\n')) != std::string::npos) {
    const std::string line = line_.substr(0, end);
    line_.erase(0, end + 1);
    if (line.size() <= longest_request) hear_.line(*this, line);
  }
  if (held_) return;
  if (line_.size() > longest_request) return close();
  if (hear_.line && !gone()) read();
}

}  // namespace dream::control
