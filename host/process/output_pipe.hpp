#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace dream::process {

/// Both ends of a new pipe; closed on exec, the reading end non-blocking.
struct PipeEnds {
  int read = -1;
  int write = -1;
};
[[nodiscard]] Result<PipeEnds> make_pipe();

/// The reading end of one output stream of a child. Hands bytes on as they come, unless told to hold back:
/// then the child blocks in its write, and nothing is lost.
class OutputPipe : public std::enable_shared_from_this<OutputPipe> {
 public:
  /// Takes all of the bytes; false: no more until resume().
  using Consumer = std::function<bool(std::string_view)>;

  /// Owns `read_end`. `scratch` is the buffer that all pipes of a loop share. `on_end` is called at the end
  /// of the file.
  OutputPipe(const boost::asio::any_io_executor& executor, int read_end, std::span<char> scratch,
             Consumer consumer, std::function<void()> on_end);

  void start();
  void resume();
  /// Reads what is there now. After the last writer has ended this leaves the pipe at its end.
  void drain();
  /// Gives the rest up: some process that is not the child's holds the other end.
  void close();

  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] bool paused() const noexcept { return paused_; }

 private:
  void arm();
  /// Reads up to `most` buffers. False: nothing is left to read for now (or ever).
  bool read_some(int most);
  void end();

  boost::asio::posix::stream_descriptor descriptor_;
  std::span<char> scratch_;
  Consumer consumer_;
  std::function<void()> on_end_;
  bool armed_ = false;
  bool paused_ = false;
  bool ended_ = false;
};

}  // namespace dream::process
