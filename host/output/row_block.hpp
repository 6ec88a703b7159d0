#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "output/cell_row.hpp"

namespace dream::output {

/// The rows of a program that goes up to redraw them (a list of tasks, several progress bars): kept for a
/// while, so that not each change of them becomes a line. Usually there is one row, and it costs no more.
class RowBlock {
 public:
  using OnLine = std::function<void(std::string_view)>;

  /// More rows above or below the cursor aren't kept, nor more columns in all of them.
  static constexpr std::size_t most_rows = 256;
  static constexpr std::size_t most_weight = 2 * CellRow::longest;

  /// The one that the cursor is in.
  [[nodiscard]] CellRow& row() noexcept { return row_.cells; }
  [[nodiscard]] const CellRow& row() const noexcept { return row_.cells; }
  /// It is a line already, as it stands.
  [[nodiscard]] bool row_is_told(std::size_t width) const { return row_.cells.text(width) == row_.told; }
  /// There are other rows.
  [[nodiscard]] bool several() const noexcept { return !above_.empty() || !below_.empty(); }

  /// The cursor leaves its row upwards or downwards; its column stays. Where the block ends, an empty row is
  /// added.
  void up(std::size_t width, const OnLine& on_line);
  void down(std::size_t width, const OnLine& on_line);
  void erase_below();
  /// Of no window is there more: a cursor that is up here stays, as in a terminal's first row.
  [[nodiscard]] bool at_top_of_window() const noexcept { return below_.size() + 1 >= most_rows; }

  /// The text of lines that were over before the cursor came back to them: whole lines, each with its
  /// newline, of which the last few are kept.
  void remember(std::string_view lines);
  void remember_line(std::string_view line);
  /// Nobody knows any more what stands above.
  void forget() { recent_.clear(); }
  /// The cursor is in the first row of the block, above which stands what was remembered.
  [[nodiscard]] bool at_top_of_recent() const noexcept { return above_.empty() && !recent_.empty(); }
  [[nodiscard]] std::string take_recent_line();
  /// Such a line is a row of the block again; it has been told.
  void add_above(CellRow cells, std::size_t width);

  /// To be called once in a while: the rows that the cursor hasn't come near since the last time won't change
  /// any more, and those of them that look different from what was told of them become lines. True: rows are
  /// left.
  bool settle(std::size_t width, const OnLine& on_line);
  /// All rows become lines that look different from what was told of them. One row is left, which is empty;
  /// the cursor is at its begin.
  void finish(std::size_t width, const OnLine& on_line);

  /// What the row that was left last looked like; empty when all has been told.
  [[nodiscard]] const std::string& last_change() const noexcept { return last_change_; }

 private:
  struct Row {
    CellRow cells;
    std::string told;  ///< the line that it was, if there was one

    void tell(std::size_t width, const OnLine& on_line);
  };

  using Rows = std::deque<Row>;

  void move(Rows& from, Rows& to, std::size_t width, const OnLine& on_line);
  void keep_small(std::size_t width, const OnLine& on_line);
  void drop_top(std::size_t count, std::size_t width, const OnLine& on_line);

  std::string recent_;
  Row row_;
  Rows above_;                  ///< the last is the nearest
  Rows below_;                  ///< the last is the nearest
  std::size_t weight_ = 0;      ///< of both
  std::size_t settled_ = none;  ///< of those above: how many the cursor hasn't reached since settle()
  std::string last_change_;

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
};

}  // namespace dream::output
