#include "output/terminal_bytes.hpp"

#include <cstddef>

namespace dream::output {

namespace {

constexpr char bell = '\x07';

bool is_between(char c, char first, char last) {
  return c >= first && c <= last;
}

/// Behind the sequence that begins at `at`, or the end of what there is of it.
std::size_t end_of_sequence(std::string_view bytes, std::size_t at) {
  constexpr std::string_view with_text = "]PX^_";  // up to ESC \\ or a bell
  std::size_t next = at + 1;
  if (next == bytes.size()) return next;
  if (with_text.find(bytes[next]) != std::string_view::npos) {
    while (++next < bytes.size() && bytes[next] != bell && bytes[next] != escape_character) {
    }
    const bool two = next + 1 < bytes.size() && bytes[next] == escape_character;
    return next + (two ? 2 : next < bytes.size() ? 1 : 0);
  }
  const bool is_control_sequence = bytes[next] == '[';
  if (is_control_sequence) ++next;
  while (next < bytes.size() && is_between(bytes[next], ' ', is_control_sequence ? '?' : '/')) ++next;
  return next + (next < bytes.size() ? 1 : 0);
}

}  // namespace

std::string without_sequences(std::string_view bytes) {
  constexpr std::string_view kept = "\n\r\t\b";
  std::string text;
  for (std::size_t at = 0; at < bytes.size();) {
    const char c = bytes[at];
    if (c == escape_character) {
      at = end_of_sequence(bytes, at);
      continue;
    }
    if (!is_control(c) || kept.find(c) != std::string_view::npos) text += c;
    ++at;
  }
  return text;
}

}  // namespace dream::output
