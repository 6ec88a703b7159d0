#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "output/text_style.hpp"

namespace dream::output {

/// One stream of a task that thinks it has a terminal, made fit for a line that it shares with others: the
/// text of the line as it stands, after all that has been written over it. Colours stay, and reach from line
/// to line. What would leave the line (a cursor that goes up, a cleared screen, a title) is left out.
class ScreenLine {
 public:
  /// A line, complete in itself and without a newline.
  using OnLine = std::function<void(std::string_view)>;

  /// Longer ones are cut.
  static constexpr std::size_t longest = std::size_t{64} * 1024;

  /// Calls `on_line` for each line that is over.
  void write(std::string_view bytes, const OnLine& on_line);
  /// Nothing more will come: what is left is a line, too.
  void end(const OnLine& on_line);

  /// The unfinished line shows something.
  [[nodiscard]] bool shows() const noexcept { return shows_; }
  /// The unfinished line, complete in itself.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] bool in_escape() const noexcept { return !escape_.empty(); }
  void put(std::string_view text, const OnLine& on_line);
  void control(char c, const OnLine& on_line);
  void escape(char c, const OnLine& on_line);
  void apply_escape(const OnLine& on_line);
  void apply_sequence(const OnLine& on_line);
  void add_style();
  void erase_rest();
  void line_over(const OnLine& on_line);
  void start_again();
  void step_back();

  std::string text_;  ///< begins with the style that was in force at its begin
  TextStyle style_;   ///< in force now
  std::string escape_;
  std::size_t plain_from_ = 0;  ///< in text_: behind the last escape sequence
  std::size_t back_ = 0;        ///< characters that the cursor has gone back
  bool shows_ = false;
  bool returned_ = false;  ///< the cursor is at the begin: what comes next is written over the text
};

}  // namespace dream::output
