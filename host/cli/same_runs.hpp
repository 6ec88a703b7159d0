#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/selection.hpp"
#include "control/client.hpp"

/// Runs of the same that go on already.
namespace dream::cli {

/// Those of the same steps of this workspace, the oldest first; `patience` for all that say nothing.
[[nodiscard]] std::vector<control::Connection> find_same_runs(const Selection& selection,
                                                              const std::filesystem::path& root,
                                                              Duration patience = control::usual_patience);

/// "./c:dev runs already (run 5f0c1a2b, pid 17)".
[[nodiscard]] std::string sentence_on(const control::RunInfo& run, const std::string& what);

}  // namespace dream::cli
