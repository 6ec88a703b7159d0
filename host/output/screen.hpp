#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop_timer.hpp"
#include "base/time.hpp"
#include "output/mixer.hpp"
#include "output/screen_line.hpp"
#include "output/writer.hpp"

namespace dream::output {

/// Mixes labelled lines onto a terminal. The last unfinished line (a progress bar, a question) is shown below
/// them as it changes, in a line that is taken away again before anything else is written.
class Screen : public Mixer {
 public:
  enum class Ability : unsigned char {
    plain,  ///< knows no escape sequences: unfinished lines are not shown
    can_rewrite,
  };
  /// As TERM has it. Without it, nobody knows what the terminal can.
  [[nodiscard]] static Ability ability_of_terminal();
  /// How often lines are written of what a stream redraws; the last state of all of it is always written.
  static constexpr Duration default_settle_time = std::chrono::seconds(1);

  Screen(boost::asio::io_context& context, Writer& writer, Ability ability,
         Duration settle_time = default_settle_time);
  ~Screen() override;
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  StreamId add_stream(std::string label) override;
  bool write(StreamId stream, std::string_view bytes) override;
  void end(StreamId stream) override;
  [[nodiscard]] bool room(StreamId stream) const override;

  /// A stream redraws lines, which are written when they have settled: the loop has to run on.
  [[nodiscard]] bool redraws() const noexcept { return settle_timer_.is_set(); }

 private:
  static constexpr StreamId none = static_cast<StreamId>(-1);

  struct Source {
    std::string label;
    std::size_t label_columns;
    ScreenLine line;
  };

  void write_line(const Source& source, std::string_view line);
  void update(StreamId stream);
  void refresh();
  void take_away();
  void draw();
  void watch_redrawing();
  void settle();

  boost::asio::io_context& context_;
  Writer& writer_;
  Ability ability_;
  std::size_t window_columns_;  ///< as the terminal said last
  std::vector<Source> sources_;
  StreamId last_ = none;  ///< the stream whose unfinished line is to be shown
  bool drawn_ = false;    ///< something is shown below the lines
  bool draw_posted_ = false;
  Duration settle_time_;
  LoopTimer settle_timer_;  ///< set only while a stream redraws: an idle run has no timers
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace dream::output
