#pragma once

#include <unistd.h>

#include <string>
#include <vector>

namespace dream {

/// The variables of this program, each NAME=VALUE.
[[nodiscard]] inline std::vector<std::string> own_variables() {
  std::vector<std::string> variables;
  for (const char* const* entry = ::environ; entry != nullptr && *entry != nullptr; ++entry)
    variables.emplace_back(*entry);
  return variables;
}

}  // namespace dream
