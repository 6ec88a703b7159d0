#include "process/output_pipe.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

namespace dream::process {

namespace {

/// Buffers read before other streams get their turn.
constexpr int fair_share = 4;

}  // namespace

OutputPipe::OutputPipe(const boost::asio::any_io_executor& executor, std::span<char> scratch, Gate gate,
                       Consumer consumer, std::function<void()> on_end)
    : descriptor_(executor),
      scratch_(scratch),
      gate_(std::move(gate)),
      consumer_(std::move(consumer)),
      on_end_(std::move(on_end)) {}

Result<int> OutputPipe::open() {
  const auto refused = [](const std::string& reason) {
    return Error{ErrorCode::io,
                 "no pipe for a task's output: " + reason,
                 {},
                 "the limit on open files may be reached (ulimit -n)"};
  };
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return refused(std::strerror(errno));
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  boost::system::error_code error;
  descriptor_.assign(ends[0], error);
  if (!error) return ends[1];
  ::close(ends[0]);
  ::close(ends[1]);
  return refused(error.message());
}

void OutputPipe::start() {
  arm();
}

void OutputPipe::arm() {
  if (armed_ || paused_ || ended_) return;
  armed_ = true;
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                           self->armed_ = false;
                           if (error || self->ended_) return;
                           self->read(fair_share);
                           self->arm();
                           if (self->ended_) self->on_end_();
                         });
}

void OutputPipe::read(int most_buffers) {
  for (int count = 0; count < most_buffers && !paused_ && !ended_; ++count) {
    if (rest_ == 0) return end();
    paused_ = !gate_();
    if (paused_) return;
    const std::size_t wanted = std::min(scratch_.size(), rest_.value_or(scratch_.size()));
    const ssize_t size = ::read(descriptor_.native_handle(), scratch_.data(), wanted);
    if (size > 0) {
      const auto taken = static_cast<std::size_t>(size);
      if (rest_) *rest_ -= taken;
      paused_ = true;  // already now: the consumer may call resume() before it returns
      if (consumer_(std::string_view(scratch_.data(), taken))) paused_ = false;
    } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
      return end();
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

void OutputPipe::resume() {
  if (!paused_ || ended_) return;
  paused_ = false;
  arm();
}

bool OutputPipe::finish() {
  if (!ended_ && !rest_) {
    int waiting = 0;
    ::ioctl(descriptor_.native_handle(), FIONREAD, &waiting);
    rest_ = static_cast<std::size_t>(waiting);
  }
  read(std::numeric_limits<int>::max());
  return ended_;
}

void OutputPipe::end() {
  ended_ = true;
  paused_ = false;
  boost::system::error_code ignored;
  descriptor_.close(ignored);
}

}  // namespace dream::process
