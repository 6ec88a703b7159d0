#include "output/screen_line.hpp"

#include <algorithm>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "output/terminal_bytes.hpp"
#include "output/text_line.hpp"

namespace dream::output {

namespace {

/// Whether a line comes out of a row of cells just as it went in.
bool is_plain(std::string_view line) {
  if (line.size() > ScreenLine::longest) return false;
  if (utf8_length(line) > 1 && columns_of(first_code_point(line)) == 0) return false;
  while (true) {
    line.remove_prefix(length_of_ascii(line));
    if (line.empty()) return true;
    const auto first = static_cast<unsigned char>(line.front());
    const std::size_t length = utf8_length(line);
    if (length == 1 || (length == 0 && first < 0xA0)) return false;
    if (length == 2 && is_c1_control(first_code_point(line))) return false;
    line.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

/// Whether more bytes could make it a character.
bool begins_character(const std::string& bytes) {
  for (const char last : {'\x80', '\xBF'}) {
    std::string whole = bytes + last;
    while (whole.size() < 4 && utf8_length(whole) == 0) whole += '\x80';
    if (utf8_length(whole) == whole.size()) return true;
  }
  return false;
}

}  // namespace

void ScreenLine::write(std::string_view bytes, const OnLine& show) {
  const OnLine on_line = holding_blank_lines(show);
  bool line_begins = true;
  while (!bytes.empty()) {
    if (line_begins && at_rest()) bytes.remove_prefix(pass_text_lines(bytes, on_line));
    if (bytes.empty()) return;
    const char first = bytes.front();
    line_begins = first == '\n';
    if (!character_.empty() && is_ascii(first)) give_up_character(on_line);
    std::size_t taken = 1;
    if (!escape_.empty()) {
      if (!escape(first, on_line)) taken = 0;
    } else if (is_control(first)) {
      control(first, on_line);
    } else if (is_ascii(first)) {
      taken = length_of_ascii(bytes);
      if (sets_.draws())
        draw(bytes.substr(0, taken), on_line);
      else
        put_ascii(bytes.substr(0, taken), on_line);
    } else {
      taken = put_characters(bytes, on_line);
    }
    bytes.remove_prefix(taken);
  }
}

void ScreenLine::end(const OnLine& show) {
  const OnLine on_line = holding_blank_lines(show);
  escape_.clear();
  give_up_character(on_line);
  go_elsewhere(0, on_line);
  show_blank_lines(show);
  // Whoever writes next is another process, which hasn't set these.
  row().style() = {};
  row().set_link({});
  sets_ = {};
  saved_ = {};
}

bool ScreenLine::settle(const OnLine& show) {
  return block_.settle(width_, holding_blank_lines(show));
}

ScreenLine::OnLine ScreenLine::holding_blank_lines(const OnLine& on_line) {
  return [this, &on_line](std::string_view line) {
    if (line.empty()) {
      // No window is so high that more of them could be there to clear it.
      if (++blank_lines_ > most_blank_lines) show_blank_lines(on_line);
      return;
    }
    show_blank_lines(on_line);
    on_line(line);
  };
}

void ScreenLine::show_blank_lines(const OnLine& on_line) {
  for (; blank_lines_ > 0; --blank_lines_) on_line({});
}

std::string ScreenLine::text() const {
  return row_has_news() ? row().text(width_) : block_.last_change();
}

/// The cursor may stand in a line that was over, and is as it was.
bool ScreenLine::row_has_news() const {
  return !row().empty() && !(block_.several() && block_.row_is_told(width_));
}

/// Nothing but the style of what came before has a bearing on the next line.
bool ScreenLine::at_rest() const {
  return !sets_.draws() && !block_.several() && row().empty() && row().cursor() == 0 && !row().has_link() &&
         escape_.empty() && character_.empty() && row().text(width_).empty();  // no erased background either
}

/// Most lines are text that needs no cells. Returns how many bytes were whole lines of that sort.
std::size_t ScreenLine::pass_text_lines(std::string_view bytes, const OnLine& on_line) {
  std::size_t passed = 0;
  std::size_t plain_from = 0;
  const auto remember_plain_lines = [&] { block_.remember(bytes.substr(plain_from, passed - plain_from)); };
  while (true) {
    std::string_view line = bytes.substr(passed);
    const std::size_t newline = line.find('\n');
    if (newline == std::string_view::npos) break;
    line = line.substr(0, newline);
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (row().style().plain() && is_plain(line)) {
      on_line(line);
    } else if (line.size() <= longest && text_line_.read(line, row().style(), width_)) {
      on_line(text_line_.text());
      row().style() = text_line_.style();
      remember_plain_lines();
      block_.remember_line(text_line_.text());
      plain_from = passed + newline + 1;
    } else {
      break;
    }
    count_rows(1);
    passed += newline + 1;
  }
  remember_plain_lines();
  return passed;
}

void ScreenLine::put_ascii(std::string_view text, const OnLine& on_line) {
  while (!text.empty()) {
    if (!row().has_room_for(' ')) line_over(on_line);
    const std::size_t size = std::min(text.size(), longest - row().cursor());
    if (inserts_) row().insert(size, width_);
    row().put_ascii(text.substr(0, size));
    last_put_ = static_cast<unsigned char>(text[size - 1]);
    text.remove_prefix(size);
  }
}

void ScreenLine::draw(std::string_view text, const OnLine& on_line) {
  for (const char c : text) put(drawn(c), on_line);
}

void ScreenLine::put(char32_t c, const OnLine& on_line) {
  if (is_c1_control(c)) return;
  if (!row().has_room_for(c)) line_over(on_line);
  if (inserts_) row().insert(columns_of(c), width_);
  row().put(c);
  last_put_ = c;
}

/// Returns how many bytes it took.
std::size_t ScreenLine::put_characters(std::string_view bytes, const OnLine& on_line) {
  const std::size_t length = character_.empty() ? utf8_length(bytes) : 0;
  if (length > 0) {
    put(first_code_point(bytes), on_line);
    return length;
  }
  take_byte_of_character(bytes.front(), on_line);
  return 1;
}

/// Characters may come in pieces. What can't become one is passed on byte by byte.
void ScreenLine::take_byte_of_character(char byte, const OnLine& on_line) {
  const std::string begin = character_ + byte;
  if (utf8_length(begin) > 0) {
    character_.clear();
    put(first_code_point(begin), on_line);
  } else if (begins_character(begin)) {
    character_ = begin;
  } else if (character_.empty()) {
    put_byte(byte, on_line);
  } else {
    give_up_character(on_line);
    take_byte_of_character(byte, on_line);
  }
}

void ScreenLine::give_up_character(const OnLine& on_line) {
  for (const char byte : character_) put_byte(byte, on_line);
  character_.clear();
}

/// One that is no part of a character: a terminal may take it for a control of another encoding.
void ScreenLine::put_byte(char byte, const OnLine& on_line) {
  const auto value = static_cast<unsigned char>(byte);
  if (!is_c1_control(value)) put(CellRow::first_raw_byte + value, on_line);
}

void ScreenLine::control(char c, const OnLine& on_line) {
  if (c != escape_character) last_put_ = 0;
  switch (c) {
    case '\n':
      new_line(on_line);
      break;
    case '\v':
    case '\f':
      go_down(1, on_line);
      break;
    case '\r':
      row().move_to(0);
      break;
    case '\b':
      if (row().cursor() > 0) row().move_to(row().cursor() - 1);
      break;
    case '\t':
      row().move_to(std::min(next_tab_stop(row().cursor(), width_), longest));
      break;
    case shift_out:
    case shift_in:
      sets_.shift(c == shift_out);
      break;
    case escape_character:
      escape_ = c;
      break;
    default:
      break;
  }
}

void ScreenLine::new_line(const OnLine& on_line) {
  if (!block_.several()) return line_over(on_line);
  go_down(1, on_line);
  row().move_to(0);
}

/// The cursor leaves the line, which is over then, and won't come back to it.
void ScreenLine::go_elsewhere(std::size_t column, const OnLine& on_line) {
  if (block_.several() || !row().empty()) line_over(on_line);
  block_.forget();
  saved_.rows_below.reset();
  row().move_to(column);
}

void ScreenLine::line_over(const OnLine& on_line) {
  if (block_.several()) {
    block_.finish(width_, on_line);
    saved_.rows_below.reset();
  } else {
    const std::string text = row().text(width_);
    on_line(text);
    block_.remember_line(text);
    row().clear();
    count_rows(1);
  }
}

}  // namespace dream::output
