#pragma once

#include "cli/options.hpp"
#include "cli/selection.hpp"
#include "cli/views/view_text.hpp"
#include "prepare/workspace.hpp"

/// The workspace of a command line. What is wrong with it is told on stderr; the Error then has no message.
namespace dream::cli {

/// For commands that need dream.json to be right.
[[nodiscard]] Result<prepare::LoadedWorkspace> load_workspace(
    const Options& options, prepare::EnvFiles env_files = prepare::EnvFiles::look);

/// For commands that need none: an empty one, without a document, where there is no dream.json.
[[nodiscard]] Result<prepare::LoadedWorkspace> workspace_if_any(const Options& options);

/// What was asked for, and its plan, unless there is nothing to run.
struct Requested {
  Selection selection;
  std::optional<Plan> plan;
  int port_offset = 0;
  std::set<prepare::ProjectGraph::Unfollowed> unfollowed = {};  ///< what entries `"^"` of the plan leave out
};

[[nodiscard]] Result<Requested> requested_by(const Options& options, const prepare::LoadedWorkspace& loaded);

/// The plan of the same request by what dream.json says now, with the ports where they are. Tells nothing.
[[nodiscard]] Result<Plan> plan_again(const Options& options, const Requested& requested,
                                      const prepare::LoadedWorkspace& now, Manifests& manifests);

/// Where `--ports auto` has moved the ports of the run; empty: it hasn't.
[[nodiscard]] std::string moved_ports_text(const Requested& requested);

/// Says what was selected, or that nothing is, where there is nothing to run. Returns dream's exit code.
[[nodiscard]] int tell_selection(const Options& options, const Selection& selection);

/// Places of this dream.json as text.
[[nodiscard]] Locate locator(const prepare::LoadedWorkspace& loaded);
/// The same for people: from the current folder, where that is shorter.
[[nodiscard]] Locate locator_from_here(const prepare::LoadedWorkspace& loaded);

}  // namespace dream::cli
