#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "output/text_style.hpp"

namespace dream::output {

/// One row of a terminal, as wide as what is written into it, with a cursor: what isn't written over stays.
/// It does as xterm does, and where terminals differ as tmux does.
class CellRow {
 public:
  /// How much there is room for: in columns, and in bytes of links and of what is drawn onto characters.
  static constexpr std::size_t longest = std::size_t{64} * 1024;

  /// Bytes that aren't UTF-8 are put as this and the byte.
  static constexpr char32_t first_raw_byte = 0x110000;

  /// Writes a character at the cursor, which goes behind it. One that has no columns of its own is drawn onto
  /// the one before the cursor, and left out where there is none.
  void put(char32_t c);
  /// The same for characters from blank to `~`, at once.
  void put_ascii(std::string_view text);
  /// Whether the row may grow by `c`, or else has to end before it.
  [[nodiscard]] bool has_room_for(char32_t c);

  [[nodiscard]] std::size_t cursor() const noexcept { return cursor_; }
  void move_to(std::size_t column) { cursor_ = column; }
  /// Columns from `first` to before `last` become blank.
  void erase(std::size_t first, std::size_t last);
  void erase_from(std::size_t first);
  /// Blanks at the cursor; what stood there and behind it moves on, at most to `edge` where it isn't there
  /// already.
  void insert(std::size_t count, std::size_t edge);
  /// Takes characters away at the cursor; those behind them move up.
  void remove(std::size_t count);

  /// Goes on with the column, the style and the link of another row.
  void take_cursor_of(const CellRow& other);

  /// What is written from now on looks so.
  [[nodiscard]] TextStyle& style() noexcept { return style_; }
  [[nodiscard]] const TextStyle& style() const noexcept { return style_; }
  /// `PARAMETERS;ADDRESS` of what is written from now on; empty: no link.
  void set_link(std::string_view link);
  [[nodiscard]] bool has_link() const noexcept { return link_ != 0; }

  /// Nothing was written, or all was erased.
  [[nodiscard]] bool empty() const noexcept { return cells_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return cells_.size(); }
  /// What it needs: columns, and bytes of links and marks.
  [[nodiscard]] std::size_t weight() const noexcept { return cells_.size() + text_bytes_; }
  /// The row as bytes that leave a terminal in its plain style and without a link. A background that was
  /// erased to the end of the row goes to column `width`.
  [[nodiscard]] std::string text(std::size_t width) const;
  /// The next row: empty, the cursor at its begin; style and link stay.
  void clear();

 private:
  struct Cell {
    char32_t glyph = ' ';     ///< second_half: of the wide character before it
    std::uint32_t marks = 0;  ///< in texts_: what is drawn onto the glyph
    std::uint32_t link = 0;   ///< in texts_
    TextStyle style;
  };
  static constexpr char32_t second_half = 0;

  [[nodiscard]] bool joins_last(char32_t c) const;
  [[nodiscard]] char32_t last_of(const Cell& cell) const;
  [[nodiscard]] std::size_t base_before_cursor() const;
  void extend_to(std::size_t size);
  void split(std::size_t column);
  void add_mark(char32_t c);
  std::uint32_t keep(std::string text);
  void drop_unused_texts();

  std::vector<Cell> cells_;
  Cell filler_;  ///< what stands behind the last cell
  std::size_t cursor_ = 0;
  TextStyle style_;
  std::uint32_t link_ = 0;
  std::vector<std::string> texts_ = std::vector<std::string>(1);  ///< the first is empty
  std::size_t text_bytes_ = 0;
};

}  // namespace dream::output
