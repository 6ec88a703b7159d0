#pragma once

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
  bool everywhere = false;  ///< of ps: the runs of all workspaces
  bool json = false;
  std::optional<Duration> timeout;  ///< of wait
};

/// Errors have the code usage.
[[nodiscard]] Result<std::variant<CtlOptions, Answer>> parse_ctl_options(std::vector<std::string> words);

}  // namespace dream::cli
