#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asio.hpp"

namespace dream::http {

/// What a program has written, and how it ended.
struct Answer {
  std::string text;         ///< its standard output, 64 MiB at most
  std::string complaint;    ///< the last line of its standard error
  std::optional<int> code;  ///< nullopt: it didn't start, or didn't end in time
  error_code error;         ///< why there is no code

  [[nodiscard]] bool ok() const { return code == 0; }
};

/// Runs a program with `input` as its standard input, and waits for its end. After `limit` it is killed with
/// everything that it has started.
[[nodiscard]] Answer answer_of(const std::vector<std::string>& words, std::string_view input,
                               std::chrono::milliseconds limit);

}  // namespace dream::http
