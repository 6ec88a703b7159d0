#pragma once

#include <set>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "plugin/loaded_plugin.hpp"

/// Every project and task that dream.json mentions anywhere, also by a glob.
namespace dream::prepare {

/// A task of a project. Refers into the workspace it was listed from.
struct ListedTask {
  const std::string* name = nullptr;
  const std::string* executor = nullptr;
  SourceOffset where;  ///< its settings, else its dependencies, else the first entry that names it
  const std::string* description = nullptr;
};

/// A project and its tasks. Refers into the workspace it was listed from.
struct ListedProject {
  std::string name;
  const std::string* executor = nullptr;
  SourceOffset where;             ///< its settings, else the first mention
  std::vector<ListedTask> tasks;  ///< in order of name
  /// What the executor finds in the folder beside these.
  std::vector<const plugin::FoundTask*> found = {};
};

/// All projects in order of name: those with settings, with dependencies, named by a dependency entry or by a
/// rule about recursion, and `folders`, which are those that globs match.
[[nodiscard]] std::vector<ListedProject> list_projects(const Workspace& workspace,
                                                       const std::set<std::string>& folders);
/// With all folders that globs match.
[[nodiscard]] std::vector<ListedProject> list_projects(const Workspace& workspace);

}  // namespace dream::prepare
