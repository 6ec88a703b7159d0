#include "process/output_pipe.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <limits>
#include <utility>

#include "base/assert.hpp"

namespace dream::process {

namespace {

/// Buffers read before other streams get their turn.
constexpr int fair_share = 4;

/// The kernel hands on what is written to a terminal in a worker of its own. Under load a reader may find
/// nothing just before that goes on, but not so many times in a row.
constexpr int most_empty_reads = 3;

/// More than the kernel keeps between the two ends of a terminal.
constexpr std::size_t terminal_capacity = std::size_t{64} * 1024;

Error refused(const std::string& reason) {
  return {ErrorCode::io,
          "no pipe for a task's output: " + reason,
          {},
          "the limit on open files may be reached (ulimit -n)"};
}

}  // namespace

OutputPipe::OutputPipe(const boost::asio::any_io_executor& executor, std::span<char> scratch, Gate gate,
                       Consumer consumer, std::function<void()> on_end)
    : descriptor_(executor),
      scratch_(scratch),
      gate_(std::move(gate)),
      consumer_(std::move(consumer)),
      on_end_(std::move(on_end)) {}

Result<Descriptor> OutputPipe::open() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return refused(std::strerror(errno));
  Descriptor writing(ends[1]);
  if (const Result<void> watched = watch(Descriptor(ends[0])); !watched) return watched.error();
  return writing;
}

Result<Descriptor> OutputPipe::open_terminal(const winsize& size, PtyUse use) {
  Result<Pty> pty = open_pty(size, use);
  if (!pty) return pty.error();
  terminal_ = true;
  kept_open_ = Descriptor(::fcntl(pty->slave.get(), F_DUPFD_CLOEXEC, 3));
  if (!kept_open_.is_open()) return refused(std::strerror(errno));
  if (const Result<void> watched = watch(std::move(pty->master)); !watched) return watched.error();
  return std::move(pty->slave);
}

Result<void> OutputPipe::watch(Descriptor reading) {
  ::fcntl(reading.get(), F_SETFL, O_NONBLOCK);
  boost::system::error_code error;
  descriptor_.assign(reading.get(), error);
  if (error) return refused(error.message());
  static_cast<void>(reading.release());
  return {};
}

bool OutputPipe::resize(const winsize& size) {
  usual_size_.reset();
  winsize before{};
  if (!terminal_ || ended_ || ::ioctl(descriptor_.native_handle(), TIOCGWINSZ, &before) != 0) return false;
  ::ioctl(descriptor_.native_handle(), TIOCSWINSZ, &size);
  return before.ws_row != size.ws_row || before.ws_col != size.ws_col;
}

/// Curses compares the size with the one that it knew.
void OutputPipe::redraw_all() {
  constexpr auto time_to_see = std::chrono::milliseconds(50);
  winsize usual{};
  if (usual_size_ || !terminal_ || ended_ || ::ioctl(descriptor_.native_handle(), TIOCGWINSZ, &usual) != 0 ||
      usual.ws_row == 0)
    return;
  winsize other = usual;
  ++other.ws_row;
  resize(other);
  redraw();
  usual_size_ = std::make_unique<LoopTimer>(descriptor_.get_executor());
  usual_size_->call_after(time_to_see, [this, usual] {
    resize(usual);
    redraw();
  });
}

void OutputPipe::redraw() {
  pid_t group = 0;
  if (terminal_ && !ended_ && ::ioctl(descriptor_.native_handle(), TIOCGPGRP, &group) == 0 && group > 0)
    ::kill(-group, SIGWINCH);
}

bool OutputPipe::type(std::string_view bytes, std::function<void()> on_taken) {
  DREAM_ASSERT(!bytes.empty());
  if (!takes_typing()) return false;
  untyped_ += bytes;
  on_typed_.push_back(std::move(on_taken));
  if (!typing_) type_rest();
  return true;
}

/// The terminal is full when nobody reads there; what is written there is read on meanwhile.
void OutputPipe::type_rest() {
  if (!untyped_.empty()) {
    const ssize_t size = ::write(descriptor_.native_handle(), untyped_.data(), untyped_.size());
    if (size > 0) untyped_.erase(0, static_cast<std::size_t>(size));
    if (size < 0 && errno != EAGAIN && errno != EINTR) untyped_.clear();  // its other end is closed
  }
  typing_ = !untyped_.empty();
  if (!typing_) {
    for (const auto& taken : std::exchange(on_typed_, {})) taken();
    return;
  }
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                           self->typing_ = false;
                           if (!error && !self->ended_) self->type_rest();
                         });
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
  const bool dropped = drops_;
  for (int count = 0; count < most_buffers && !paused_ && !ended_ && drops_ == dropped; ++count) {
    if (rest_ == 0) return reach_rest();
    paused_ = !gate_();
    if (paused_) return;
    const std::size_t wanted = std::min(scratch_.size(), rest_.value_or(scratch_.size()));
    const ssize_t size = ::read(descriptor_.native_handle(), scratch_.data(), wanted);
    if (size <= 0 && terminal_ && may_still_come(size == 0 ? 0 : errno)) continue;
    if (size > 0) {
      empty_reads_ = 0;
      const auto taken = static_cast<std::size_t>(size);
      if (rest_) *rest_ -= taken;
      paused_ = true;  // already now: the consumer may call resume() before it returns
      if (consumer_(std::string_view(scratch_.data(), taken))) paused_ = false;
    } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
      return end();
    } else if (errno == EAGAIN) {
      if (rest_) reach_rest();
      return;
    }
  }
}

/// Of a terminal that has nothing to read, and whose task has ended.
bool OutputPipe::may_still_come(int error) {
  const bool is_over = error == EIO || (error == EAGAIN && rest_);
  return is_over && ++empty_reads_ < most_empty_reads;
}

void OutputPipe::resume() {
  if (!paused_ || ended_) return;
  paused_ = false;
  arm();
}

bool OutputPipe::finish() {
  if (!stays_open_) let_go();
  if (!ended_ && !rest_) {
    // A terminal can't tell how much it holds, but reading until there is nothing takes all that was written.
    int waiting = terminal_capacity;
    if (!terminal_) ::ioctl(descriptor_.native_handle(), FIONREAD, &waiting);
    rest_ = static_cast<std::size_t>(waiting);
  }
  read(std::numeric_limits<int>::max());
  return ended_ || drops_;
}

bool OutputPipe::finish_and_drop_the_rest() {
  stays_open_ = true;
  return drops_ || finish();
}

void OutputPipe::reach_rest() {
  if (!stays_open_) return end();
  rest_.reset();
  drops_ = true;
  gate_ = [] { return true; };
  consumer_ = [](std::string_view) { return true; };
  arm();
}

void OutputPipe::end() {
  ended_ = true;
  paused_ = false;
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  let_go();
}

}  // namespace dream::process
