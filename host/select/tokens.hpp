#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace dream::select {

/// The parts of what git writes with -z: each ends with a NUL. Views into `text`.
[[nodiscard]] inline std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> tokens;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    tokens.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return tokens;
}

/// The first of the words that stand at the begin of `text` with a space behind each, which is cut off.
[[nodiscard]] inline std::string_view take_word(std::string_view& text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, space);
  text.remove_prefix(std::min(space + 1, text.size()));
  return word;
}

}  // namespace dream::select
