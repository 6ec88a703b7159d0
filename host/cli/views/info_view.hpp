#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/views/view_text.hpp"
#include "plan/workspace.hpp"

/// `dream --info`.
namespace dream::cli {

/// What the search for dream.json did.
struct Discovery {
  std::vector<std::string> looked_for;  ///< every path that was tried, in that order
  std::string found;                    ///< the one that was there; empty: none
  std::vector<std::string> below;       ///< the files that it extends
  std::vector<std::string> above;       ///< those that are merged over it
};

/// The file that each executor's plugin is loaded from, by id; an id whose file isn't known may be missing.
using PluginPaths = std::map<std::string, std::string, std::less<>>;

/// Where dream looked, what it found, and what that says about projects, tasks and executors. `workspace` is
/// nullptr when there is none.
[[nodiscard]] std::string info_text(const Discovery& discovery, const Workspace* workspace,
                                    const PluginPaths& plugins, const Locate& locate, const TextStyle& style);

}  // namespace dream::cli
