#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "cli/views/ctl_view.hpp"

namespace dream::cli {

/// What the steps of a recorded run wrote, as `dream ctl logs` shows it; without --run of the last one.
/// Error{not_found}: there is no such record; Error{usage}: or no such step.
[[nodiscard]] Result<std::vector<Written>> written_in_record(const Options& options);

/// Says which recorded run goes on, though nobody listens for it: somebody has removed its socket. None:
/// there is no such run of this workspace, or with this id.
[[nodiscard]] std::optional<std::string> run_without_socket(const Options& options);

}  // namespace dream::cli
