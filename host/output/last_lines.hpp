#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"

namespace dream::output {

/// The last lines that one attempt of a step has written, those of both streams in the order in which they
/// ended; of each its begin. So what is kept is bounded, and no line pushes another out by its length.
class LastLines {
 public:
  /// Enough for a failed assertion, or a compiler's first errors.
  static constexpr std::size_t most_lines = 40;
  /// A line without an end, or one of minified code, would fill the window.
  static constexpr std::size_t most_of_a_line = 2048;

  void add(Stream stream, std::string_view bytes);
  /// One text, whose last line may have no newline; nothing is kept then. A long line ends with a word about
  /// the rest of it.
  [[nodiscard]] std::string take();

 private:
  struct Line {
    std::string begin;
    std::size_t size = 0;

    void append(std::string_view bytes);
    [[nodiscard]] std::string shown() const;
  };

  void keep(Line line);

  std::vector<Line> lines_;     ///< a ring
  std::size_t oldest_ = 0;      ///< of a full one
  std::array<Line, 2> open_{};  ///< of each stream the line that has no end yet
};

}  // namespace dream::output
