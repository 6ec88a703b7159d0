#include "control/server_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

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
  if (gone()) return;
  if (unsent_.empty() && !writing_) text.erase(0, send_now(text));
  unsent_ += text;
  if (unsent_.size() > most_unread) return close();  // it doesn't read
  if (!unsent_.empty() && !writing_ && !gone()) write();
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
    if (!self->unsent_.empty() && !self->gone()) self->write();
  });
}

void Client::read() {
  if (std::exchange(reading_, true)) return;
  socket_.async_read_some(boost::asio::buffer(buffer_),
                          [self = shared_from_this()](const Code& failed, std::size_t size) {
                            self->reading_ = false;
                            if (!self->hear_.line) return;
                            if (failed) {
                              self->close();
                              return self->hear_.gone();
                            }
                            self->line_.append(self->buffer_.data(), size);
                            self->take_lines();
                          });
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
