#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

/// Amounts of memory as docker reads them.
namespace dream::plugins {

/// With less, no engine starts a container.
inline constexpr std::int64_t least_memory = std::int64_t{6} * 1024 * 1024;

/// Bytes: "512m", "1.5 GiB", "1024"; nullopt for what is no amount, or none that a machine has.
[[nodiscard]] inline std::optional<std::int64_t> parse_size(std::string_view text) {
  const char* const text_end = text.data() + text.size();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text_end, number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  std::string unit(end, text_end);
  if (unit.starts_with(' ')) unit.erase(0, 1);
  for (char& c : unit) c = static_cast<char>(c | 0x20);  // letters become small ones
  const std::size_t power = unit.empty() ? 0 : std::string_view("bkmgtp").find(unit.front());
  if (power == std::string_view::npos) return std::nullopt;
  if (unit.size() > 1 && (power == 0 || (unit.substr(1) != "b" && unit.substr(1) != "ib")))
    return std::nullopt;
  constexpr double most = 1e18;
  const double size = std::ldexp(number, static_cast<int>(10 * power));
  return size >= 1 && size <= most ? std::optional(std::llround(size)) : std::nullopt;
}

}  // namespace dream::plugins
