#include "process/output_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

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

Result<PipeEnds> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error{ErrorCode::io,
                 std::string("no pipe for a task's output: ") + std::strerror(errno),
                 {},
                 "the limit on open files may be reached (ulimit -n)"};
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return PipeEnds{ends[0], ends[1]};
}

OutputPipe::OutputPipe(const boost::asio::any_io_executor& executor, int read_end, std::span<char> scratch,
                       Consumer consumer, std::function<void()> on_end)
    : descriptor_(executor, read_end),
      scratch_(scratch),
      consumer_(std::move(consumer)),
      on_end_(std::move(on_end)) {}

void OutputPipe::start() {
  arm();
}

void OutputPipe::arm() {
  if (armed_ || paused_ || ended_) return;
  armed_ = true;
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                           self->armed_ = false;
                           if (error) return;
                           self->read_some(fair_share);
                           self->arm();
                         });
}

bool OutputPipe::read_some(int most) {
  for (int count = 0; count < most && !paused_ && !ended_; ++count) {
    const ssize_t size = ::read(descriptor_.native_handle(), scratch_.data(), scratch_.size());
    if (size > 0) {
      paused_ = !consumer_(std::string_view(scratch_.data(), static_cast<std::size_t>(size)));
    } else if (size < 0 && errno == EINTR) {
      continue;
    } else if (size < 0 && errno == EAGAIN) {
      return false;
    } else {
      end();
      return false;
    }
  }
  return true;
}

void OutputPipe::resume() {
  if (!paused_ || ended_) return;
  paused_ = false;
  arm();
}

void OutputPipe::drain() {
  read_some(std::numeric_limits<int>::max());
}

void OutputPipe::close() {
  if (!ended_) end();
}

void OutputPipe::end() {
  ended_ = true;
  paused_ = false;
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  consumer_ = nullptr;
  if (const auto on_end = std::exchange(on_end_, nullptr)) on_end();
}

}  // namespace dream::process
