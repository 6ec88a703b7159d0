#pragma once

#include <filesystem>

#include "cli/options.hpp"
#include "cli/workspace.hpp"
#include "plan/plan.hpp"

/// Plugins that come with a workspace, and the user's word for them.
namespace dream::cli {

/// Asks on the terminal about each plugin of the plan that has to be confirmed, and remembers a yes. Without
/// a terminal, or after a no, nothing happens here: loading the plugin refuses it in words.
void confirm_plugins(const Plan& plan, const prepare::LoadedWorkspace& loaded, const Options& options);

/// `dream plugin trust FILE`: an exit code.
[[nodiscard]] int trust_plugin(const std::filesystem::path& file);

}  // namespace dream::cli
