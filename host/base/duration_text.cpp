#include "base/duration_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "base/text.hpp"

namespace dream {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr std::array<Unit, 4> units{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::string_view digits = "0123456789";
constexpr std::size_t most_decimals = 3;  ///< of a second, that is a millisecond

std::string_view take(std::string_view& rest, std::size_t size) {
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(taken.size());
  return taken;
}

std::string_view take_digits(std::string_view& rest) {
  return take(rest, rest.find_first_not_of(digits));
}

/// What is longer than all that can be written is any such number.
std::int64_t number_of(std::string_view written) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(written.data(), written.data() + written.size(), number);
  const std::int64_t longest = longest_written_duration.count();
  return failure == std::errc() ? std::min(number, longest + 1) : longest + 1;
}

/// "1.5h" at the begin of a text.
struct Part {
  std::string_view whole;
  std::string_view decimals;
  bool has_point = false;
  std::string_view unit;
};

Part take_part(std::string_view& rest) {
  Part part{.whole = take_digits(rest)};
  part.has_point = rest.starts_with('.');
  if (part.has_point) {
    rest.remove_prefix(1);
    part.decimals = take_digits(rest);
  }
  part.unit = take(rest, rest.find_first_of(digits));
  return part;
}

/// Milliseconds; nothing, with the reason, where it is no time. `last` is the unit of the part before.
std::optional<std::int64_t> value_of(const Part& part, const Unit*& last, std::string& reason) {
  const auto* const unit = std::ranges::find(units, part.unit, &Unit::name);
  if (part.whole.empty()) {
    reason = "it doesn't begin with a number";
  } else if (part.unit.empty()) {
    reason = fmt::format("{} has no unit", part.whole);
  } else if (unit == units.end()) {
    reason = fmt::format("there is no unit {}", in_quotes(part.unit));
  } else if (last != nullptr && unit <= last) {
    reason = "the units go from the largest to the smallest, each once";
  } else if (part.has_point && (part.decimals.empty() || part.decimals.size() > most_decimals)) {
    reason = fmt::format("there are 1 to {} digits behind the point", most_decimals);
  } else if (part.has_point && unit->milliseconds == 1) {
    reason = "milliseconds have no fractions";
  } else {
    last = &*unit;
    std::int64_t thousandths = number_of(part.decimals.empty() ? "0" : part.decimals);
    for (std::size_t size = part.decimals.size(); size < most_decimals; ++size) thousandths *= 10;
    return number_of(part.whole) * unit->milliseconds + thousandths * unit->milliseconds / 1000;
  }
  return std::nullopt;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto refused = [&](std::string_view reason) {
    return Error{ErrorCode::usage, fmt::format("{} is no time: {}", in_quotes(text), reason), "",
                 R"(write "500ms", "2s", "1m30s" or "1h", or the number of milliseconds)"};
  };
  if (text.empty()) return refused("it is empty");
  if (text.starts_with('-')) return refused("it is negative");
  std::int64_t total = 0;
  if (text.find_first_not_of(digits) == std::string_view::npos) {
    total = number_of(text);
  } else {
    const Unit* last = nullptr;
    for (std::string_view rest = text; !rest.empty();) {
      std::string reason;
      const auto value = value_of(take_part(rest), last, reason);
      if (!value) return refused(reason);
      total += *value;
    }
  }
  if (total > longest_written_duration.count()) return refused("it is longer than 24 days");
  return Duration(std::chrono::milliseconds(total));
}

}  // namespace dream
