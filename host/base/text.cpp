#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/columns.hpp"
#include "base/cut_off.hpp"

namespace dream {

namespace {

/// A name that is longer was not typed, and whoever wrote it gets no suggestion.
constexpr std::size_t longest_suggestion = 128;

/// Compares as many names as are likely within one call's share of the time: the cost is that of one cell of
/// edit_distance() each.
constexpr std::size_t most_cells = 200'000;

/// Edits (insert, remove, replace, swap of neighbours) that turn `a` into `b`, or `limit` when there are no
/// fewer. What lies further from the diagonal than `limit` can't matter and isn't looked at; `cells` counts
/// what is.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit, std::size_t& cells) {
  using Row = std::array<std::size_t, longest_suggestion + 1>;
  Row before_previous{};
  Row previous{};
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::size_t from = i > limit ? i - limit : 1;
    const std::size_t to = std::min(b.size(), i + limit);
    Row current;
    current.fill(limit);
    if (from == 1) current[0] = i;
    std::size_t best = limit;
    for (std::size_t j = from; j <= to; ++j) {
      const std::size_t replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) current[j] = std::min(current[j], before_previous[j - 2] + 1);
      best = std::min(best, current[j]);
    }
    cells += to + 1 - std::min(from, to + 1);
    if (best >= limit) return limit;
    before_previous = previous;
    previous = current;
  }
  return std::min(previous[b.size()], limit);
}

/// How many characters at the begin are printable ASCII and none of `special`: nearly always all.
std::size_t plain_prefix(std::string_view text, std::string_view special) {
  const auto is_plain = [&](char c) {
    return c >= ' ' && c <= '~' && special.find(c) == std::string_view::npos;
  };
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
}

/// Whether a character does something to the text around it instead of being seen: controls, changes of the
/// direction, breaks of the line, what is never seen. (Joiners belong to the spelling of many languages.)
bool disturbs(char32_t code) {
  constexpr std::array<std::pair<char32_t, char32_t>, 9> ranges{{{0x00, 0x1F},
                                                                 {0x7F, 0x9F},
                                                                 {0x061C, 0x061C},
                                                                 {0x200E, 0x200F},
                                                                 {0x2028, 0x202E},
                                                                 {0x2060, 0x206F},
                                                                 {0xFEFF, 0xFEFF},
                                                                 {0xFFF9, 0xFFFB},
                                                                 {0xE0000, 0xE007F}}};
  return std::ranges::any_of(ranges,
                             [&](const auto& range) { return code >= range.first && code <= range.second; });
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte(at) & 0xC0U) != 0x80) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return length;
}

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  if (name.size() > longest_suggestion) return {};
  std::size_t best = std::max<std::size_t>(1, name.size() / 3) + 1;
  const std::string* found = nullptr;
  std::size_t cells = 0;
  for (const std::string& candidate : candidates) {
    if (cells > most_cells) break;
    const std::size_t longer = std::max(candidate.size(), name.size());
    const std::size_t shorter = std::min(candidate.size(), name.size());
    if (candidate.size() > longest_suggestion || longer - shorter >= best) continue;
    const std::size_t distance = edit_distance(name, candidate, best, cells);
    if (distance < best) {
      best = distance;
      found = &candidate;
    }
  }
  return found == nullptr ? std::string() : *found;
}

std::string cut_off(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return std::string(text.substr(0, end)).append("…");
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  return "\"" + printable(cut_off(text, longest)) + "\"";
}

std::string join_words(std::span<const std::string> words) {
  constexpr std::size_t most_words = 30;
  const std::size_t shown = words.size() > most_words ? most_words - 1 : words.size();
  std::string text;
  for (std::size_t at = 0; at < shown; ++at) {
    if (at > 0) text += at + 1 == words.size() ? " and " : ", ";
    text += words[at];
  }
  if (shown < words.size()) text += fmt::format(" and {} more", words.size() - shown);
  return text;
}

std::string human_duration(Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 60'000) return fmt::format("{}.{} s", ms / 1000, ms % 1000 / 100);
  return fmt::format("{} min {:02} s", ms / 60'000, ms % 60'000 / 1000);
}

std::size_t find_invalid_utf8(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t at = 0;
  while (at < text.size()) {
    // Nearly every file is nearly all ASCII: many bytes at a time.
    std::array<std::uint64_t, 4> many{};
    if (text.size() - at >= sizeof many) {
      std::memcpy(many.data(), text.data() + at, sizeof many);
      if (((many[0] | many[1] | many[2] | many[3]) & high_bits) == 0) {
        at += sizeof many;
        continue;
      }
    }
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string json_string(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const std::size_t plain = plain_prefix(text, "\"\\");
    json += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text.front();
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length);
    if (length == 0) {
      json += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (c == '\n') {
      json += "\\n";
    } else if (c == '\t') {
      json += "\\t";
    } else if (const char32_t code = first_code_point(character); !disturbs(code)) {
      json += character;
    } else if (code < 0x10000) {
      json += fmt::format("\\u{:04x}", std::uint32_t{code});
    } else {
      const std::uint32_t offset = code - 0x10000;
      json += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (offset >> 10U), 0xDC00 + (offset & 0x3FFU));
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return json + "\"";
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t plain = plain_prefix(text, {});
    shown += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t valid = utf8_length(text);
    const std::size_t length = std::max<std::size_t>(1, valid);
    const std::string_view character = text.substr(0, length);
    const char32_t code = valid == 0 ? 0 : first_code_point(character);
    if (valid == 0 || (length == 1 && disturbs(code))) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    } else if (disturbs(code)) {
      shown += fmt::format("\\u{{{:x}}}", std::uint32_t{code});
    } else {
      shown += character;
    }
    text.remove_prefix(length);
  }
  return shown;
}

bool is_printable(std::string_view text) {
  return plain_prefix(text, {}) == text.size() || printable(text) == text;
}

}  // namespace dream
