#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// TOML, as far as it takes to find what is said of tasks.
namespace dream::init {

/// `a.b = value` as {"a", "b"}; of a table itself, too.
struct TomlEntry {
  std::vector<std::string> key;
  std::vector<std::string> texts = {};  ///< the text, or those of an array
  bool is_true = false;
};

/// All of a text in its order, members of inline tables and of those in arrays among them. `file`: for the
/// error.
[[nodiscard]] Result<std::vector<TomlEntry>> toml_entries(std::string_view text, const std::string& file);

}  // namespace dream::init
