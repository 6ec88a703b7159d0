#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop_timer.hpp"
#include "base/time.hpp"
#include "output/mixer.hpp"
#include "output/writer.hpp"

namespace dream::output {

/// Mixes labelled lines into what is no terminal. A line that is too long to be kept is written in pieces;
/// until its end, or until another stream has waited for it long enough, the writer is its stream's alone.
class LineMixer : public Mixer {
 public:
  /// How much of an unfinished line is kept before it is written in pieces.
  static constexpr std::size_t kept_line = std::size_t{64} * 1024;
  /// How long a stream waits for another one's unfinished line before that is ended with a newline.
  static constexpr Duration longest_wait = std::chrono::milliseconds(200);

  /// `on_room` is called when a write() that returned false may go on.
  LineMixer(boost::asio::io_context& context, Writer& writer, std::function<void()> on_room,
            std::function<Instant()> clock = read_clock);

  StreamId add_stream(std::string label) override;
  bool write(StreamId stream, std::string_view bytes) override;
  void end(StreamId stream) override;
  [[nodiscard]] bool room(StreamId stream) const override;

  /// Lets those go on that have waited long enough. Its own timer calls it.
  void end_waiting();

 private:
  static constexpr StreamId none = static_cast<StreamId>(-1);

  struct Wait {
    Instant since;
    std::size_t behind;  ///< what the reader takes before that isn't waited for the line: bytes of the writer
  };

  struct Source {
    std::string label;
    std::string kept;          ///< the unfinished line, or all that waits for the holder
    bool mid_line = false;     ///< the beginning of the line is written
    std::optional<Wait> wait;  ///< what is kept could be written but for the holder
  };

  void emit(StreamId stream, std::string_view bytes);
  std::string_view emit_lines(Source& source, std::string_view bytes);
  void hold(StreamId stream);
  void begin_waiting(Source& source);
  [[nodiscard]] StreamId longest_waiting() const;
  [[nodiscard]] bool due(StreamId stream, Instant now) const;
  void release();
  void finish_line(Source& source);
  void set_timer();

  Writer& writer_;
  std::function<void()> on_room_;
  std::function<Instant()> clock_;
  std::vector<Source> sources_;
  StreamId holder_ = none;
  LoopTimer timer_;  ///< set only while somebody waits: an idle run has no timers
};

}  // namespace dream::output
