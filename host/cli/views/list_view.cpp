#include "cli/views/list_view.hpp"

#include <string_view>
#include <unordered_set>

#include "cli/views/project_table.hpp"
#include "prepare/project_list.hpp"

namespace dream::cli {

namespace {

void append_from(std::string& out, SourceOffset where, const Locate& locate) {
  out += ", \"from\": ";
  if (where.known()) {
    append_json(out, locate(where));
  } else {
    out += "null";
  }
}

/// The tasks that the executor finds in the project's folder and dream.json doesn't speak of.
std::vector<const plugin::FoundTask*> found_beside(const prepare::ListedProject& project,
                                                   const prepare::Offers& offers) {
  std::vector<const plugin::FoundTask*> beside;
  const auto found = offers.tasks.find(*project.name);
  if (found == offers.tasks.end()) return beside;
  std::unordered_set<std::string_view> known;
  for (const prepare::ListedTask& listed : project.tasks) known.insert(*listed.name);
  for (const plugin::FoundTask& task : found->second) {
    if (!known.contains(task.name)) beside.push_back(&task);
  }
  return beside;
}

/// "warning: npm is not installed (install it): ./web and 3 more".
void append_problems(std::string& out, const prepare::Offers& offers, const TextStyle& style) {
  for (const prepare::Offers::Problem& problem : offers.problems) {
    std::string text = "warning: " + problem.message;
    if (!problem.hint.empty()) text += " (" + problem.hint + ")";
    text += ": " + problem.projects.front();
    if (problem.projects.size() > 1) text += " and " + std::to_string(problem.projects.size() - 1) + " more";
    append_toned_printable(out, text, Tone::warning, style.colour);
    out += '\n';
  }
}

void append_found_json(std::string& out, const prepare::ListedProject& project,
                       const prepare::Offers& offers) {
  out += ", \"found\": ";
  if (!offers.looked) {
    out += "null";
    return;
  }
  out += '[';
  const auto found = offers.tasks.find(*project.name);
  if (found != offers.tasks.end()) {
    const char* before = "";
    for (const plugin::FoundTask& task : found->second) {
      out += before;
      before = ", ";
      out += "{\"task\": ";
      append_json(out, task.name);
      out += ", \"summary\": ";
      append_json(out, task.summary);
      out += ", \"source\": ";
      append_json(out, task.source);
      out += '}';
    }
  }
  out += ']';
}

void append_problems_json(std::string& out, const prepare::Offers& offers) {
  out += ", \"problems\": [";
  const char* before = "\n  ";
  for (const prepare::Offers::Problem& problem : offers.problems) {
    out += before;
    before = ",\n  ";
    out += "{\"message\": ";
    append_json(out, problem.message);
    out += ", \"hint\": ";
    append_json(out, problem.hint);
    out += ", \"projects\": [";
    const char* before_project = "";
    for (const std::string& project : problem.projects) {
      out += before_project;
      before_project = ", ";
      append_json(out, project);
    }
    out += "]}";
  }
  out += ']';
}

}  // namespace

std::string list_text(const Workspace& workspace, const Locate& locate, const FolderExists& folder_exists,
                      const prepare::Offers& offers, const TextStyle& style) {
  std::vector<prepare::ListedProject> projects = prepare::list_projects(workspace);
  if (projects.empty()) return "The configuration names no project.\n";
  std::size_t tasks = 0;
  std::size_t missing = 0;
  std::size_t found = 0;
  for (prepare::ListedProject& project : projects) {
    project.found = found_beside(project, offers);
    found += project.found.size();
  }
  std::string out;
  append_projects(
      out, projects, locate,
      [&](const prepare::ListedProject& project) -> std::string_view {
        tasks += project.tasks.size();
        if (folder_exists(*project.name)) return "";
        ++missing;
        return "warning: there is no such folder";
      },
      style.colour);
  out += '\n' + count_of(projects.size(), "project") + ", " + count_of(tasks, "task");
  if (found > 0) out += " and " + std::to_string(found) + " that executors find";
  if (missing > 0) {
    out += "; ";
    append_toned(out, count_of(missing, "project") + " without a folder", Tone::warning, style.colour);
  }
  out += '\n';
  append_problems(out, offers, style);
  return out;
}

std::string list_json(const Workspace& workspace, const Locate& locate, const FolderExists& folder_exists,
                      const prepare::Offers& offers) {
  std::string out = "{\"projects\": [";
  const char* before_project = "\n  ";
  for (const prepare::ListedProject& project : prepare::list_projects(workspace)) {
    out += before_project;
    before_project = ",\n  ";
    out += "{\"project\": ";
    append_json(out, *project.name);
    out += ", \"executor\": ";
    append_json(out, *project.executor);
    out += folder_exists(*project.name) ? ", \"exists\": true" : ", \"exists\": false";
    append_from(out, project.where, locate);
    out += ", \"tasks\": [";
    const char* before_task = "";
    for (const prepare::ListedTask& task : project.tasks) {
      out += before_task;
      before_task = ", ";
      out += "{\"task\": ";
      append_json(out, *task.name);
      out += ", \"executor\": ";
      append_json(out, *task.executor);
      append_from(out, task.where, locate);
      if (task.description != nullptr) {
        out += ", \"description\": ";
        append_json(out, *task.description);
      }
      out += '}';
    }
    out += ']';
    append_found_json(out, project, offers);
    out += '}';
  }
  out += "\n]";
  append_problems_json(out, offers);
  out += "}\n";
  return out;
}

}  // namespace dream::cli
