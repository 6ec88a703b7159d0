#include "version_range.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace dream::plugins {

namespace {

using Bound = VersionRange::Bound;
using Kind = Bound::Kind;
using Bounds = std::vector<Bound>;

/// A version that may lack its last numbers: "1", "1.2", "1.x", "*".
struct Partial {
  std::optional<std::uint64_t> major, minor, patch;
  std::vector<std::string> prerelease;
};

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

/// False: it is no number, and no placeholder for one either.
bool read_number(std::string_view text, std::optional<std::uint64_t>& number) {
  if (text == "x" || text == "X" || text == "*") return true;
  std::uint64_t value = 0;
  if (!is_number(text) || text.size() > 15) return false;
  std::from_chars(text.data(), text.data() + text.size(), value);
  number = value;
  return true;
}

std::optional<Partial> parse_partial(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  Partial partial;
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos) {
    for (const std::string_view part : split(text.substr(dash + 1), ".")) {
      if (part.empty()) return std::nullopt;
      partial.prerelease.emplace_back(part);
    }
    text = text.substr(0, dash);
  }
  const std::vector<std::string_view> numbers = split(text, ".");
  if (numbers.size() > 3 || !read_number(numbers[0], partial.major)) return std::nullopt;
  if (numbers.size() > 1 && !read_number(numbers[1], partial.minor)) return std::nullopt;
  if (numbers.size() > 2 && !read_number(numbers[2], partial.patch)) return std::nullopt;
  if (!partial.major) partial.minor = std::nullopt;
  if (!partial.minor) partial.patch = std::nullopt;
  if (!partial.patch) partial.prerelease.clear();
  return partial;
}

Version filled(const Partial& partial) {
  return {partial.major.value_or(0), partial.minor.value_or(0), partial.patch.value_or(0),
          partial.prerelease};
}

/// The first of the versions after those that begin with the first `kept` numbers, prereleases included.
Version next(const Partial& partial, int kept) {
  if (kept == 1) return {*partial.major + 1, 0, 0, {"0"}};
  if (kept == 2) return {*partial.major, *partial.minor + 1, 0, {"0"}};
  return {*partial.major, *partial.minor, *partial.patch + 1, {"0"}};
}

int numbers_of(const Partial& partial) {
  return partial.patch ? 3 : partial.minor ? 2 : partial.major ? 1 : 0;
}

/// How many numbers "^" keeps: up to the first that isn't 0.
int kept_by_caret(const Partial& partial) {
  if (*partial.major > 0 || !partial.minor) return 1;
  return *partial.minor > 0 || !partial.patch ? 2 : 3;
}

/// Versions that begin as `partial` does, or are equal to it.
void add_equal(const Partial& partial, Bounds& bounds) {
  const int numbers = numbers_of(partial);
  if (numbers == 0) return;
  bounds.push_back({Kind::from, filled(partial)});
  bounds.push_back(numbers == 3 ? Bound{Kind::up_to, filled(partial)}
                                : Bound{Kind::below, next(partial, numbers)});
}

void add_nothing(Bounds& bounds) {
  bounds.push_back({Kind::below, {0, 0, 0, {"0"}}});
}

void add_compared(std::string_view sign, const Partial& partial, Bounds& bounds) {
  const int numbers = numbers_of(partial);
  if (numbers == 0) {
    if (sign == ">" || sign == "<") add_nothing(bounds);
  } else if (sign == ">=") {
    bounds.push_back({Kind::from, filled(partial)});
  } else if (sign == ">") {
    Version above = numbers == 3 ? filled(partial) : next(partial, numbers);
    if (numbers < 3) above.prerelease.clear();
    bounds.push_back({numbers == 3 ? Kind::above : Kind::from, std::move(above)});
  } else if (sign == "<") {
    Version below = filled(partial);
    if (numbers < 3) below.prerelease = {"0"};
    bounds.push_back({Kind::below, std::move(below)});
  } else {
    bounds.push_back(numbers == 3 ? Bound{Kind::up_to, filled(partial)}
                                  : Bound{Kind::below, next(partial, numbers)});
  }
}

