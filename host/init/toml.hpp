#pragma once

#include <string>
#include <string_view>
#include <vector>

/// TOML, as far as it takes to find what is said of tasks.
namespace dream::init {

/// `a.b = value` as {"a", "b"} and the value as it is written; the head of a table has none.
struct TomlEntry {
  std::vector<std::string> key;
  std::string value = {};
};

/// All of a text in its order, members of inline tables among them; a line that is no TOML is passed over.
[[nodiscard]] std::vector<TomlEntry> toml_entries(std::string_view text);

/// What is between the quotes of a value, else the value.
[[nodiscard]] std::string toml_text(std::string_view value);

/// The texts of an array, or the only one.
[[nodiscard]] std::vector<std::string> toml_texts(std::string_view value);

}  // namespace dream::init
