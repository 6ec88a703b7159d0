#pragma once

#include <sys/ioctl.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "base/loop_timer.hpp"
#include "base/result.hpp"
#include "process/pty.hpp"

namespace dream::process {

/// One output stream of a child, through a pipe or a terminal of its own. Hands bytes on as they come, unless
/// told to hold back: then the child blocks in its write, and nothing is lost.
class OutputPipe : public std::enable_shared_from_this<OutputPipe> {
 public:
  /// Takes all of the bytes; false: no more until resume().
  using Consumer = std::function<bool(std::string_view)>;
  /// Asked before each read. Without it, each of many streams could read a whole buffer at the same time for
  /// a reader that is slow. False: nothing is read until resume().
  using Gate = std::function<bool()>;

  /// `scratch` is the buffer that all pipes of a loop share. `on_end` is called when the end of the stream
  /// was read; when finish() reads it, finish() returns true instead.
  OutputPipe(const boost::asio::any_io_executor& executor, std::span<char> scratch, Gate gate,
             Consumer consumer, std::function<void()> on_end);

  /// Makes the pipe. Returns the writing end: closed on exec, blocking.
  [[nodiscard]] Result<Descriptor> open();
  /// Makes a terminal instead. It lasts until let_go(), also while nobody has it open for writing: closing it
  /// would hang up what it controls.
  [[nodiscard]] Result<Descriptor> open_terminal(const winsize& size, PtyUse use);
  /// From now on a terminal is at its end when nobody else has it open.
  void let_go() { static_cast<void>(kept_open_.close()); }
  /// Of a terminal; a pipe has none. False: it had that size.
  bool resize(const winsize& size);
  /// Tells what is in front there that it may show everything anew.
  void redraw();
  /// The same to what draws only on a window of another size: for a moment it has a row more.
  void redraw_all();
  /// Something can be typed there: it is a terminal, and not at its end.
  [[nodiscard]] bool takes_typing() const noexcept { return terminal_ && !ended_; }
  /// What is typed there, not empty. `on_taken` is called, now or later, when the terminal has taken all,
  /// also what was typed since; never once that is at its end. False: it takes none.
  [[nodiscard]] bool type(std::string_view bytes, std::function<void()> on_taken);
  /// Instead of open(): nothing will be read here.
  void leave_out() { ended_ = true; }
  /// Begins to read.
  void start();
  void resume();
  /// To be called when nothing whose output counts lives any more: what is in the pipe now is the rest, even
  /// if a stranger holds the other end. Reads it unless paused. True: the stream is at its end.
  bool finish();
  /// The same, but whoever holds the other end may write on: what comes after that is read, and dropped.
  bool finish_and_drop_the_rest();
  /// Reads nothing more and calls nobody any more.
  void abandon() { end(); }

  [[nodiscard]] bool ended() const noexcept { return ended_; }
  [[nodiscard]] bool paused() const noexcept { return paused_; }

 private:
  [[nodiscard]] Result<void> watch(Descriptor reading);
  void arm();
  void type_rest();
  void read(int most_buffers);
  [[nodiscard]] bool may_still_come(int error);
  void reach_rest();
  void end();

  boost::asio::posix::stream_descriptor descriptor_;
  std::span<char> scratch_;
  Gate gate_;
  Consumer consumer_;
  std::function<void()> on_end_;
  bool terminal_ = false;
  Descriptor kept_open_;  ///< the terminal's other end
  std::string untyped_;
  std::vector<std::function<void()>>
      on_typed_;  ///< of who types, and of those who typed before and have left
  bool typing_ = false;
  std::unique_ptr<LoopTimer> usual_size_;  ///< while it has a row more
  std::optional<std::size_t> rest_;        ///< bytes until the end, or at most until it, once known
  int empty_reads_ = 0;                    ///< in a row, at the end of a terminal
  bool stays_open_ = false;                ///< after the rest
  bool drops_ = false;
  bool armed_ = false;
  bool paused_ = false;
  bool ended_ = false;
};

}  // namespace dream::process
