#include "base/duration_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace dream {

namespace {

/// From the largest to the smallest.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t most_ms = std::int64_t{100} * 365 * 86'400'000;

Error refused(std::string_view text) {
  return {ErrorCode::usage, in_quotes(text) + " is no duration", {}, "500ms, 2s, 1m30s, 1h, or milliseconds"};
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  std::string_view rest = text;
  do {
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (failed != std::errc() || number < 0 || rest.starts_with('-')) return refused(text);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const std::string_view unit = rest.substr(0, rest.find_first_of("0123456789"));
    rest.remove_prefix(unit.size());
    std::int64_t factor = 0;
    if (unit.empty() && rest.empty() && next_unit == 0) factor = 1;
    for (; factor == 0 && next_unit < units.size(); ++next_unit)
      if (units[next_unit].first == unit) factor = units[next_unit].second;
    if (factor == 0 || number > (most_ms - total) / factor) return refused(text);
    total += number * factor;
  } while (!rest.empty());
  return std::chrono::milliseconds(total);
}

}  // namespace dream
