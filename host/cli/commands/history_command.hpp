#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "cli/views/ctl_view.hpp"
#include "control/client.hpp"

namespace dream::cli {

/// What the steps of a recorded run wrote, as `dream ctl logs` shows it; without --run of the last one.
/// Error{not_found}: there is no such record; Error{usage}: or no such step.
[[nodiscard]] Result<std::vector<Written>> written_in_record(const Options& options);

/// The recorded runs of this workspace, or with this id, that go on though nobody listens for them: somebody
/// has removed their sockets. The newest first.
[[nodiscard]] std::vector<control::SilentRun> runs_without_socket(const Options& options);

}  // namespace dream::cli
