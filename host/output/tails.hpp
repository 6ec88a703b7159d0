#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/process.hpp"
#include "base/time.hpp"

namespace dream::output {

/// The last `lines` lines of a text, the last of which may have no newline.
[[nodiscard]] std::string last_lines(const std::string& text, std::size_t lines);

/// What a step writes to its two streams, as lines: none is mixed with a line of the other stream.
class StreamLines {
 public:
  static constexpr std::size_t longest_line = std::size_t{64} << 10U;

  /// The lines that have come to their end by this, and of a longer one what there is.
  [[nodiscard]] std::string add(Stream stream, std::string_view bytes);
  /// The line that has no end yet.
  [[nodiscard]] const std::string& open(Stream stream) const { return open_[place(stream)]; }
  /// Both, one a line, behind what add() has given.
  [[nodiscard]] std::string both_open() const;
  /// Both as whole lines: nothing of them follows.
  [[nodiscard]] std::string end();

 private:
  static std::size_t place(Stream stream) { return stream == Stream::out ? 0 : 1; }
  std::array<std::string, 2> open_;
  std::optional<Stream> begun_;  ///< whose longer line was given last, without its end
};

/// The last lines that each step has written, those of both streams in the order in which they ended. Takes
/// memory only for what was written.
class Tails {
 public:
  /// So much is kept of each step, at least, and twice as much at most; less where many steps share what
  /// there is.
  static constexpr std::size_t most_kept = std::size_t{256} << 10U;
  static constexpr std::size_t all_kept = std::size_t{1} << 20U;

  explicit Tails(std::size_t steps);

  void add(Instant now, StepIndex step, Stream stream, std::string_view bytes);
  /// What comes next is of another attempt: it continues no line.
  void end_lines(Instant now, StepIndex step);

  /// Whole lines, and for each stream the one that has no end yet.
  struct Lines {
    std::string whole;
    std::array<std::pair<Stream, std::string>, 2> open;
  };
  /// The last `lines` lines, of what came at `since` or later. Of a line that is longer than what is kept
  /// there is only the end.
  [[nodiscard]] Lines last_lines_of(StepIndex step, std::size_t lines,
                                    std::optional<Instant> since = {}) const;
  /// The same in one text, whose last line may have no newline.
  [[nodiscard]] std::string last(StepIndex step, std::size_t lines, std::optional<Instant> since = {}) const;

 private:
  /// What came within a second.
  struct Burst {
    Instant begin;
    Instant end;
    std::uint64_t from = 0;  ///< bytes of the step before it
  };
  struct Tail {
    std::string before;        ///< whole lines
    std::string bytes;         ///< behind these; when they are enough, their lines take the place of these
    std::uint64_t all = 0;     ///< bytes, ever, but for what long lines have lost
    std::deque<Burst> bursts;  ///< of what is kept
    StreamLines lines;         ///< what has no end yet
    Instant latest;            ///< when something came
  };
  [[nodiscard]] static std::string last_whole(const Tail& tail, std::size_t lines,
                                              std::optional<Instant> since);
  void keep(Instant now, Tail& tail, std::string_view bytes) const;
  void cut_line(Tail& tail) const;
  static void add_time(Instant now, Tail& tail);

  std::size_t kept_;  ///< bytes of each
  std::vector<Tail> tails_;
};

}  // namespace dream::output
