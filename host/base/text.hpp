#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace dream {

/// The name of `candidates` that `name` most likely meant (few edits away), or empty; in bounded time.
[[nodiscard]] std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// Length in bytes of the valid UTF-8 sequence that `text` begins with; 0 when there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

/// The offset of the first byte that is not UTF-8, or npos.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

/// `text` as a message quotes it: printable, and cut off where it gets long.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// "a, b and c"; of many, "a, b, … and 71 more".
[[nodiscard]] std::string join_words(std::span<const std::string> words);

/// A duration for people: "850 ms", "3.2 s", "2 min 05 s".
[[nodiscard]] std::string human_duration(Duration duration);

/// `text` as a JSON string with its quotes. What is no UTF-8 becomes U+FFFD, what disturbs is escaped.
[[nodiscard]] std::string json_string(std::string_view text);

/// `text` with bytes that are ASCII controls or no UTF-8 as \xNN, other controls and those of the direction
/// as \u{202e}: no message can disturb a terminal or deceive its reader.
[[nodiscard]] std::string printable(std::string_view text);

/// Whether `text` is shown as it is.
[[nodiscard]] bool is_printable(std::string_view text);

}  // namespace dream
