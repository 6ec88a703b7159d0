#pragma once

#include <functional>
#include <string>

#include "cli/view_text.hpp"
#include "plan/workspace.hpp"

/// `dream list`.
namespace dream::cli {

/// Whether the folder of a normalised project exists. Asked once a project.
using FolderExists = std::function<bool(const std::string& project)>;

/// The projects and their tasks, the executor of each and where it was written, and a warning for a project
/// without a folder. The time it takes grows with the size of the configuration.
[[nodiscard]] std::string list_text(const Workspace& workspace, const Locate& locate,
                                    const FolderExists& folder_exists, const TextStyle& style);

/// The same as one JSON object: {"projects": [{"project", "executor", "exists", "from", "tasks": [{"task",
/// "executor", "from"}]}]}, a project a line.
[[nodiscard]] std::string list_json(const Workspace& workspace, const Locate& locate,
                                    const FolderExists& folder_exists);

}  // namespace dream::cli
