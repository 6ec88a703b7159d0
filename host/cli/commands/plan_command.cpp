#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/terminal.hpp"
#include "cli/views/graph_view.hpp"
#include "cli/views/plan_view.hpp"
#include "cli/workspace.hpp"

namespace dream::cli {

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
  const std::vector<prepare::StepCommand> commands =
      prepare::describe_steps(plan, *loaded, plugins.registry());
  if (options.json) print_and_leave(plan_json(plan, commands, locator(*loaded)));
  print_and_leave(plan_text(plan, commands, locator(*loaded), style_of_stdout(options)));
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
    .check = check_selection,
};

}  // namespace dream::cli
