#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "cli/options.hpp"
#include "cli/workspace.hpp"
#include "config/secrets.hpp"
#include "control/run_answers.hpp"
#include "plugin/registry.hpp"
#include "prepare/prepared_step.hpp"
#include "prepare/workspace.hpp"

namespace dream::cli {

/// Steps of a run that are to be started as dream.json has them now. Reads it when it is asked to, on the
/// loop thread.
class Reloading {
 public:
  /// What a run was made of. `steps` are changed.
  struct Run {
    const Options& options;
    const Requested& requested;
    const prepare::LoadedWorkspace& loaded;
    plugin::Registry& registry;
    std::vector<prepare::PreparedStep>& steps;
    Log& log;
    config::Secrets& secrets;  ///< are added to
  };
  /// As steps are started, and were before: each of these may leave something behind.
  using Tell = std::function<void(const std::vector<prepare::PreparedStep>& ever)>;

  /// All must outlive it.
  Reloading(Run run, Tell on_change);

  /// As RunAccess::reload.
  [[nodiscard]] Result<std::vector<control::StepChange>> reload(std::span<const StepIndex> steps);

 private:
  /// Each once.
  void warn(const std::vector<std::string>& warnings);

  Run run_;
  Tell on_change_;
  std::vector<prepare::PreparedStep> replaced_;
  std::set<std::string> warned_;
};

}  // namespace dream::cli
