#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "plan/plan.hpp"
#include "plugin/registry.hpp"
#include "prepare/workspace.hpp"

/// What plugins are asked while nothing is run.
namespace dream::prepare {

/// What starting a step would run, or why it can't be started; both empty when that isn't known.
struct StepCommand {
  std::string line;     ///< one line
  std::string problem;  ///< may have several sentences
  /// The variables that dream.json and its env files set, by name; values that are nobody's business masked.
  std::vector<std::pair<std::string, std::string>> environment = {};
};

/// For each step of the plan.
[[nodiscard]] std::vector<StepCommand> describe_steps(const Plan& plan, const LoadedWorkspace& loaded,
                                                      plugin::Registry& registry);

/// What a plugin is told of the project of a step; the task may be empty.
[[nodiscard]] plugin::ProjectSpec project_spec(const LoadedWorkspace& loaded, const StepId& id);

/// What executors find in the folders of the projects.
struct Offers {
  /// Why the tasks of some projects can't be run or told: a tool or a plugin that is missing.
  struct Problem {
    std::string message;
    std::string hint;                   ///< may be empty
    std::vector<std::string> projects;  ///< at least one
  };

  std::map<std::string, std::vector<plugin::FoundTask>, std::less<>> tasks;  ///< by project
  std::vector<Problem> problems;
  bool looked = false;  ///< false: the workspace is too large for that
};

/// A task that could not be run now, whatever runs before it, or not be planned.
struct Misfit {
  SourceOffset where;
  Error error;
  bool is_wrong = false;  ///< by what the file says, on every machine
};
/// Of all tasks that dream.json knows, unless there are more projects than `most_projects_searched`.
[[nodiscard]] std::vector<Misfit> find_misfits(const LoadedWorkspace& loaded, plugin::Registry& registry,
                                               Manifests* manifests);

/// What keeps dream from knowing which of the projects have a task: of a manifest that can't be read, and of
/// a script that isn't executable where another project has one of this name that is. Without what one of
/// `told` says. Not of more projects than `most_projects_searched`.
[[nodiscard]] std::vector<Misfit> find_unknowns(const std::vector<std::string>& projects,
                                                const LoadedWorkspace& loaded, plugin::Registry& registry,
                                                const std::vector<Misfit>& told);

/// Looks into each project that has a folder, if there are not more of them than anybody reads.
inline constexpr std::size_t most_projects_searched = 500;
[[nodiscard]] Offers find_offers(const LoadedWorkspace& loaded, plugin::Registry& registry);

/// What the executor of one project finds in its folder, also what is unusable; an Error where it can't look.
[[nodiscard]] Result<std::vector<plugin::FoundTask>> find_tasks(const std::string& project,
                                                                const LoadedWorkspace& loaded,
                                                                plugin::Registry& registry);

/// A task that can be run in a project.
struct OfferedTask {
  std::string name;
  std::string what;    ///< it is; may be empty
  bool found = false;  ///< by the executor: dream.json doesn't speak of it
};
/// Those that dream.json knows, then those that the executor of the project finds in its folder; without
/// these where it can't look, or `registry` is null.
[[nodiscard]] std::vector<OfferedTask> offered_tasks(const std::string& project,
                                                     const LoadedWorkspace& loaded,
                                                     plugin::Registry* registry);

}  // namespace dream::prepare
