#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "prepare/project_graph.hpp"
#include "prepare/workspace.hpp"

/// Which steps a command line asks for.
namespace dream::cli {

struct SelectedStep {
  StepId id;
  std::string why;  ///< "changed: packages/core/a.ts", "needs ./packages/core"; empty: it was named
};

struct Selection {
  std::vector<SelectedStep> steps;  ///< the first task's first, then by project; none: nothing has changed
  std::string base;                 ///< of --affected: what is compared with, in words
};

/// By the tasks of the command line, and --project, --all, --affected and --dependents; without these in the
/// project that one stands in. Projects that lack a task are left out unless they are named. An Error where
/// nothing is left of them, or git can't tell what has changed.
[[nodiscard]] Result<Selection> select_steps(const Options& options, const prepare::LoadedWorkspace& loaded,
                                             prepare::ProjectGraph& graph);

/// What `--list-only` prints: a step a line, and why it is among them.
[[nodiscard]] std::string selection_text(const Selection& selection);
[[nodiscard]] std::string selection_json(const Selection& selection);

}  // namespace dream::cli
