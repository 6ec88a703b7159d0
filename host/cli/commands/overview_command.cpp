#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal.hpp"
#include "cli/views/view_text.hpp"
#include "cli/workspace.hpp"
#include "prepare/offers.hpp"
#include "prepare/prepare.hpp"

namespace dream::cli {

namespace {

std::string commands_to_know(const std::string& task, const TextStyle& style) {
  Table table({Tone::plain, Tone::faint}, style.colour);
  table.add(
      {"dream " + task, "runs it and the dependencies that dream.json lists for it; Ctrl-C ends all of it"});
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
  Step of_project;
  of_project.id.project = *project;
  const Result<void> there =
      is_glob(*project) ? Result<void>() : prepare::check_folder(of_project, *loaded, true);
  if (!there) {
    complain(there.error());
    return exit_nothing_run;
  }
  AskedPlugins plugins(*loaded, options);
  const std::vector<prepare::OfferedTask> tasks =
      prepare::offered_tasks(*project, *loaded, &plugins.registry());
  const TextStyle style = style_of_stdout(options);
  if (tasks.empty()) {
    return print("No tasks of " + printable(*project) + " here.\n\n" + commands_to_know("TASK", style));
  }
  Table table({Tone::strong, Tone::plain}, style.colour);
  for (const prepare::OfferedTask& task : tasks) table.add({task.name, task.what});
  return print("Tasks of " + printable(*project) + ":\n" + table.text() + "\n" +
               commands_to_know(printable(tasks.front().name), style));
}

}  // namespace dream::cli
