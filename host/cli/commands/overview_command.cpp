#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal.hpp"
#include "cli/views/view_text.hpp"
#include "cli/workspace.hpp"
#include "prepare/offers.hpp"
#include "prepare/project_list.hpp"

namespace dream::cli {

namespace {

using Row = std::pair<std::string, std::string>;  ///< a task, and what it is

std::vector<Row> tasks_of(const std::string& project, const prepare::LoadedWorkspace& loaded,
                          plugin::Registry& registry) {
  std::vector<Row> rows;
  std::unordered_set<std::string> known;
  for (const prepare::ListedProject& listed : prepare::list_projects(loaded.workspace)) {
    if (*listed.name != project) continue;
    for (const prepare::ListedTask& task : listed.tasks) {
      known.insert(*task.name);
      rows.emplace_back(*task.name, task.description == nullptr ? "" : *task.description);
    }
  }
  for (const plugin::FoundTask& task : prepare::find_tasks(project, loaded, registry)) {
    if (!known.insert(task.name).second) continue;
    rows.emplace_back(task.name, task.summary.empty() ? task.source : task.summary);
  }
  return rows;
}

std::string commands_to_know(const std::string& task, const TextStyle& style) {
  Table table({Tone::plain, Tone::faint}, style.colour);
  table.add({"dream " + task, "runs it with everything that it needs; Ctrl-C ends all of it"});
  table.add({"dream plan " + task, "shows what that would start, in which order"});
  table.add({"dream list", "shows the tasks of every project; dream help shows all commands"});
  return table.text();
}

}  // namespace

int show_overview(const Options& options) {
  const Result<prepare::LoadedWorkspace> loaded = load_workspace(options);
  if (!loaded) return exit_nothing_run;
  const auto named = options.projects.empty() ? std::nullopt : std::optional(options.projects.front());
  const auto project = prepare::requested_project(named, options.directory, loaded->workspace);
  if (!project) {
    complain(project.error());
    return exit_nothing_run;
  }
  AskedPlugins plugins(*loaded, options);
  const std::vector<Row> rows = tasks_of(*project, *loaded, plugins.registry());
  const TextStyle style = style_of_stdout(options);
  if (rows.empty()) {
    return print("No tasks of " + printable(*project) + " here.\n\n" + commands_to_know("TASK", style));
  }
  Table table({Tone::strong, Tone::plain}, style.colour);
  for (const auto& [task, description] : rows) table.add({task, description});
  return print("Tasks of " + printable(*project) + ":\n" + table.text() + "\n" +
               commands_to_know(printable(rows.front().first), style));
}

}  // namespace dream::cli
