#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "prepare/prepare.hpp"
#include "prepare/project_list.hpp"

namespace dream::prepare {

std::filesystem::path folder_of(const Workspace& workspace, const std::string& project) {
  return project == "./" ? workspace.root : workspace.root / project.substr(2);
}

namespace {

namespace fs = std::filesystem;

/// The project that was meant by this one, whose folder there isn't: its name has another way to it, or a
/// slip.
std::string meant_project(const std::string& name, const Workspace& workspace,
                          const std::vector<ListedProject>& projects) {
  const auto split = [](const std::string& project) {
    const std::size_t slash = project.rfind('/');
    return std::pair(project.substr(0, slash), project.substr(slash + 1));
  };
  const auto [folder, last] = split(name);
  std::vector<std::string> beside;
  for (const ListedProject& project : projects) {
    std::error_code failure;
    if (!fs::is_directory(folder_of(workspace, project.name), failure)) continue;
    const auto [others_folder, others_last] = split(project.name);
    if (others_last == last) return project.name;
    if (others_folder == folder) beside.push_back(others_last);
  }
  const std::string near = nearest_name(last, beside);
  return near.empty() ? std::string() : folder + "/" + near;
}

/// Of a folder that isn't there. `projects`: those to look through, if at all.
std::string remedy_for_folder(const Step& step, const Workspace& workspace,
                              const std::optional<std::vector<ListedProject>>& projects) {
  const std::string& name = step.id.project;
  if (!step.where.known()) return "create it, or correct its name";
  const auto is_there = [&](std::string_view project, std::string_view) {
    std::error_code unknown;
    return fs::is_directory(workspace.root / project, unknown);
  };
  const std::size_t colon = cut_of_id(name, is_there);
  const bool is_meant = !workspace.projects.contains(name) && !workspace.dependencies.contains(name);
  if (colon != std::string::npos && is_meant && is_there(name.substr(0, colon), {}))
    return "did you mean the step " + in_quotes(name) + "? Its id is a text that begins with ./";
  const std::string task = name.substr(2);
  const auto has_it = [&task](const ListedProject& project) {
    return std::ranges::any_of(project.tasks, [&](const ListedTask& one) { return *one.name == task; });
  };
  if (projects && (workspace.tasks.contains(task) || std::ranges::any_of(*projects, has_it)))
    return fmt::format("did you mean the task \":{}\"?", printable(task));
  return "create it, or correct the path in dream.json";
}

}  // namespace

Result<void> check_folder(const Step& step, const LoadedWorkspace& loaded, bool may_list) {
  const fs::path folder = folder_of(loaded.workspace, step.id.project);
  std::error_code failure;
  const fs::file_type type = fs::status(folder, failure).type();
  if (type == fs::file_type::directory) return {};
  Error error{ErrorCode::plan, "the folder of project " + step.id.project, folder.string(), {}};
  if (step.where.known()) error.where = loaded.document->place(step.where);
  error.message +=
      type == fs::file_type::none ? " can't be looked into: " + failure.message() : " doesn't exist";
  if (type == fs::file_type::none) return error;
  std::optional<std::vector<ListedProject>> projects;
  if (may_list) projects = list_projects(loaded.workspace);
  const std::string meant =
      projects ? meant_project(step.id.project, loaded.workspace, *projects) : std::string();
  if (!step.where.known()) error.hint = instead_of_wildcards(step.id.project);
  if (error.hint.empty() && !meant.empty()) error.hint = "did you mean " + in_quotes(meant) + "?";
  if (error.hint.empty()) error.hint = remedy_for_folder(step, loaded.workspace, projects);
  return error;
}

}  // namespace dream::prepare
