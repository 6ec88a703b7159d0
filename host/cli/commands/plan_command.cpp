#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/terminal.hpp"
#include "cli/views/graph_view.hpp"
#include "cli/views/plan_view.hpp"
#include "cli/workspace.hpp"

namespace dream::cli {

int plan_command(const Options& options) {
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

}  // namespace dream::cli
