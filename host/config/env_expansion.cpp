#include "config/env_expansion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace dream::config {

namespace {

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// The name that a text begins with; empty: none.
std::string_view name_at(std::string_view text) {
  if (text.empty() || !begins_name(text.front())) return {};
  const auto in_name = [](char c) { return begins_name(c) || (c >= '0' && c <= '9'); };
  return {text.begin(), std::find_if_not(text.begin(), text.end(), in_name)};
}

class Expansion {
 public:
  Expansion(const Lookup& lookup, std::size_t limit, Dollars dollars)
      : lookup_(lookup), limit_(limit), dollars_(dollars) {}

  Result<void> add(std::string_view text, std::size_t depth) {
    constexpr std::size_t most_words_in_words = 64;
    if (depth > most_words_in_words) return error("its ${…} stand in one another too often", {});
    while (true) {
      const std::size_t dollar = std::min(text.find('$'), text.size());
      if (!append(text.substr(0, dollar))) return too_long();
      text.remove_prefix(dollar);
      if (text.empty()) return {};
      const std::string_view rest = text.substr(1);
      const std::string_view name = dollars_ == Dollars::names ? name_at(rest) : std::string_view();
      if (rest.starts_with('{')) {
        Result<std::size_t> length = add_braced(rest, depth);
        if (!length) return length.error();
        text.remove_prefix(1 + *length);
      } else if (!name.empty()) {
        if (!append(value_of(name).value_or(""))) return too_long();
        text.remove_prefix(1 + name.size());
      } else {
        if (!append("$")) return too_long();
        text.remove_prefix(rest.starts_with(dollars_ == Dollars::in_command ? "${" : "$") ? 2 : 1);
      }
    }
  }

  Expanded take() { return std::move(expanded_); }

 private:
  /// `text` begins with `{`; returns how long the whole is.
  Result<std::size_t> add_braced(std::string_view text, std::size_t depth) {
    const std::size_t end = closing_brace(text);
    const std::string_view whole = text.substr(0, end == std::string_view::npos ? end : end + 1);
    const std::string_view name = name_at(text.substr(1));
    std::string_view word = whole;
    word.remove_prefix(std::min(word.size(), 1 + name.size()));
    const bool empty_counts = word.starts_with(':');
    if (empty_counts) word.remove_prefix(1);
    const char operation = word.empty() ? '\0' : word.front();
    const bool known =
        operation == '-' || operation == '+' || operation == '?' || (operation == '}' && !empty_counts);
    if (end == std::string_view::npos || name.empty() || !known) {
      return error(fmt::format("{} is no variable", in_quotes(fmt::format("${}", whole))),
                   dollars_ == Dollars::names ? "write $$ for a dollar, or put the value in 'single quotes'"
                                              : "write $${ for ${");
    }
    word.remove_prefix(1);
    if (operation != '}') word.remove_suffix(1);
    Result<void> added = add_one_of(name, operation, empty_counts, word, depth);
    if (!added) return added.error();
    return whole.size();
  }

  Result<void> add_one_of(std::string_view name, char operation, bool empty_counts, std::string_view word,
                          std::size_t depth) {
    const std::optional<std::string_view> value =
        operation == '}' ? value_of(name) : lookup_(std::string(name));
    const bool has_value = value && !(empty_counts && value->empty());
    const bool takes_word = operation == '+' ? has_value : operation == '-' && !has_value;
    if (takes_word) return add(word, depth + 1);
    if (operation == '?' && !has_value) {
      Expansion message(lookup_, limit_, dollars_);
      if (Result<void> made = message.add(word, depth + 1); !made) return made;
      return error(fmt::format("{} has no value{}{}", in_quotes(name), word.empty() ? "" : ": ",
                               printable(message.take().text)),
                   {});
    }
    if (operation != '+' && !append(value.value_or(""))) return too_long();
    return {};
  }

  /// The word may hold other braces.
  static std::size_t closing_brace(std::string_view text) {
    std::size_t open = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '{') ++open;
      if (text[at] == '}' && --open == 0) return at;
    }
    return std::string_view::npos;
  }

  std::optional<std::string_view> value_of(std::string_view name) {
    const std::optional<std::string_view> value = lookup_(std::string(name));
    if (!value) expanded_.unset.emplace_back(name);
    return value;
  }

  bool append(std::string_view text) {
    if (text.size() > limit_ - expanded_.text.size()) return false;
    expanded_.text += text;
    return true;
  }

  static Error error(std::string message, std::string hint) {
    return {ErrorCode::configuration, std::move(message), {}, std::move(hint)};
  }
  [[nodiscard]] Error too_long() const {
    return error(
        fmt::format(
            "its variables make it too long: of what all values of the file may have, {} bytes are left",
            limit_),
        {});
  }

  const Lookup& lookup_;
  std::size_t limit_;
  Dollars dollars_;
  Expanded expanded_;
};

}  // namespace

Result<Expanded> expand(std::string_view text, const Lookup& lookup, std::size_t limit, Dollars dollars) {
  Expansion expansion(lookup, limit, dollars);
  if (Result<void> added = expansion.add(text, 0); !added) return added.error();
  return expansion.take();
}

std::string with_escaped_dollars(std::string_view text) {
  std::string escaped;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    escaped += text[at] == '$' && (next == '$' || next == '{') ? "$$" : std::string(1, text[at]);
  }
  return escaped;
}

}  // namespace dream::config
