#pragma once

#include <vector>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "cli/views/ctl_view.hpp"

namespace dream::cli {

/// What the steps of a recorded run wrote, as `dream ctl logs` shows it; without --run of the last one.
/// Error{not_found}: there is no such record; Error{usage}: or no such step.
[[nodiscard]] Result<std::vector<Written>> written_in_record(const Options& options);

}  // namespace dream::cli
