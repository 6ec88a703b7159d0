#pragma once

#include <memory>

#include "cli/options.hpp"
#include "config/secrets.hpp"
#include "history/recorder.hpp"
#include "plan/plan.hpp"
#include "plugin/place.hpp"
#include "prepare/workspace.hpp"

/// Who writes the record of a run (docs/control.md).
namespace dream::cli {

/// None: nobody wants a record of this run. `hides`: it doesn't show all that its steps write. The plan must
/// outlive it, and so must `secrets`: the words of the command line are masked by those that are known when
/// the record begins.
[[nodiscard]] std::unique_ptr<history::Recorder> make_recorder(const Options& options, const Plan& plan,
                                                               const prepare::LoadedWorkspace& loaded,
                                                               const config::Secrets& secrets,
                                                               const plugin::Place& place, bool hides);

}  // namespace dream::cli
