#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "output/mixer.hpp"
#include "output/writer.hpp"

namespace dream::output {

/// Mixes into anything, and changes no byte. A line that is too long to be kept is written in pieces; until
/// its end the writer is its stream's alone, and the others are held back.
class LineMixer : public Mixer {
 public:
  enum class Style : unsigned char {
    labelled,  ///< whole lines with a label; a last line without a newline gets one
    bare,      ///< bytes as they come, at once, nothing added
  };

  /// How much of an unfinished line is kept before it is written in pieces.
  static constexpr std::size_t kept_line = std::size_t{64} * 1024;
  /// After this long without a byte of the line that holds the writer, though there is room for it, others
  /// that wait may go on.
  static constexpr Duration default_stall_limit = std::chrono::seconds(1);

  /// `on_room` is called when a write() that returned false may go on.
  LineMixer(boost::asio::io_context& context, Writer& writer, Style style, std::function<void()> on_room,
            Duration stall_limit = default_stall_limit);

  StreamId add_stream(std::string label) override;
  bool write(StreamId stream, std::string_view bytes) override;
  void end(StreamId stream) override;
  [[nodiscard]] bool room(StreamId stream) const override;

 private:
  static constexpr StreamId none = static_cast<StreamId>(-1);

  struct Source {
    std::string label;
    std::string kept;       ///< the unfinished line, or all that waits for the holder
    bool mid_line = false;  ///< the beginning of the line is written
    bool waits = false;
    bool ended = false;
  };

  void emit(StreamId stream, std::string_view bytes);
  void emit_lines(Source& source, std::string_view lines);
  void hold(StreamId stream);
  void finish_line(StreamId stream);
  void release();
  void watch_stall();

  Writer& writer_;
  Style style_;
  std::function<void()> on_room_;
  std::vector<Source> sources_;
  StreamId holder_ = none;
  Duration stall_limit_;
  boost::asio::steady_timer stall_timer_;
  bool stalled_ = false;
  bool watching_ = false;
};

}  // namespace dream::output
