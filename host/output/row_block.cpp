#include "output/row_block.hpp"

#include <algorithm>
#include <utility>

namespace dream::output {

void RowBlock::up(std::size_t width, const OnLine& on_line) {
  move(above_, below_, width, on_line);
  settled_ = std::min(settled_, above_.size());
}

void RowBlock::down(std::size_t width, const OnLine& on_line) {
  move(below_, above_, width, on_line);
}

void RowBlock::erase_below() {
  for (Row& row : below_) row.cells.erase_from(0);
}

bool RowBlock::settle(std::size_t width, const OnLine& on_line) {
  const bool quiet = settled_ == none;
  const auto end = above_.begin() + static_cast<std::ptrdiff_t>(std::min(settled_, above_.size()));
  for (auto row = above_.begin(); row != end; ++row) row->tell(width, on_line);
  above_.erase(above_.begin(), end);
  settled_ = none;
  if (!quiet) return true;
  // A cursor that rests among rows may go on there: they stay what they are.
  for (auto row = below_.rbegin(); row != below_.rend(); ++row) row->tell(width, on_line);
  last_change_.clear();
  return false;
}

void RowBlock::finish(std::size_t width, const OnLine& on_line) {
  for (Row& row : above_) row.tell(width, on_line);
  row_.tell(width, on_line);
  for (auto row = below_.rbegin(); row != below_.rend(); ++row) row->tell(width, on_line);
  above_.clear();
  below_.clear();
  row_.cells.clear();
  row_.told.clear();
  settled_ = none;
  last_change_.clear();
}

/// To the nearest row of `from`.
void RowBlock::move(std::vector<Row>& from, std::vector<Row>& to, std::size_t width, const OnLine& on_line) {
  if (!row_.cells.empty()) last_change_ = row_.cells.text(width);
  Row next;
  if (!from.empty()) {
    next = std::move(from.back());
    from.pop_back();
  }
  next.cells.take_cursor_of(row_.cells);
  to.push_back(std::exchange(row_, std::move(next)));
  keep_small(width, on_line);
}

/// Rows at the edges of the block are given up first.
void RowBlock::keep_small(std::size_t width, const OnLine& on_line) {
  std::size_t weight = row_.cells.weight();
  for (std::vector<Row>* rows : {&above_, &below_}) {
    if (rows->size() > most_rows) {
      rows->front().tell(width, on_line);
      rows->erase(rows->begin());
    }
    for (const Row& row : *rows) weight += row.cells.weight();
  }
  if (weight > most_weight) finish(width, on_line);
}

void RowBlock::Row::tell(std::size_t width, const OnLine& on_line) {
  if (cells.empty()) return;
  std::string line = cells.text(width);
  if (line == told) return;
  on_line(line);
  told = std::move(line);
}

}  // namespace dream::output
