#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/views/view_text.hpp"
#include "prepare/project_list.hpp"

namespace dream::cli {

/// Appends a line for each project and task: name, executor, and the place, or for a task that was found the
/// file and what it runs. `note_of` is asked once a project for a
/// remark at the end of its line; "" for none.
void append_projects(std::string& out, const std::vector<prepare::ListedProject>& projects,
                     const Locate& locate,
                     const std::function<std::string_view(const prepare::ListedProject&)>& note_of,
                     bool colour);

}  // namespace dream::cli
