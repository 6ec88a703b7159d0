#include "base/shell_quote.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace dream {

std::string shell_escaped(std::string_view word) {
  std::string quoted;
  while (!word.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(word));
    const std::string_view character = word.substr(0, length);
    if (character == "'" || character == "\\") {
      quoted.append("\\").append(character);
    } else if (is_printable(character)) {
      quoted += character;
    } else {
      for (const char byte : character) quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    word.remove_prefix(length);
  }
  return quoted;
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=";
  // zsh takes a leading = for the path of a program.
  if (!word.empty() && !word.starts_with('=') && word.find_first_not_of(plain) == std::string_view::npos)
    return std::string(word);
  if (!is_printable(word)) return "$'" + shell_escaped(word) + "'";
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace dream
