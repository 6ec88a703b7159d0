#pragma once

#include <functional>
#include <string>

#include "cli/views/view_text.hpp"
#include "plan/workspace.hpp"
#include "prepare/offers.hpp"

/// `dream list`.
namespace dream::cli {

/// Whether the folder of a normalised project exists. Asked once a project.
using FolderExists = std::function<bool(const std::string& project)>;

/// The projects and their tasks, the executor of each and where it was written, what executors find beside
/// these, and a warning for a project without a folder and for a tool that is missing. The time it takes
/// grows with the size of the configuration.
[[nodiscard]] std::string list_text(const Workspace& workspace, const Locate& locate,
                                    const FolderExists& folder_exists, const prepare::Offers& offers,
                                    const TextStyle& style);

/// The same as one JSON object: {"projects": [{"project", "executor", "exists", "from", "tasks": [{"task",
/// "executor", "from"}], "found": [{"task", "summary", "source"}]}], "problems": [{"message", "hint",
/// "projects"}]}, a project a line; "found" is null when nobody has looked.
[[nodiscard]] std::string list_json(const Workspace& workspace, const Locate& locate,
                                    const FolderExists& folder_exists, const prepare::Offers& offers);

}  // namespace dream::cli
