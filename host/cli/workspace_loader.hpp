#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "cli/view_text.hpp"
#include "config/discovery.hpp"
#include "config/load.hpp"
#include "plan/plan.hpp"
#include "plugin/search_path.hpp"

namespace dream::cli {

/// The configuration that a command works on.
struct LoadedWorkspace {
  config::Discovery discovery;
  std::shared_ptr<const config::Document> document;
  Workspace workspace;
  std::vector<config::Problem> problems;
};

/// The folder the command works in: the current one, or that of --directory.
[[nodiscard]] Result<std::filesystem::path> starting_folder(const Options& options);

/// Finds dream.json, if it is one that is obeyed: of the user, root or the owner of the folder, or trusted.
[[nodiscard]] Result<config::Discovery> find_workspace(const Options& options);

/// Finds and reads dream.json, whatever is wrong with its content.
[[nodiscard]] Result<LoadedWorkspace> read_workspace(const Options& options);

/// The same for commands that need it to be right: its problems are told on stderr, errors give an Error
/// without a message.
[[nodiscard]] Result<LoadedWorkspace> load_workspace(const Options& options);

/// The same for commands that need none: an empty one, without a document, where there is no dream.json.
[[nodiscard]] Result<LoadedWorkspace> workspace_if_any(const Options& options);

/// The project that is meant: that of --project, or of the folder that one stands in.
[[nodiscard]] Result<std::string> requested_project(const Options& options, const Workspace& workspace);

/// The plan of what was asked for; a problem is told on stderr as in load_workspace.
[[nodiscard]] Result<Plan> plan_request(const Options& options, const LoadedWorkspace& loaded);

/// A path that is relative to the folder of dream's binary: what was installed with it.
[[nodiscard]] std::filesystem::path from_binary(const std::filesystem::path& relative);

/// Where executor plugins are looked for. `trust`: those of the workspace need no confirmation.
[[nodiscard]] plugin::SearchPath plugin_search_path(const Workspace& workspace, bool trust = false);

/// Places of this dream.json as text.
[[nodiscard]] Locate locator(const LoadedWorkspace& loaded);

}  // namespace dream::cli
