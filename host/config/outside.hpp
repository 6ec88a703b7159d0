#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "config/env_expansion.hpp"
#include "config/file_rule.hpp"

namespace dream::config {

/// What a configuration takes from outside of dream.json's own text; by default nothing.
struct Outside {
  /// dream's own environment, for `${NAME}`.
  Lookup environment = [](const std::string&) { return std::nullopt; };
  /// Judges the files that belong to dream.json and are read with it. None: they aren't looked for.
  std::optional<FileRule> files;
  /// What a pipe in place of `.env` has to come to its end; 0: it counts as empty.
  std::chrono::milliseconds pipe_time{0};
};

}  // namespace dream::config
