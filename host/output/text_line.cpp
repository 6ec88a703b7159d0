#include "output/text_line.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "output/cell_row.hpp"
#include "output/terminal_bytes.hpp"

namespace dream::output {

/// Looks at eight bytes at a time.
std::size_t length_of_ascii(std::string_view text) {
  constexpr std::uint64_t ones = ~std::uint64_t{0} / 0xFF;
  std::size_t length = 0;
  for (std::uint64_t word = 0; length + sizeof word <= text.size(); length += sizeof word) {
    std::memcpy(&word, text.data() + length, sizeof word);
    // The high bit of a byte: it is above '~', or gets a borrow because it is below ' '.
    if (((word | (word + ones) | (word - ones * ' ')) & (ones * 0x80)) != 0) break;
  }
  while (length < text.size() && is_printable_ascii(text[length])) ++length;
  return length;
}

bool TextLine::read(std::string_view line, const TextStyle& style, std::size_t width) {
  text_.clear();
  style_ = style;
  written_ = {};
  column_ = blanks_ = 0;
  last_ = 0;
  while (!line.empty()) {
    std::size_t length = length_of_ascii(line);
    if (length > 0) {
      append(line.substr(0, length));
      column_ += length;
      last_ = ' ';
    } else if (line.front() == '\t') {
      const std::size_t next = next_tab_stop(column_, width);
      blanks_ += next - std::exchange(column_, next);
      last_ = ' ';
      length = 1;
    } else {
      length = line.front() == escape_character ? read_sequence(line) : read_character(line);
    }
    if (length == 0 || column_ > CellRow::longest) return false;
    line.remove_prefix(length);
  }
  text_ += TextStyle().sequence_after(written_);
  return true;
}

void TextLine::append(std::string_view text) {
  if (blanks_ > 0) {
    text_ += TextStyle().sequence_after(written_);
    text_.append(std::exchange(blanks_, 0), ' ');
    written_ = {};
  }
  if (written_ != style_) text_ += style_.sequence_after(std::exchange(written_, style_));
  text_ += text;
}

/// Of several bytes. Returns its length; 0: it isn't text of its own.
std::size_t TextLine::read_character(std::string_view line) {
  const std::size_t length = utf8_length(line);
  if (length < 2) return 0;
  const char32_t c = first_code_point(line);
  const std::size_t width = columns_of(c);
  if (width == 0 || is_c1_control(c) || joins(last_, c)) return 0;
  append(line.substr(0, length));
  column_ += width;
  last_ = c;
  return length;
}

/// A style, or the erasing of what stands behind, where nothing does.
std::size_t TextLine::read_sequence(std::string_view line) {
  constexpr std::size_t longest = 64;
  const std::string_view begin = line.substr(0, longest);
  if (!begin.starts_with("\x1b[")) return 0;
  const std::size_t end = begin.find_first_not_of("0123456789;:", 2);
  if (end == std::string_view::npos) return 0;
  const std::string_view parameters = begin.substr(2, end - 2);
  if (begin[end] == 'm') {
    style_.apply(parameters);
  } else if (begin[end] != 'K' || (!parameters.empty() && parameters != "0") || !style_.erased().plain()) {
    return 0;
  }
  return end + 1;
}

}  // namespace dream::output
