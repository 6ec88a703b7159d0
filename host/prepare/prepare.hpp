#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/env_file.hpp"
#include "plan/plan.hpp"
#include "plugin/registry.hpp"
#include "prepare/prepared_step.hpp"
#include "prepare/workspace.hpp"

namespace dream::prepare {

using config::Variables;

/// The environment of a step, NAME=VALUE sorted by name.
struct StepEnvironment {
  SharedEnvironment whole;  ///< dream's own < what dream.json gives
  SharedEnvironment own;    ///< what dream.json gives: env files < env of project and task
};

/// The environments of steps, each made once, and each env file read once.
class Environments {
 public:
  Environments(const Plan& plan, config::FileRule rule, EnvFiles files)
      : rule_(std::move(rule)),
        files_(files),
        alone_(plan.steps.size() == 1),
        notifies_(alone_ && notifies(plan.steps.front())) {}

  Result<StepEnvironment> of(const Step& step, const std::filesystem::path& folder);
  /// What is odd about the env files, each once.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  Result<Variables> given_variables(const Step& step, const std::filesystem::path& folder);

  config::FileRule rule_;
  EnvFiles files_;
  bool alone_;     ///< there is one step
  bool notifies_;  ///< which tells dream when it is ready, and not dream's own service manager
  std::map<std::filesystem::path, Result<std::string>> read_;
  std::vector<std::string> warnings_;
  std::unordered_set<std::string> warned_;
  std::map<std::tuple<std::filesystem::path, std::vector<std::string>, Environment>, StepEnvironment> made_;
};

/// Everything that starting each step of a plan will need: its folder, environment, options and executor.
/// Either all of it, or every reason why not (the same one only once): nothing is run of a plan that can't be
/// run whole.
struct Preparation {
  std::vector<PreparedStep> steps;
  std::vector<Error> errors;
  std::vector<std::string> warnings;
};
[[nodiscard]] Preparation prepare(const Plan& plan, const LoadedWorkspace& loaded,
                                  plugin::Registry& registry);

/// What becomes of an env file of the workspace that isn't there.
enum class MissingFiles : std::uint8_t {
  refused,
  awaited,   ///< where a step of the plan that has to end first could write it
  expected,  ///< in any case: it is read when its step starts
};

/// The same for one of its steps.
[[nodiscard]] Result<PreparedStep> prepare_step(const Plan& plan, StepIndex index,
                                                const LoadedWorkspace& loaded, plugin::Registry& registry,
                                                Environments& environments,
                                                MissingFiles missing = MissingFiles::refused);

/// An error of an env file; that it doesn't exist: with the place where dream.json names it.
[[nodiscard]] Error about_env_file(const Step& step, const std::filesystem::path& folder,
                                   const LoadedWorkspace& loaded, Error error);

/// Root and project are normal already: "./" or "./services/api".
[[nodiscard]] std::filesystem::path folder_of(const Workspace& workspace, const std::string& project);

/// That the folder of a step's project is there. `may_list`: all projects, to find the one that was meant.
[[nodiscard]] Result<void> check_folder(const Step& step, const LoadedWorkspace& loaded, bool may_list);

/// What a registry needs to know of a step to find its executor; without the options of its task.
[[nodiscard]] plugin::ExecutorRequest executor_request(const Step& step, const LoadedWorkspace& loaded);

/// What else there is to say of a step that can't be started. An option that it refuses: where it stands in
/// dream.json. No command, which its executor doesn't find either: another executor that does, or a task that
/// may have been meant. True: there is no such task, and nothing comes to mind.
bool suggest_remedy(const Step& step, const LoadedWorkspace& loaded, plugin::Registry& registry,
                    plugin::Registry::Ask whom, Error& error);

}  // namespace dream::prepare
