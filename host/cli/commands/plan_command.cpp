#include <fmt/format.h>

#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/terminal.hpp"
#include "cli/views/graph_view.hpp"
#include "cli/views/plan_view.hpp"
#include "cli/workspace.hpp"
#include "history/last_times.hpp"

namespace dream::cli {

namespace {

/// None where records can't be believed: `dream ctl history` says why.
std::vector<history::LastTimes> recorded_times(const Plan& plan, const std::filesystem::path& root) {
  const Result<history::Archive> archive = history::Archive::open_own();
  return archive ? history::last_times(*archive, root, plan) : std::vector<history::LastTimes>();
}

}  // namespace

int plan_tasks(const Options& options) {
  const Result<prepare::LoadedWorkspace> loaded = load_workspace(options);
  if (!loaded) return exit_nothing_run;
  const Result<Requested> requested = requested_by(options, *loaded);
  if (!requested) return exit_nothing_run;
  if (!requested->plan) return tell_selection(options, requested->selection);
  const Plan& plan = *requested->plan;
  if (options.graph != Graph::none)
    print_and_leave(
        plan_graph(plan, options.graph == Graph::dot ? GraphLanguage::dot : GraphLanguage::mermaid));
  AskedPlugins plugins(*loaded, options);
  const PlanNotes notes{prepare::describe_steps(plan, *loaded, plugins.registry()),
                        recorded_times(plan, loaded->workspace.root), requested->unfollowed};
  if (options.json) print_and_leave(plan_json(plan, notes, locator(*loaded)));
  print_and_leave(plan_text(plan, notes, locator_from_here(*loaded), style_of_stdout(options)));
}

const Subcommand plan_command{

    .name = "plan",
    .takes = "TASK…",
    .help = "shows the steps in order and what waits for what; runs nothing",
    .examples = {"dream plan dev                       # what `dream dev` would do, with a timeline",
                 "dream plan build --all --graph dot   # the graph, for graphviz"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.tasks, 0, any_number);
          define_place(definition, options);
          define_planning(definition, options);
          define_selection(definition, options);
          definition.choice<Graph>("--graph", "LANGUAGE", options.graph,
                                   "as a graph, in the language dot or mermaid",
                                   {{"dot", Graph::dot}, {"mermaid", Graph::mermaid}});
          define_look(definition, options);
        },
    .run = plan_tasks,
    .check = [](const Options& options) -> Result<void> {
      if (options.graph != Graph::none && (options.json || options.list_only))
        return usage_error(
            fmt::format("--graph and {} don't go together", options.json ? "--json" : "--list-only"),
            "see dream help plan");
      return check_selection(options);
    },
};

}  // namespace dream::cli
