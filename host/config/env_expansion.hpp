#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// `$NAME` and `${NAME}` in values of env files, as docker compose takes them: `${NAME:-word}` and
/// `${NAME-word}` (the word where the variable is empty or unset; where it is unset), `${NAME:+word}` and
/// `${NAME+word}` (the word where it isn't), `${NAME:?word}` and `${NAME?word}` (an error that says the
/// word), and `$$` for a dollar. Words are expanded, too. Any other dollar stands for itself, but not before
/// `{`. In dream.json only those in braces are variables.
namespace dream::config {

/// The value of a variable, if it is set. What it returns stays as long as the expansion goes on.
using Lookup = std::function<std::optional<std::string_view>(const std::string& name)>;

/// What a dollar can mean beside `${…}`.
enum class Dollars : std::uint8_t {
  names,       ///< `$NAME` is a variable, too; `$$` is a dollar
  doubled,     ///< `$$` is a dollar
  in_command,  ///< only `$${` is something else, `${`: shells have meanings for the others
};

struct Expanded {
  std::string text;
  std::vector<std::string> unset;  ///< the names that became nothing because nobody has set them
};

/// The result is no longer than `limit` bytes, else it is an Error; so is what can't be understood. They have
/// no `where`.
[[nodiscard]] Result<Expanded> expand(std::string_view text, const Lookup& lookup, std::size_t limit,
                                      Dollars dollars = Dollars::names);

/// How a text is written in dream.json, outside of commands, that is to mean just itself.
[[nodiscard]] std::string with_escaped_dollars(std::string_view text);

}  // namespace dream::config
