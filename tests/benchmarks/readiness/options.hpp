#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace dream::readiness {

inline const std::vector<std::string> all_kinds{"port", "tcp", "http", "file", "log", "notify", "exec"};

/// The shortest wait, in milliseconds.
inline constexpr int shortest = 10;

struct Options {
  std::size_t runs = 40;  ///< of each kind
  int longest = 2000;     ///< the longest wait, in milliseconds
  std::size_t at_once = 4;
  std::string dream = DREAM_BINARY;
  std::vector<std::string> kinds = all_kinds;
};

/// None: they make no sense, and a line on stderr says what does.
[[nodiscard]] std::optional<Options> read_options(const std::vector<std::string>& words);

}  // namespace dream::readiness
