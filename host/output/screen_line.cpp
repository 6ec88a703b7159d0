#include "output/screen_line.hpp"

#include <algorithm>
#include <charconv>

namespace dream::output {

namespace {

constexpr char escape_character = '\x1b';
constexpr std::string_view plain_style = "\x1b[0m";

/// No sensible program comes near.
constexpr std::size_t longest_sequence = 2048;
constexpr std::size_t most_blanks = 256;

bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
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

/// The first parameter of a control sequence; it may be left out.
std::size_t parameter(std::string_view parameters, std::size_t otherwise) {
  std::size_t value = otherwise;
  std::from_chars(parameters.data(), parameters.data() + parameters.size(), value);
  return value;
}

}  // namespace

void ScreenLine::write(std::string_view bytes, const OnLine& on_line) {
  while (!bytes.empty()) {
    const char first = bytes.front();
    if (in_escape()) {
      escape(first, on_line);
    } else if (is_control(first)) {
      control(first, on_line);
    } else {
      const auto* const end = std::find_if(bytes.begin(), bytes.end(), is_control);
      const auto size = static_cast<std::size_t>(end - bytes.begin());
      put(bytes.substr(0, size), on_line);
      bytes.remove_prefix(size);
      continue;
    }
    bytes.remove_prefix(1);
  }
}

void ScreenLine::end(const OnLine& on_line) {
  escape_.clear();
  if (shows_) line_over(on_line);
}

std::string ScreenLine::text() const {
  return style_.plain() ? text_ : std::string(text_).append(plain_style);
}

void ScreenLine::put(std::string_view text, const OnLine& on_line) {
  erase_rest();
  while (text_.size() + text.size() > longest) {
    const std::size_t size = longest - std::min(text_.size(), longest);
    text_.append(text.substr(0, size));
    text.remove_prefix(size);
    line_over(on_line);
  }
  text_.append(text);
  shows_ = shows_ || !text.empty();
}

void ScreenLine::control(char c, const OnLine& on_line) {
  switch (c) {
    case '\n':
      line_over(on_line);
      break;
    case '\r':
      returned_ = shows_;
      break;
    case '\b':
      ++back_;
      break;
    case '\t':
      put("\t", on_line);
      break;
    case escape_character:
      escape_ = c;
      break;
    default:
      break;
  }
}

void ScreenLine::escape(char c, const OnLine& on_line) {
  const bool ends_string = is_string(escape_) && (c == '\a' || c == escape_character);
  if (is_control(c) && !ends_string) {
    escape_.clear();  // broken off
    control(c, on_line);
    return;
  }
  if (is_string(escape_) && escape_.back() == escape_character && c != '\\') escape_ = escape_character;
  if (escape_.size() < longest_sequence) {
    escape_ += c;
  } else {
    escape_[escape_.size() - 2] = escape_.back();  // enough to see its end
    escape_.back() = c;
  }
  if (!is_complete(escape_)) return;
  if (escape_.size() < longest_sequence) apply_escape(on_line);
  escape_.clear();
}

void ScreenLine::apply_escape(const OnLine& on_line) {
  if (escape_[1] == '[') {
    apply_sequence(on_line);
  } else if (escape_.starts_with("\x1b]8;")) {
    if (returned_) start_again();
    text_ += escape_;  // a link
    plain_from_ = text_.size();
  } else if (escape_.size() == 2 && (escape_[1] == 'E' || escape_[1] == 'c')) {
    if (shows_) line_over(on_line);
  }
}

void ScreenLine::apply_sequence(const OnLine& on_line) {
  const std::string_view parameters = std::string_view(escape_).substr(2, escape_.size() - 3);
  switch (escape_.back()) {
    case 'm':
      style_.apply(parameters);
      add_style();
      break;
    case 'K':
    case 'J':
      if (parameters.empty() || parameters == "0") erase_rest();
      if (parameters == "2" && escape_.back() == 'K') start_again();
      break;
    case 'G':
      if (parameter(parameters, 1) <= 1) {
        returned_ = shows_;
      } else {
        put(" ", on_line);
      }
      break;
    case 'C':
      put(std::string(std::min(parameter(parameters, 1), most_blanks), ' '), on_line);
      break;
    case 'D':
      back_ += std::min(parameter(parameters, 1), longest);
      break;
    case 'A':
    case 'B':
    case 'E':
    case 'F':
    case 'H':
    case 'f':
    case 'd':
      if (shows_) line_over(on_line);  // the cursor goes elsewhere
      break;
    default:
      break;
  }
}

void ScreenLine::add_style() {
  if (returned_) return;  // it is for what comes
  step_back();
  if (text_.size() + escape_.size() > longest) return;
  text_ += escape_;
  plain_from_ = text_.size();
}

void ScreenLine::erase_rest() {
  if (returned_) start_again();
  step_back();
}

void ScreenLine::line_over(const OnLine& on_line) {
  on_line(text());
  start_again();
}

void ScreenLine::start_again() {
  text_ = style_.sequences();
  plain_from_ = text_.size();
  back_ = 0;
  shows_ = false;
  returned_ = false;
}

/// Takes off the end what will be written over; at most to the last escape sequence.
void ScreenLine::step_back() {
  for (; back_ > 0 && text_.size() > plain_from_; --back_) {
    while (text_.size() > plain_from_ && (static_cast<unsigned char>(text_.back()) & 0xC0U) == 0x80U) {
      text_.pop_back();  // the rest of a character of several bytes
    }
    if (text_.size() > plain_from_) text_.pop_back();
  }
  back_ = 0;
}

}  // namespace dream::output
