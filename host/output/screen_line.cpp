#include "output/screen_line.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/columns.hpp"
#include "base/text.hpp"

namespace dream::output {

namespace {

constexpr char escape_character = '\x1b';
constexpr std::size_t tab_distance = 8;

/// No sensible program comes near.
constexpr std::size_t longest_sequence = 2048;

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

/// Of ASCII.
bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

bool is_printable_ascii(char c) {
  return c >= ' ' && c <= '~';
}

/// A terminal takes these for the begin of a sequence, some also as characters of UTF-8.
bool is_c1_control(char32_t c) {
  return c >= 0x80 && c < 0xA0;
}

/// How many characters from blank to `~` a text begins with; looks at eight bytes at a time.
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

/// Strings (titles, links, pictures) go on until a terminator.
bool is_string(std::string_view sequence) {
  return sequence.size() > 1 && std::string_view("]PX^_").find(sequence[1]) != std::string_view::npos;
}

bool is_complete(std::string_view sequence) {
  const char last = sequence.back();
  if (sequence.size() < 2) return false;
  if (is_string(sequence)) {
    return last == '\a' || (last == '\\' && sequence[sequence.size() - 2] == escape_character);
  }
  if (sequence[1] == '[') return sequence.size() > 2 && last >= '@' && last <= '~';
  return last >= '0' && last <= '~';  // after any number of intermediate characters
}

/// The first parameter of a control sequence; it may be left out, and 0 means the same.
std::size_t count_of(std::string_view parameters) {
  std::size_t value = 0;
  const auto [rest, error] = std::from_chars(parameters.data(), parameters.data() + parameters.size(), value);
  if (error == std::errc::result_out_of_range) return ScreenLine::longest;
  return std::clamp<std::size_t>(value, 1, ScreenLine::longest);
}

}  // namespace

void ScreenLine::write(std::string_view bytes, const OnLine& on_line) {
  bool line_begins = true;
  while (!bytes.empty()) {
    if (line_begins && at_rest()) bytes.remove_prefix(pass_plain_lines(bytes, on_line));
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
      put_ascii(bytes.substr(0, taken), on_line);
    } else {
      taken = put_characters(bytes, on_line);
    }
    bytes.remove_prefix(taken);
  }
}

void ScreenLine::end(const OnLine& on_line) {
  escape_.clear();
  give_up_character(on_line);
  if (shows()) line_over(on_line);
}

/// Nothing that came before has a bearing on the next line.
bool ScreenLine::at_rest() const {
  return row_.empty() && row_.cursor() == 0 && row_.style().plain() && !row_.has_link() && escape_.empty() &&
         character_.empty();
}

/// Most lines have nothing to interpret. Returns how many bytes were whole lines of that sort.
std::size_t ScreenLine::pass_plain_lines(std::string_view bytes, const OnLine& on_line) {
  std::size_t passed = 0;
  while (true) {
    std::string_view line = bytes.substr(passed);
    const std::size_t newline = line.find('\n');
    if (newline == std::string_view::npos) return passed;
    line = line.substr(0, newline);
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (!is_plain(line)) return passed;
    on_line(line);
    saved_.in_this_line = false;
    passed += newline + 1;
  }
}

void ScreenLine::put_ascii(std::string_view text, const OnLine& on_line) {
  while (!text.empty()) {
    if (!row_.has_room_for(U' ')) line_over(on_line);
    const std::size_t size = std::min(text.size(), longest - row_.cursor());
    row_.put_ascii(text.substr(0, size));
    text.remove_prefix(size);
  }
}

void ScreenLine::put(char32_t c, const OnLine& on_line) {
  if (is_c1_control(c)) return;
  if (!row_.has_room_for(c)) line_over(on_line);
  row_.put(c);
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
  switch (c) {
    case '\n':
      line_over(on_line);
      break;
    case '\v':
    case '\f':
      go_elsewhere(row_.cursor(), on_line);
      break;
    case '\r':
      row_.move_to(0);
      break;
    case '\b':
      if (row_.cursor() > 0) row_.move_to(row_.cursor() - 1);
      break;
    case '\t':
      row_.move_to(std::min((row_.cursor() / tab_distance + 1) * tab_distance, longest));
      break;
    case escape_character:
      escape_ = c;
      break;
    default:
      break;
  }
}

/// False: what came before is broken off, and `c` has to be looked at anew.
bool ScreenLine::escape(char c, const OnLine& on_line) {
  const bool string = is_string(escape_);
  const bool ends_string = string && (c == '\a' || c == escape_character);
  if ((is_control(c) && !ends_string) || (!is_ascii(c) && !string)) {
    escape_.clear();
    return false;
  }
  if (string && escape_.back() == escape_character && c != '\\') {
    escape_ = escape_character;  // the begin of another one
    return escape(c, on_line);
  }
  if (escape_.size() < longest_sequence) {
    escape_ += c;
  } else {
    escape_[escape_.size() - 2] = escape_.back();  // enough to see its end
    escape_.back() = c;
  }
  if (!is_complete(escape_)) return true;
  if (escape_.size() < longest_sequence) apply_escape(on_line);
  escape_.clear();
  return true;
}

