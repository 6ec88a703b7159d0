#include "cli/list_view.hpp"

#include "cli/project_list.hpp"

namespace dream::cli {

namespace {

void append_place(std::string& out, SourceOffset where, const Locate& locate) {
  out += ", \"from\": ";
  if (where.known()) {
    append_json(out, locate(where));
  } else {
    out += "null";
  }
}

}  // namespace

std::string list_text(const Workspace& workspace, const Locate& locate, const FolderExists& folder_exists,
                      const TextStyle& style) {
  const std::vector<ListedProject> projects = list_projects(workspace);
  if (projects.empty()) return "The configuration names no project.\n";
  std::size_t tasks = 0;
  std::size_t missing = 0;
  std::string out;
  append_projects(
      out, projects, locate,
      [&](const ListedProject& project) -> std::string_view {
        tasks += project.tasks.size();
        if (folder_exists(*project.name)) return "";
        ++missing;
        return "warning: there is no such folder";
      },
      style.colour);
  out += '\n' + count_of(projects.size(), "project") + ", " + count_of(tasks, "task");
  if (missing > 0) {
    out += "; ";
    append_toned(out, count_of(missing, "project") + " without a folder", Tone::warning, style.colour);
  }
  out += '\n';
  return out;
}

std::string list_json(const Workspace& workspace, const Locate& locate, const FolderExists& folder_exists) {
  std::string out = "{\"projects\": [";
  const char* before_project = "\n  ";
  for (const ListedProject& project : list_projects(workspace)) {
    out += before_project;
    before_project = ",\n  ";
    out += "{\"project\": ";
    append_json(out, *project.name);
    out += ", \"executor\": ";
    append_json(out, *project.executor);
    out += folder_exists(*project.name) ? ", \"exists\": true" : ", \"exists\": false";
    append_place(out, project.where, locate);
    out += ", \"tasks\": [";
    const char* before_task = "";
    for (const ListedTask& task : project.tasks) {
      out += before_task;
      before_task = ", ";
      out += "{\"task\": ";
      append_json(out, *task.name);
      out += ", \"executor\": ";
      append_json(out, *task.executor);
      append_place(out, task.where, locate);
      out += '}';
    }
    out += "]}";
  }
  out += "\n]}\n";
  return out;
}

}  // namespace dream::cli
