#pragma once

#include <vector>

#include "base/result.hpp"
#include "cli/commands/ctl_options.hpp"
#include "cli/options.hpp"
#include "cli/views/ctl_view.hpp"

namespace dream::cli {

/// `dream ctl history`, `show` and `compare`: what is asked of records. An exit code.
[[nodiscard]] int history_command(const Options& options, const CtlOptions& ctl);

/// What the steps of a recorded run wrote, as `dream ctl logs` shows it; without --run of the last one.
/// Error{not_found}: there is no such record; Error{usage}: or no such step.
[[nodiscard]] Result<std::vector<Written>> written_in_record(const Options& options, const CtlOptions& ctl);

}  // namespace dream::cli
