#include "output/row_block.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <utility>

namespace dream::output {

namespace {

/// Bytes of lines that are remembered: about as much as a window shows.
constexpr std::size_t most_recent = std::size_t{8} * 1024;

}  // namespace

void RowBlock::up(std::size_t width, const OnLine& on_line) {
  move(above_, below_, width, on_line);
  settled_ = std::min(settled_, above_.size());
}

void RowBlock::down(std::size_t width, const OnLine& on_line) {
  move(below_, above_, width, on_line);
}

void RowBlock::erase_below() {
  for (Row& row : below_) {
    weight_ -= row.cells.weight();
    row.cells.erase_from(0);
    weight_ += row.cells.weight();
  }
}

bool RowBlock::settle(std::size_t width, const OnLine& on_line) {
  const bool quiet = settled_ == none;
  drop_top(std::min(settled_, above_.size()), width, on_line);
  settled_ = none;
  if (!quiet) return true;
  // A cursor that rests among rows may go on there: they stay what they are.
  for (Row& row : below_ | std::views::reverse) row.tell(width, on_line);
  last_change_.clear();
  return false;
}

void RowBlock::finish(std::size_t width, const OnLine& on_line) {
  weight_ += row_.cells.weight();
  above_.push_back(std::exchange(row_, Row{.cells = row_.cells, .told = {}}));
  above_.insert(above_.end(), std::make_move_iterator(below_.rbegin()),
                std::make_move_iterator(below_.rend()));
  below_.clear();
  drop_top(above_.size(), width, on_line);
  row_.cells.clear();
  row_.told.clear();
  settled_ = none;
  last_change_.clear();
}

/// To the nearest row of `from`.
void RowBlock::move(Rows& from, Rows& to, std::size_t width, const OnLine& on_line) {
  if (!row_.cells.empty() && !row_is_told(width)) last_change_ = row_.cells.text(width);
  Row next;
  if (!from.empty()) {
    weight_ -= from.back().cells.weight();
    next = std::move(from.back());
    from.pop_back();
  }
  next.cells.take_cursor_of(row_.cells);
  weight_ += row_.cells.weight();
  to.push_back(std::exchange(row_, std::move(next)));
  keep_small(width, on_line);
}

/// Rows at the edges of the block are given up first.
void RowBlock::keep_small(std::size_t width, const OnLine& on_line) {
  if (above_.size() > most_rows) drop_top(1, width, on_line);
  if (below_.size() > most_rows) {
    below_.front().tell(width, on_line);
    weight_ -= below_.front().cells.weight();
    below_.pop_front();
  }
  if (weight_ + row_.cells.weight() > most_weight) finish(width, on_line);
}

/// The first rows of the block become lines, above which it begins then.
void RowBlock::drop_top(std::size_t count, std::size_t width, const OnLine& on_line) {
  const auto end = above_.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto row = above_.begin(); row != end; ++row) {
    row->tell(width, on_line);
    weight_ -= row->cells.weight();
    remember_line(row->cells.empty() ? std::string_view() : row->told);
  }
  above_.erase(above_.begin(), end);
}

void RowBlock::remember(std::string_view lines) {
  if (lines.size() > most_recent) {
    recent_.clear();
    lines.remove_prefix(lines.find('\n', lines.size() - most_recent) + 1);
  }
  if (recent_.size() + lines.size() > 2 * most_recent)
    recent_.erase(0, recent_.find('\n', recent_.size() - most_recent) + 1);
  recent_ += lines;
}

void RowBlock::remember_line(std::string_view line) {
  if (line.size() >= most_recent) return forget();
  remember(line);
  recent_ += '\n';
}

std::string RowBlock::take_recent_line() {
  recent_.pop_back();
  const std::size_t begin = recent_.rfind('\n') + 1;
  std::string line = recent_.substr(begin);
  recent_.resize(begin);
  return line;
}

void RowBlock::add_above(CellRow cells, std::size_t width) {
  std::string told = cells.text(width);
  weight_ += cells.weight();
  above_.push_back({.cells = std::move(cells), .told = std::move(told)});
}

void RowBlock::Row::tell(std::size_t width, const OnLine& on_line) {
  if (cells.empty()) return;
  std::string line = cells.text(width);
  if (line == told) return;
  on_line(line);
  told = std::move(line);
}

}  // namespace dream::output
