#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "output/screen_line.hpp"
#include "output/terminal_bytes.hpp"
#include "output/text_line.hpp"

/// Of a ScreenLine: the sequences that begin with ESC, and what of them stays within the line.
namespace dream::output {

namespace {

/// No sensible program comes near.
constexpr std::size_t longest_sequence = 2048;

/// Strings (titles, links, pictures) go on until a terminator.
bool is_string(std::string_view sequence) {
  return sequence.size() > 1 && begins_string(sequence[1]);
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

/// To the other screen, as full-screen programs have it, or back.
bool changes_screens(std::string_view parameters, char command) {
  constexpr std::array<std::string_view, 3> modes{"47", "1047", "1049"};
  if ((command != 'h' && command != 'l') || !parameters.starts_with('?')) return false;
  for (std::string_view rest = parameters.substr(1); !rest.empty();)
    if (std::ranges::find(modes, take_parameter(rest)) != modes.end()) return true;
  return false;
}

}  // namespace

/// False: what came before is broken off, and `c` has to be looked at anew. What moves the cursor within the
/// line is obeyed within a control sequence, too, as terminals do; a line end breaks it off here, so that the
/// next line is whole.
bool ScreenLine::escape(char c, const OnLine& on_line) {
  const bool string = is_string(escape_);
  const bool ends_string = string && (c == '\a' || c == escape_character);
  if ((c == '\r' || c == '\b' || c == '\t') && escape_.starts_with("\x1b[")) {
    control(c, on_line);
    return true;
  }
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
  last_put_ = 0;
  return true;
}

void ScreenLine::apply_escape(const OnLine& on_line) {
  if (escape_[1] == '[') {
    apply_sequence(on_line);
  } else if (escape_.starts_with("\x1b]8;")) {
    apply_link();
  } else if (escape_.size() == 3) {
    sets_.apply(escape_);
  } else if (escape_.size() == 2) {
    switch (escape_[1]) {
      case '7':
        save_cursor();
        break;
      case '8':
        restore_cursor(on_line);
        break;
      case 'D':
        go_down(1, on_line);
        break;
      case 'M':
        go_up(1, on_line);
        break;
      case 'E':
        new_line(on_line);
        break;
      case 'c':
        go_elsewhere(0, on_line);
        row().style() = {};
        row().set_link({});
        sets_ = {};
        saved_ = {};
        inserts_ = false;
        break;
      default:
        break;
    }
  }
}

void ScreenLine::apply_sequence(const OnLine& on_line) {
  const std::string_view parameters = std::string_view(escape_).substr(2, escape_.size() - 3);
  if (changes_screens(parameters, escape_.back())) return go_elsewhere(0, on_line);
  // Private and intermediate characters make other commands of them: keyboard modes, questions.
  if (parameters.find_first_not_of("0123456789;:") != std::string_view::npos) return;
  const std::size_t count = count_of(parameters);
  const std::size_t cursor = row().cursor();
  if (move_sideways(escape_.back(), count)) return;
  switch (escape_.back()) {
    case 'm':
      row().style().apply(parameters);
      break;
    case 'K':
    case 'J':
      erase(parameters, escape_.back() == 'J', on_line);
      break;
    case 'b':
      repeat_last(count, on_line);
      break;
    case 'X':
      row().erase(cursor, std::min(cursor + count, std::max(width_, row().size())));
      break;
    case '@':
      row().insert(count, width_);
      break;
    case 'P':
      row().remove(count);
      break;
    case 'h':
    case 'l':
      if (parameters == "4") inserts_ = escape_.back() == 'h';
      break;
    case 's':
      if (parameters.empty()) save_cursor();
      break;
    case 'u':
      if (parameters.empty()) restore_cursor(on_line);
      break;
    case 'A':
    case 'F':
      go_up(count, on_line);
      if (escape_.back() == 'F') row().move_to(0);
      break;
    case 'B':
    case 'E':
    case 'e':
      go_down(count, on_line);
      if (escape_.back() == 'E') row().move_to(0);
      break;
    case 'd':
      go_elsewhere(cursor, on_line);
      blank_lines_ = 0;  // as many as a window has lines move what stood there away
      break;
    case 'H':
    case 'f':
      go_elsewhere(0, on_line);
      blank_lines_ = 0;
      if (const std::size_t semicolon = parameters.find(';'); semicolon != std::string_view::npos)
        move_right(count_of(parameters.substr(semicolon + 1)) - 1);
      break;
    default:
      break;
  }
}

/// Within the row. False: it is another command.
bool ScreenLine::move_sideways(char command, std::size_t count) {
  const std::size_t cursor = row().cursor();
  switch (command) {
    case 'G':
    case '`':
      row().move_to(0);
      move_right(count - 1);
      return true;
    case 'C':
    case 'a':
      move_right(cursor + count);
      return true;
    case 'D':
      row().move_to(cursor - std::min(cursor, count));
      return true;
    case 'Z': {
      const std::size_t stop = (cursor + tab_distance - 1) / tab_distance;
      row().move_to((stop - std::min(stop, count)) * tab_distance);
      return true;
    }
    default:
      return false;
  }
}

/// Of the line, or of the `screen`, which can't be cleared: a line that stands there is over.
void ScreenLine::erase(std::string_view parameters, bool screen, const OnLine& on_line) {
  const std::size_t cursor = row().cursor();
  if (parameters.empty() || parameters == "0") {
    row().erase_from(cursor);
    if (screen) block_.erase_below();
  } else if (parameters == "1") {
    row().erase(0, cursor + 1);
  } else if (parameters == "2" && !screen) {
    row().erase_from(0);
  } else if (parameters == "2") {
    go_elsewhere(cursor, on_line);
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
  row().set_link(valid ? link : std::string_view());
}

/// A cursor that is moved stops at the edge; what is written goes on behind it.
void ScreenLine::move_right(std::size_t column) {
  row().move_to(std::max(row().cursor(), std::min(column, width_ - 1)));
}

/// No more than a row of it, however often it is asked for.
void ScreenLine::repeat_last(std::size_t count, const OnLine& on_line) {
  if (last_put_ == 0) return;
  for (count = std::min(count, width_); count > 0; --count) put(last_put_, on_line);
}

/// To lines that are over: where they change, they become lines again.
void ScreenLine::go_up(std::size_t count, const OnLine& on_line) {
  for (; count > 0 && !block_.at_top_of_window(); --count) {
    count_rows(-1);
    if (block_.at_top_of_recent()) {
      ScreenLine line;
      const OnLine none = [](std::string_view) {};
      line.set_width(width_);
      line.write(block_.take_recent_line(), none);
      line.give_up_character(none);
      block_.add_above(std::move(line.row()), width_);
    }
    block_.up(width_, on_line);
  }
}

void ScreenLine::go_down(std::size_t count, const OnLine& on_line) {
  if (!block_.several()) return go_elsewhere(row().cursor(), on_line);
  for (count = std::min(count, RowBlock::most_rows); count > 0; --count) {
    count_rows(1);
    block_.down(width_, on_line);
  }
}

void ScreenLine::save_cursor() {
  saved_ = {.column = row().cursor(), .style = row().style(), .sets = sets_, .rows_below = 0};
}

void ScreenLine::restore_cursor(const OnLine& on_line) {
  if (const std::ptrdiff_t rows = saved_.rows_below.value_or(0); rows > 0) {
    go_up(static_cast<std::size_t>(rows), on_line);
  } else if (rows < 0) {
    go_down(static_cast<std::size_t>(-rows), on_line);
  } else if (!saved_.rows_below) {
    go_elsewhere(saved_.column, on_line);
  }
  row().move_to(saved_.column);
  row().style() = saved_.style;
  sets_ = saved_.sets;
}

/// The cursor has moved by so many rows. The place that was saved is of use as long as a window may show it.
void ScreenLine::count_rows(std::ptrdiff_t down) {
  if (!saved_.rows_below) return;
  *saved_.rows_below += down;
  if (std::cmp_greater(*saved_.rows_below, RowBlock::most_rows)) saved_.rows_below.reset();
}

}  // namespace dream::output
