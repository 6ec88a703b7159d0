#include "base/columns.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "base/text.hpp"

namespace dream {

namespace {

constexpr char32_t first_beyond_ascii = 0x80;
constexpr char32_t zero_width_joiner = 0x200D;

bool is_skin_tone(char32_t c) {
  return c >= 0x1F3FB && c <= 0x1F3FF;
}

/// What stands in one place of a terminal: a character with all that is drawn onto it.
struct Place {
  std::size_t bytes = 0;
  std::size_t columns = 0;
};

Place first_place(std::string_view text) {
  std::size_t bytes = utf8_length(text);
  if (bytes == 0) return {.bytes = 1, .columns = 1};
  char32_t last = first_code_point(text);
  const std::size_t width = columns_of(last);
  while (bytes < text.size() && static_cast<unsigned char>(text[bytes]) >= first_beyond_ascii) {
    const std::string_view rest = text.substr(bytes);
    const std::size_t length = utf8_length(rest);
    if (length == 0 || !joins(last, first_code_point(rest))) break;
    last = first_code_point(rest);
    bytes += length;
  }
  return {.bytes = bytes, .columns = width};
}

}  // namespace

char32_t first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < first_beyond_ascii) return first;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t at = 1; at < length; ++at) code = code << 6U | (byte(at) & 0x3FU);
  return code;
}

std::size_t columns_of(char32_t c) {
  if (c < first_beyond_ascii) return 1;
  const auto code = static_cast<utf8proc_int32_t>(c);
  // Vowels and ends of a Korean syllable stand within its first consonant, which has two columns.
  const auto boundary = utf8proc_get_property(code)->boundclass;
  if (boundary == UTF8PROC_BOUNDCLASS_V || boundary == UTF8PROC_BOUNDCLASS_T) return 0;
  return static_cast<std::size_t>(utf8proc_charwidth(code));
}

bool joins(char32_t before, char32_t c) {
  if (c < first_beyond_ascii) return false;
  return before == zero_width_joiner || columns_of(c) == 0 ||
         (is_skin_tone(c) && before >= first_beyond_ascii);
}

std::size_t columns(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < first_beyond_ascii; };
  if (std::all_of(text.begin(), text.end(), is_ascii)) return text.size();
  std::size_t sum = 0;
  while (!text.empty()) {
    const Place place = first_place(text);
    sum += place.columns;
    text.remove_prefix(place.bytes);
  }
  return sum;
}

std::string_view begin_within(std::string_view text, std::size_t limit) {
  std::size_t end = 0;
  while (end < text.size()) {
    const Place place = first_place(text.substr(end));
    if (place.columns > limit) break;
    limit -= place.columns;
    end += place.bytes;
  }
  return text.substr(0, end);
}

std::string_view end_within(std::string_view text, std::size_t limit) {
  std::size_t left = columns(text);
  while (left > limit) {
    const Place place = first_place(text);
    left -= place.columns;
    text.remove_prefix(place.bytes);
  }
  return text;
}

}  // namespace dream
