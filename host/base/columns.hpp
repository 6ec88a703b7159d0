#pragma once

#include <cstddef>
#include <string_view>

/// How many columns text takes on a terminal. Everything that lines up text asks here.
namespace dream {

/// The code point of the character that `text` begins with, which must be valid (see utf8_length).
[[nodiscard]] char32_t first_code_point(std::string_view text);

/// Of a character by itself: 0 (it is drawn onto the one before it), 1 or 2.
[[nodiscard]] std::size_t columns_of(char32_t c);

/// Whether `c` takes no column of its own because it is drawn together with `before`: a mark, what a
/// zero-width joiner joins, the skin tone of an emoji.
[[nodiscard]] bool joins(char32_t before, char32_t c);

/// The columns of a text without control characters. A byte that isn't UTF-8 counts as one.
[[nodiscard]] std::size_t columns(std::string_view text);

/// As much of the begin of a text as fits into so many columns; no character is torn from its marks.
[[nodiscard]] std::string_view begin_within(std::string_view text, std::size_t limit);

/// As much of the end of a text as fits into so many columns.
[[nodiscard]] std::string_view end_within(std::string_view text, std::size_t limit);

}  // namespace dream
