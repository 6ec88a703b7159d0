#pragma once

#include <cstddef>
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
/// `{`.
namespace dream::config {

/// The value of a variable, if it is set. What it returns stays as long as the expansion goes on.
using Lookup = std::function<std::optional<std::string_view>(const std::string& name)>;

struct Expanded {
  std::string text;
  std::vector<std::string> unset;  ///< the names that became nothing because nobody has set them
};

/// The result is no longer than `limit` bytes, else it is an Error; so is what can't be understood. They have
/// no `where`.
[[nodiscard]] Result<Expanded> expand(std::string_view text, const Lookup& lookup, std::size_t limit);

}  // namespace dream::config
