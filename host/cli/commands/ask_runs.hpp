#pragma once

#include "cli/options.hpp"

namespace dream::cli {

/// Sends the request of `dream ctl …` to the run that is meant, and shows its answer. An exit code: 3 without
/// a run, 124 after --timeout, of `down` the run's own.
[[nodiscard]] int ask_runs(const Options& options);

}  // namespace dream::cli
