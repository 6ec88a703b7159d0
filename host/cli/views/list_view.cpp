#include "cli/views/list_view.hpp"

#include <string_view>
#include <unordered_set>

#include "base/json_builder.hpp"
#include "cli/views/project_table.hpp"
#include "prepare/project_list.hpp"

namespace dream::cli {

namespace {

/// The tasks that the executor finds in the project's folder and dream.json doesn't speak of.
std::vector<const plugin::FoundTask*> found_beside(const prepare::ListedProject& project,
                                                   const prepare::Offers& offers) {
  std::vector<const plugin::FoundTask*> beside;
  const auto found = offers.tasks.find(project.name);
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

void add_found(JsonPage& json, const prepare::ListedProject& project, const prepare::Offers& offers) {
  if (!offers.looked) {
    json.null("found");
    return;
  }
  json.begin_array("found");
  if (const auto found = offers.tasks.find(project.name); found != offers.tasks.end())
    for (const plugin::FoundTask& task : found->second)
      json.begin_object()
          .member("task", task.name)
          .member("summary", task.summary)
          .member("source", task.source)
          .end_object();
  json.end_array();
}

void add_task(JsonPage& json, const prepare::ListedTask& task, const Locate& locate) {
  json.begin_object()
      .member("task", *task.name)
      .member("executor", *task.executor)
      .text_or_null("from", place_of(task.where, locate));
  if (task.description != nullptr) json.member("description", *task.description);
  json.end_object();
}

}  // namespace

std::string list_text(const Workspace& workspace, const Locate& locate, const FolderExists& folder_exists,
                      const prepare::Offers& offers, const TextStyle& style) {
  std::vector<prepare::ListedProject> projects = prepare::list_projects(workspace);
  if (projects.empty() && offers.problems.empty()) return "The configuration names no project.\n";
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
        if (folder_exists(project.name)) return "";
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
  JsonPage json;
  json.begin_object().begin_array("projects");
  for (const prepare::ListedProject& project : prepare::list_projects(workspace)) {
    json.begin_object()
        .member("project", project.name)
        .member("executor", *project.executor)
        .member("exists", folder_exists(project.name))
        .text_or_null("from", place_of(project.where, locate))
        .begin_array("tasks");
    for (const prepare::ListedTask& task : project.tasks) add_task(json, task, locate);
    json.end_array();
    add_found(json, project, offers);
    json.end_object();
  }
  json.end_array().begin_array("problems");
  for (const prepare::Offers::Problem& problem : offers.problems)
    json.begin_object()
        .member("message", problem.message)
        .member("hint", problem.hint)
        .member("projects", problem.projects)
        .end_object();
  return json.end_array().end_object().line();
}

}  // namespace dream::cli
