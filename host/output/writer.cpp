#include "output/writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <climits>

namespace dream::output {

namespace {

/// Above this much, bytes are written at once instead of at the end of the loop's turn.
constexpr std::size_t batch_size = std::size_t{256} * 1024;

}  // namespace

Writer::Writer(boost::asio::io_context& context, int descriptor, Callbacks callbacks)
    : context_(context), descriptor_(descriptor), callbacks_(std::move(callbacks)) {
  classify();
  watch_reader();
}

Writer::~Writer() {
  *alive_ = false;
  if (own_ && kind_ != Kind::pollable) own_->release();
}

/// O_NONBLOCK would belong to everyone who shares the open file (the user's shell, the tasks), so it is set
/// only on one that is opened anew. A regular file never blocks, and would lose its offset.
void Writer::classify() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return;
  if (S_ISSOCK(status.st_mode)) {
    kind_ = Kind::socket;
    own_.emplace(context_, ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 3));
    return;
  }
  terminal_ = ::isatty(descriptor_) != 0;
  if (!S_ISFIFO(status.st_mode) && !terminal_) return;
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor_);
  const int reopened = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (reopened >= 0) {
    kind_ = Kind::pollable;
    own_.emplace(context_, reopened);
    if (S_ISFIFO(status.st_mode)) ::fcntl(reopened, F_SETPIPE_SZ, static_cast<int>(high_water));
  } else {
    kind_ = Kind::guarded;  // somebody else's terminal (su, sudo)
    own_.emplace(context_, ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 3));
  }
}

std::size_t Writer::window_columns() const {
  winsize window{};
  if (!terminal_ || ::ioctl(descriptor_, TIOCGWINSZ, &window) != 0) return 0;
  return window.ws_col;
}

/// Learns that the reader went away without writing anything.
void Writer::watch_reader() {
  if (!own_) return;
  own_->async_wait(boost::asio::posix::stream_descriptor::wait_error,
                   [this, alive = alive_](const boost::system::error_code& error) {
                     if (!*alive || error || lost_) return;
                     pollfd state{own_->native_handle(), POLLOUT, 0};
                     if (::poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
                       lose(EPIPE);
                   });
}

void Writer::commit() {
  if (lost_) {
    drop_pending();
    return;
  }
  if (pending() >= batch_size && !waiting_) flush();
  was_full_ = was_full_ || !room();
  if (flush_posted_ || waiting_ || pending() == 0) return;
  flush_posted_ = true;
  boost::asio::post(context_, [this, alive = alive_] {
    if (!*alive) return;
    flush_posted_ = false;
    flush();
  });
}

ssize_t Writer::write_some(std::string_view bytes) const {
  switch (kind_) {
    case Kind::socket:
      return ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    case Kind::pollable:
      return ::write(const_cast<boost::asio::posix::stream_descriptor&>(*own_).native_handle(), bytes.data(),
                     bytes.size());
    case Kind::guarded: {
      pollfd state{descriptor_, POLLOUT, 0};
      if (::poll(&state, 1, 0) == 0) {
        errno = EAGAIN;
        return -1;
      }
      return ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
    }
    case Kind::blocking:
      break;
  }
  return ::write(descriptor_, bytes.data(), bytes.size());
}

void Writer::flush() {
  if (waiting_) return;
  while (pending() > 0 && !lost_) {
    if (written_ == batch_.size()) {  // never moves bytes that a slow reader leaves for later
      batch_.clear();
      written_ = 0;
      batch_.swap(gathered_);
    }
    const ssize_t count = write_some(std::string_view(batch_).substr(written_));
    if (count >= 0) {
      written_ += static_cast<std::size_t>(count);
      total_written_ += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      wait_for_room();
      break;
    } else if (errno != EINTR) {
      lose(errno);
    }
  }
  if (was_full_ && pending() <= high_water / 2) {
    was_full_ = false;
    boost::asio::post(context_, [this, alive = alive_] {
      if (*alive && callbacks_.on_room) callbacks_.on_room();
    });
  }
}

void Writer::wait_for_room() {
  waiting_ = true;
  own_->async_wait(boost::asio::posix::stream_descriptor::wait_write,
                   [this, alive = alive_](const boost::system::error_code& error) {
                     if (!*alive) return;
                     waiting_ = false;
                     if (!error) flush();
                   });
}

void Writer::lose(int error) {
  if (lost_) return;
  abandon();
  if (callbacks_.on_lost) callbacks_.on_lost(error);
}

void Writer::abandon() {
  lost_ = true;
  was_full_ = false;
  drop_pending();
  boost::asio::post(context_, [this, alive = alive_] {
    if (*alive && callbacks_.on_room) callbacks_.on_room();
  });
}

void Writer::drop_pending() {
  gathered_.clear();
  batch_.clear();
  written_ = 0;
}

}  // namespace dream::output
