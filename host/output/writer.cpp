#include "output/writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <climits>

namespace dream::output {

namespace {

/// Above this much, bytes are written at once instead of at the end of the loop's turn.
constexpr std::size_t batch_size = std::size_t{256} * 1024;

/// How much a terminal that says that it has room takes at once: its buffers have this size. What it may turn
/// into more than one character goes alone, as it asks for room again before it writes that.
std::size_t size_for_terminal(std::string_view bytes) {
  constexpr std::size_t buffer_size = 256;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  const auto* control = std::ranges::find_if(bytes.substr(0, buffer_size), is_control);
  return std::max<std::size_t>(1, static_cast<std::size_t>(control - bytes.begin()));
}

}  // namespace

Writer::Writer(boost::asio::io_context& context, int descriptor, Callbacks callbacks)
    : context_(context), descriptor_(descriptor), callbacks_(std::move(callbacks)), target_(descriptor) {
  classify();
  if (kind_ != Kind::file) make_watch();
}

Writer::~Writer() {
  *alive_ = false;
  if (target_ != descriptor_) ::close(target_);
}

/// O_NONBLOCK would belong to everyone who shares the open file (the user's shell, the tasks), so it is set
/// only on one that is opened anew. A regular file never blocks, and would lose its offset.
void Writer::classify() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) return;
  if (S_ISSOCK(status.st_mode)) {
    kind_ = Kind::socket;
    return;
  }
  terminal_ = ::isatty(descriptor_) != 0;
  if (!S_ISFIFO(status.st_mode) && !terminal_) return;
  kind_ = Kind::guarded;
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor_);
  const int reopened = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (reopened < 0) return;  // somebody else's (su, sudo), or no descriptor is left
  kind_ = Kind::reopened;
  target_ = reopened;
  if (S_ISFIFO(status.st_mode)) ::fcntl(reopened, F_SETPIPE_SZ, static_cast<int>(high_water));
}

void Writer::make_watch() {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return;
  epoll_event nothing_yet{};
  boost::system::error_code error;
  watch_.emplace(context_);
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, target_, &nothing_yet) == 0) watch_->assign(epoll, error);
  if (watch_->is_open()) {
    wait();
  } else {
    watch_.reset();
    ::close(epoll);
  }
}

/// Errors and the end of the reader are always among them.
void Writer::watch_for(std::uint32_t events) {
  epoll_event wanted{};
  wanted.events = events;
  ::epoll_ctl(watch_->native_handle(), EPOLL_CTL_MOD, target_, &wanted);
}

/// Learns that there is room when that is awaited, and, without writing anything, that the reader went away.
void Writer::wait() {
  watch_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this, alive = alive_](const boost::system::error_code& error) {
                       if (*alive && !error && !lost_) ready();
                     });
}

void Writer::ready() {
  epoll_event event{};
  const int count = ::epoll_wait(watch_->native_handle(), &event, 1, 0);
  if (count == 1 && (event.events & (EPOLLERR | EPOLLHUP)) != 0) {
    lose(EPIPE);
    return;
  }
  if (count == 1 && waiting_) {
    watch_for(0);
    waiting_ = false;
    flush();
  }
  if (!lost_) wait();
}

std::size_t Writer::window_columns() const {
  winsize window{};
  if (!terminal_ || ::ioctl(descriptor_, TIOCGWINSZ, &window) != 0) return 0;
  return window.ws_col;
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
  if (kind_ == Kind::socket) return ::send(target_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (kind_ == Kind::guarded) {
    pollfd state{target_, POLLOUT, 0};
    if (::poll(&state, 1, 0) == 0) {
      errno = EAGAIN;
      return -1;
    }
    bytes = bytes.substr(0, terminal_ ? size_for_terminal(bytes) : PIPE_BUF);
  }
  return ::write(target_, bytes.data(), bytes.size());
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
      if (waiting_) break;
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

/// Without a watch there is no other way than to wait here.
void Writer::wait_for_room() {
  if (watch_) {
    waiting_ = true;
    watch_for(EPOLLOUT);
    return;
  }
  pollfd state{target_, POLLOUT, 0};
  ::poll(&state, 1, -1);
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