/// ">=1.2", "^1", "1.x". False: it is none.
bool add_comparator(std::string_view text, Bounds& bounds) {
  const std::size_t begin = std::min(text.find_first_not_of("<>=^~"), text.size());
  const std::string_view sign = text.substr(0, begin);
  const std::optional<Partial> partial = parse_partial(text.substr(begin));
  if (!partial) return false;
  const int numbers = numbers_of(*partial);
  if (sign.empty() || sign == "=") {
    add_equal(*partial, bounds);
  } else if (sign == "^" || sign == "~" || sign == "~>") {
    if (numbers == 0) return true;
    bounds.push_back({Kind::from, filled(*partial)});
    bounds.push_back(
        {Kind::below, next(*partial, sign == "^" ? kept_by_caret(*partial) : std::min(numbers, 2))});
  } else if (sign == ">" || sign == ">=" || sign == "<" || sign == "<=") {
    add_compared(sign, *partial, bounds);
  } else {
    return false;
  }
  return true;
}

/// The words of one alternative; a sign that stands alone belongs to what follows it.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool joined = false;
  for (const std::string_view part : split(text, " ")) {
    if (part.empty()) continue;
    if (joined)
      words.back() += part;
    else
      words.emplace_back(part);
    joined = part.find_first_not_of("<>=^~") == std::string_view::npos;
  }
  return words;
}

/// False: it is no range.
bool add_alternative(std::string_view text, Bounds& bounds) {
  const std::vector<std::string> words = words_of(text);
  if (words.size() == 3 && words[1] == "-")
    return add_comparator(">=" + words[0], bounds) && add_comparator("<=" + words[2], bounds);
  return std::ranges::all_of(words, [&](const std::string& word) { return add_comparator(word, bounds); });
}

auto numbers(const Version& version) {
  return std::tie(version.major, version.minor, version.patch);
}

/// Below 0, 0 or above 0, as the left one comes first.
int compare_parts(const std::string& left, const std::string& right) {
  const bool left_number = is_number(left);
  const bool right_number = is_number(right);
  if (left_number != right_number) return left_number ? -1 : 1;
  if (left_number && left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return left.compare(right);
}

int compare(const Version& left, const Version& right) {
  if (numbers(left) != numbers(right)) return numbers(left) < numbers(right) ? -1 : 1;
  if (left.prerelease.empty() || right.prerelease.empty())
    return static_cast<int>(left.prerelease.empty()) - static_cast<int>(right.prerelease.empty());
  for (std::size_t at = 0; at < std::min(left.prerelease.size(), right.prerelease.size()); ++at) {
    if (const int order = compare_parts(left.prerelease[at], right.prerelease[at]); order != 0) return order;
  }
  if (left.prerelease.size() == right.prerelease.size()) return 0;
  return left.prerelease.size() < right.prerelease.size() ? -1 : 1;
}

bool keeps(const Version& version, const Bound& bound) {
  const int order = compare(version, bound.version);
  switch (bound.kind) {
    case Kind::from:
      return order >= 0;
    case Kind::above:
      return order > 0;
    case Kind::below:
      return order < 0;
    case Kind::up_to:
      return order <= 0;
  }
  return false;
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  if (text.starts_with('=')) text.remove_prefix(1);
  const std::optional<Partial> partial = parse_partial(text);
  if (!partial || !partial->patch) return std::nullopt;
  return filled(*partial);
}

std::optional<VersionRange> VersionRange::parse(std::string_view text) {
  VersionRange range;
  for (const std::string_view alternative : split(text, "||")) {
    if (!add_alternative(alternative, range.alternatives_.emplace_back())) return std::nullopt;
  }
  return range;
}

bool VersionRange::allows(const Version& version) const {
  return std::ranges::any_of(alternatives_, [&](const Bounds& bounds) {
    const bool named =
        version.prerelease.empty() || std::ranges::any_of(bounds, [&](const Bound& bound) {
          return !bound.version.prerelease.empty() && numbers(bound.version) == numbers(version);
        });
    return named && std::ranges::all_of(bounds, [&](const Bound& bound) { return keeps(version, bound); });
  });
}

}  // namespace dream::plugins
