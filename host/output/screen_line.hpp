#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "output/character_sets.hpp"
#include "output/row_block.hpp"
#include "output/text_line.hpp"

namespace dream::output {

/// One stream of a task that thinks it has a terminal, made fit for a line that it shares with others: the
/// line as a terminal would show it, after all that has been written over it. Colours and links stay, reach
/// from line to line, and end with each. What would leave the line (a cursor that goes up, a cleared screen,
/// a title) is left out; so is whatever else a terminal might obey.
class ScreenLine {
 public:
  /// A line, complete in itself and without a newline.
  using OnLine = std::function<void(std::string_view)>;

  /// In columns. Longer ones are cut, between two characters.
  static constexpr std::size_t longest = CellRow::longest;
  /// What a terminal is taken for that doesn't tell its width.
  static constexpr std::size_t usual_width = 256;
  /// So many are held back until a line follows.
  static constexpr std::size_t most_blank_lines = 256;

  /// The columns of the task's terminal: the cursor can't be moved any further without writing.
  void set_width(std::size_t width) { width_ = width == 0 ? usual_width : width; }

  /// Calls `show` for each line that is over; for a blank one when another line follows, or many have.
  void write(std::string_view bytes, const OnLine& show);
  /// Nothing more will come: what is left is a line, too.
  void end(const OnLine& show);

  /// The cursor has gone up to lines that were over. What it made of them is held back as long as it may
  /// change.
  [[nodiscard]] bool redraws() const noexcept { return block_.several(); }
  /// To be called once in a while when it redraws: what hasn't changed since the last time becomes lines.
  /// True: there is more to settle, even if nothing comes.
  bool settle(const OnLine& show);

  /// The unfinished line, or one that was redrawn, shows something.
  [[nodiscard]] bool shows() const { return row_has_news() || !block_.last_change().empty(); }
  /// The columns of the unfinished line.
  [[nodiscard]] std::size_t columns() const noexcept { return row().size(); }
  /// The unfinished line, or the one that was redrawn last, complete in itself.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] CellRow& row() noexcept { return block_.row(); }
  [[nodiscard]] const CellRow& row() const noexcept { return block_.row(); }
  [[nodiscard]] bool at_rest() const;
  [[nodiscard]] bool row_has_news() const;
  std::size_t pass_text_lines(std::string_view bytes, const OnLine& on_line);
  void put_ascii(std::string_view text, const OnLine& on_line);
  void draw(std::string_view text, const OnLine& on_line);
  void put(char32_t c, const OnLine& on_line);
  std::size_t put_characters(std::string_view bytes, const OnLine& on_line);
  void take_byte_of_character(char byte, const OnLine& on_line);
  void give_up_character(const OnLine& on_line);
  void put_byte(char byte, const OnLine& on_line);
  void control(char c, const OnLine& on_line);
  bool escape(char c, const OnLine& on_line);
  void apply_escape(const OnLine& on_line);
  void apply_sequence(const OnLine& on_line);
  void erase(std::string_view parameters, bool screen, const OnLine& on_line);
  void apply_link();
  bool move_sideways(char command, std::size_t count);
  void move_right(std::size_t column);
  void repeat_last(std::size_t count, const OnLine& on_line);
  void new_line(const OnLine& on_line);
  void go_up(std::size_t count, const OnLine& on_line);
  void go_down(std::size_t count, const OnLine& on_line);
  void go_elsewhere(std::size_t column, const OnLine& on_line);
  void save_cursor();
  void restore_cursor(const OnLine& on_line);
  void count_rows(std::ptrdiff_t down);
  void line_over(const OnLine& on_line);
  [[nodiscard]] OnLine holding_blank_lines(const OnLine& on_line);
  void show_blank_lines(const OnLine& on_line);

  struct Saved {
    std::size_t column = 0;
    TextStyle style;
    CharacterSets sets;
    std::optional<std::ptrdiff_t> rows_below;  ///< where the cursor is now; none: nobody knows
  };

  RowBlock block_;
  TextLine text_line_;
  std::size_t width_ = usual_width;
  std::string escape_;     ///< the begin of a sequence
  std::string character_;  ///< the begin of a character of several bytes
  CharacterSets sets_;
  Saved saved_;
  bool inserts_ = false;   ///< what is written moves the rest of the line
  char32_t last_put_ = 0;  ///< what may be repeated, right behind it
  std::size_t blank_lines_ =
      0;  ///< held back until a line follows, for they may be there to clear the screen
};

}  // namespace dream::output
