#pragma once

#include <optional>
#include <string>

namespace dream {

/// One thing that isn't as it was.
struct Change {
  std::string what;                   ///< "command", "env PORT", "options image"
  std::optional<std::string> before;  ///< none: there was none
  std::optional<std::string> after;   ///< none: there is none any more
};

/// "env PORT: 3000 → 3001", to be shown.
[[nodiscard]] std::string to_string(const Change& change);

}  // namespace dream
