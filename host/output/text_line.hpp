#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "output/text_style.hpp"

namespace dream::output {

constexpr std::size_t tab_distance = 8;

/// Where a tab leads to: no further than the last column of the window, as no move does. What is written goes
/// on behind that, and tabs in it do.
constexpr std::size_t next_tab_stop(std::size_t column, std::size_t width) {
  const std::size_t next = (column / tab_distance + 1) * tab_distance;
  return column < width ? std::min(next, width - 1) : next;
}

/// How many characters from blank to `~` a text begins with.
[[nodiscard]] std::size_t length_of_ascii(std::string_view text);

/// Whether a terminal takes it for the begin of a sequence; some do so with bytes, and with characters of
/// UTF-8.
constexpr bool is_c1_control(char32_t c) {
  return c >= 0x80 && c < 0xA0;
}

/// A line in which text stands behind text, with tabs and styles: what a CellRow would make of it, without
/// cells.
class TextLine {
 public:
  /// False: it has something else in it. `style` is that of the begin, `width` that of the window.
  bool read(std::string_view line, const TextStyle& style, std::size_t width);

  /// The line, and the style at its end.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] const TextStyle& style() const noexcept { return style_; }

 private:
  void append(std::string_view text);
  std::size_t read_character(std::string_view line);
  std::size_t read_sequence(std::string_view line);

  std::string text_;
  TextStyle style_;
  TextStyle written_;  ///< the one in force at the end of text_
  std::size_t column_ = 0;
  std::size_t blanks_ = 0;  ///< of tabs, before what comes next
  char32_t last_ = 0;
};

}  // namespace dream::output
