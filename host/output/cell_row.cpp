#include "output/cell_row.hpp"

#include <algorithm>
#include <utility>

#include "base/columns.hpp"

namespace dream::output {

namespace {

void append_code_point(std::string& out, char32_t c) {
  const auto append = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c >= CellRow::first_raw_byte) {
    append(c - CellRow::first_raw_byte);
  } else if (c < 0x80) {
    append(c);
  } else {
    if (c < 0x800) {
      append(0xC0U | (c >> 6U));
    } else {
      if (c < 0x10000) {
        append(0xE0U | (c >> 12U));
      } else {
        append(0xF0U | (c >> 18U));
        append(0x80U | ((c >> 12U) & 0x3FU));
      }
      append(0x80U | ((c >> 6U) & 0x3FU));
    }
    append(0x80U | (c & 0x3FU));
  }
}

/// The last character of a text that is made of whole ones.
char32_t last_code_point(std::string_view text) {
  std::size_t start = text.size() - 1;
  while ((static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
  return first_code_point(text.substr(start));
}

std::size_t width_of(char32_t c) {
  return c >= CellRow::first_raw_byte ? 1 : columns_of(c);
}

}  // namespace

void CellRow::put(char32_t c) {
  if (joins_last(c)) {
    add_mark(c);
    return;
  }
  const std::size_t width = width_of(c);
  if (width == 0) return;
  extend_to(cursor_);
  split(cursor_);
  split(cursor_ + width);
  extend_to(cursor_ + width);
  cells_[cursor_] = {.glyph = c, .marks = 0, .link = link_, .style = style_};
  if (width == 2) cells_[cursor_ + 1] = {.glyph = second_half, .marks = 0, .link = link_, .style = style_};
  cursor_ += width;
}

void CellRow::put_ascii(std::string_view text) {
  const std::size_t end = cursor_ + text.size();
  extend_to(cursor_);
  split(cursor_);
  split(end);
  Cell cell{.glyph = ' ', .marks = 0, .link = link_, .style = style_};
  std::fill_n(cells_.begin() + static_cast<std::ptrdiff_t>(cursor_), std::min(end, cells_.size()) - cursor_,
              cell);
  if (cells_.size() < end) cells_.resize(end, cell);
  for (const char c : text) cells_[cursor_++].glyph = static_cast<char32_t>(c);
}

bool CellRow::has_room_for(char32_t c) {
  if (text_bytes_ >= longest) {
    drop_unused_texts();
    if (text_bytes_ >= longest / 2) return false;  // the next time would come too soon
  }
  return cursor_ < longest || joins_last(c);
}

void CellRow::erase(std::size_t first, std::size_t last) {
  const Cell blank{.style = style_.erased()};
  if (!blank.style.plain()) extend_to(last);
  last = std::min(last, cells_.size());
  if (first >= last) return;
  split(first);
  split(last);
  const auto begin = cells_.begin() + static_cast<std::ptrdiff_t>(first);
  std::fill(begin, begin + static_cast<std::ptrdiff_t>(last - first), blank);
  const bool seen = !blank.style.plain() || !filler_.style.plain();
  if (last == cells_.size() && !seen) cells_.resize(first);
}

void CellRow::erase_from(std::size_t first) {
  if (!filler_.style.plain()) extend_to(first);
  split(first);
  if (first < cells_.size()) cells_.resize(first);
  filler_.style = style_.erased();
}

void CellRow::insert(std::size_t count, std::size_t edge) {
  if (cursor_ >= cells_.size()) return;
  split(cursor_);
  const std::size_t most = std::max(cells_.size(), edge);
  count = std::min(count, most - cursor_);
  cells_.insert(cells_.begin() + static_cast<std::ptrdiff_t>(cursor_), count, Cell{.style = style_.erased()});
  split(most);
  if (cells_.size() > most) cells_.resize(most);
}

void CellRow::remove(std::size_t count) {
  if (cursor_ >= cells_.size()) return;
  count = std::min(count, cells_.size() - cursor_);
  split(cursor_);
  split(cursor_ + count);
  const auto begin = cells_.begin() + static_cast<std::ptrdiff_t>(cursor_);
  cells_.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
}

void CellRow::take_cursor_of(const CellRow& other) {
  cursor_ = other.cursor_;
  style_ = other.style_;
  set_link(other.texts_[other.link_]);
}

void CellRow::set_link(std::string_view link) {
  if (text_bytes_ > 2 * longest) drop_unused_texts();  // links without text come to no put()
  link_ = link.empty() ? 0 : keep(std::string(link));
}

std::string CellRow::text(std::size_t width) const {
  std::string out;
  out.reserve(cells_.size());
  TextStyle style;
  std::uint32_t link = 0;
  const auto set_link = [&](std::uint32_t next) {
    if (next == link) return;
    out.append("\x1b]8;").append(next == 0 ? ";" : texts_[next]).append("\x1b\\");
    link = next;
  };
  const auto set_style = [&](const TextStyle& next) {
    if (next == style) return;
    out += next.sequence_after(style);
    style = next;
  };
  for (const Cell& cell : cells_) {
    if (cell.glyph == second_half) continue;
    set_link(cell.link);
    set_style(cell.style);
    if (cell.glyph < 0x80) {
      out += static_cast<char>(cell.glyph);
    } else {
      append_code_point(out, cell.glyph);
    }
    if (cell.marks != 0) out += texts_[cell.marks];
  }
  set_link(0);
  if (!filler_.style.plain() && cells_.size() < width) {
    set_style(filler_.style);
    out.append(width - cells_.size(), ' ');
  }
  set_style({});
  return out;
}

void CellRow::clear() {
  constexpr std::size_t kept_cells = 4096;
  cells_.clear();
  if (cells_.capacity() > kept_cells) cells_.shrink_to_fit();
  filler_ = {};
  cursor_ = 0;
  if (texts_.size() > 1) drop_unused_texts();
}

/// Whether `c` is drawn onto the character before the cursor.
bool CellRow::joins_last(char32_t c) const {
  if (c < 0x80 || c >= first_raw_byte || cursor_ == 0) return false;
  return joins(cursor_ > cells_.size() ? ' ' : last_of(cells_[base_before_cursor()]), c);
}

char32_t CellRow::last_of(const Cell& cell) const {
  return cell.marks == 0 ? cell.glyph : last_code_point(texts_[cell.marks]);
}

/// Of the character before the cursor, which isn't at the begin.
std::size_t CellRow::base_before_cursor() const {
  const std::size_t before = cursor_ - 1;
  return cells_[before].glyph == second_half ? before - 1 : before;
}

void CellRow::extend_to(std::size_t size) {
  if (cells_.size() < size) cells_.resize(size, filler_);
}

/// No wide character stands on both sides of a column any more: its halves become blanks.
void CellRow::split(std::size_t column) {
  if (column < cells_.size() && cells_[column].glyph == second_half)
    cells_[column - 1] = cells_[column] = Cell{};
}

void CellRow::add_mark(char32_t c) {
  extend_to(cursor_);
  Cell& cell = cells_[base_before_cursor()];
  if (cell.marks == 0) cell.marks = keep({});
  std::string& marks = texts_[cell.marks];
  const std::size_t before = marks.size();
  append_code_point(marks, c);
  text_bytes_ += marks.size() - before;
}

std::uint32_t CellRow::keep(std::string text) {
  text_bytes_ += text.size();
  texts_.push_back(std::move(text));
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

void CellRow::drop_unused_texts() {
  std::vector<std::string> all = std::exchange(texts_, std::vector<std::string>(1));
  std::vector<std::uint32_t> new_place(all.size());
  text_bytes_ = 0;
  const auto use = [&](std::uint32_t& place) {
    if (place == 0) return;
    if (new_place[place] == 0) new_place[place] = keep(std::move(all[place]));
    place = new_place[place];
  };
  use(link_);
  for (Cell& cell : cells_) {
    use(cell.marks);
    use(cell.link);
  }
}

}  // namespace dream::output