void ScreenLine::apply_escape(const OnLine& on_line) {
  if (escape_[1] == '[') {
    apply_sequence(on_line);
  } else if (escape_.starts_with("\x1b]8;")) {
    apply_link();
  } else if (escape_.size() == 2) {
    switch (escape_[1]) {
      case '7':
        save_cursor();
        break;
      case '8':
        restore_cursor(on_line);
        break;
      case 'D':
      case 'M':
        go_elsewhere(row_.cursor(), on_line);
        break;
      case 'E':
        line_over(on_line);
        break;
      case 'c':
        go_elsewhere(0, on_line);
        row_.style() = {};
        row_.set_link({});
        saved_ = {};
        break;
      default:
        break;
    }
  }
}

void ScreenLine::apply_sequence(const OnLine& on_line) {
  const std::string_view parameters = std::string_view(escape_).substr(2, escape_.size() - 3);
  // Private and intermediate characters make other commands of them: keyboard modes, questions.
  if (parameters.find_first_not_of("0123456789;:") != std::string_view::npos) return;
  const std::size_t count = count_of(parameters);
  const std::size_t cursor = row_.cursor();
  switch (escape_.back()) {
    case 'm':
      row_.style().apply(parameters);
      break;
    case 'K':
    case 'J':
      if (parameters.empty() || parameters == "0") row_.erase_from(cursor);
      if (parameters == "1") row_.erase(0, cursor + 1);
      if (parameters == "2" && escape_.back() == 'K') row_.erase_from(0);
      if (parameters == "2" && escape_.back() == 'J') go_elsewhere(cursor, on_line);
      break;
    case 'G':
    case '`':
      row_.move_to(0);
      move_right(count - 1);
      break;
    case 'C':
    case 'a':
      move_right(cursor + count);
      break;
    case 'D':
      row_.move_to(cursor - std::min(cursor, count));
      break;
    case 'X':
      row_.erase(cursor, std::min(cursor + count, std::max(width_, row_.size())));
      break;
    case '@':
      row_.insert(count, width_);
      break;
    case 'P':
      row_.remove(count);
      break;
    case 's':
      if (parameters.empty()) save_cursor();
      break;
    case 'u':
      if (parameters.empty()) restore_cursor(on_line);
      break;
    case 'A':
    case 'B':
    case 'd':
    case 'e':
      go_elsewhere(cursor, on_line);
      break;
    case 'E':
    case 'F':
      go_elsewhere(0, on_line);
      break;
    case 'H':
    case 'f':
      go_elsewhere(0, on_line);
      if (const std::size_t semicolon = parameters.find(';'); semicolon != std::string_view::npos)
        move_right(count_of(parameters.substr(semicolon + 1)) - 1);
      break;
    default:
      break;
  }
}

/// `ESC ] 8 ; parameters ; address`, ended by BEL or ESC \. An address is made of visible ASCII.
void ScreenLine::apply_link() {
  constexpr std::string_view begin = "\x1b]8;";
  std::string_view link = escape_;
  link.remove_prefix(begin.size());
  link.remove_suffix(link.ends_with('\a') ? 1 : 2);
  const std::size_t semicolon = link.find(';');
  const bool valid = semicolon != std::string_view::npos && semicolon + 1 < link.size() &&
                     std::all_of(link.begin(), link.end(), is_printable_ascii);
  row_.set_link(valid ? link : std::string_view());
}

/// A cursor that is moved stops at the edge; what is written goes on behind it.
void ScreenLine::move_right(std::size_t column) {
  row_.move_to(std::max(row_.cursor(), std::min(column, width_ - 1)));
}

/// The cursor leaves the line, which is over then, and won't come back to it.
void ScreenLine::go_elsewhere(std::size_t column, const OnLine& on_line) {
  if (shows()) line_over(on_line);
  saved_.in_this_line = false;
  row_.move_to(column);
}

void ScreenLine::save_cursor() {
  saved_ = {.column = row_.cursor(), .style = row_.style(), .in_this_line = true};
}

void ScreenLine::restore_cursor(const OnLine& on_line) {
  if (saved_.in_this_line) {
    row_.move_to(saved_.column);
  } else {
    go_elsewhere(saved_.column, on_line);
  }
  row_.style() = saved_.style;
}

void ScreenLine::line_over(const OnLine& on_line) {
  on_line(text());
  row_.clear();
  saved_.in_this_line = false;
}

}  // namespace dream::output
