#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "cli/options.hpp"
#include "control/request.hpp"

namespace dream::cli {

/// What follows `dream ctl`.
struct CtlOptions {
  control::Request request;
  std::string run;          ///< its id, or the begin of it; empty: the one that is meant
  bool everywhere = false;  ///< of ps and history: the runs of all workspaces
  bool json = false;
  std::optional<Duration> timeout;  ///< of wait

  /// What is asked of records, and not of a run that goes on.
  enum class Past : std::uint8_t { none, history, show, compare };
  Past past = Past::none;
  std::vector<std::string> runs;           ///< of show and compare: the begin of an id, or "-1" for the last
  Output output = Output::automatic;       ///< of show
  std::optional<std::int64_t> since_ms{};  ///< of logs: since 1970

  /// Of each step.
  [[nodiscard]] std::size_t lines_of_logs() const {
    constexpr std::size_t usual = 100;
    if (request.lines > 0) return request.lines;
    return since_ms ? control::most_lines : usual;
  }
};

/// Errors have the code usage.
[[nodiscard]] Result<std::variant<CtlOptions, Answer>> parse_ctl_options(std::vector<std::string> words);

}  // namespace dream::cli
