#include "cli/asking.hpp"
#include "cli/commands.hpp"
#include "cli/plan_view.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace_loader.hpp"

namespace dream::cli {

int plan_command(const Options& options) {
  const Result<LoadedWorkspace> loaded = load_workspace(options);
  if (!loaded) return exit_nothing_run;
  const Result<Plan> plan = plan_request(options, *loaded);
  if (!plan) return exit_nothing_run;
  AskedPlugins plugins(*loaded, options);
  const std::vector<StepCommand> commands = describe_steps(*plan, *loaded, plugins.registry());
  if (options.json) print_and_leave(plan_json(*plan, commands, locator(*loaded)));
  print_and_leave(plan_text(*plan, commands, locator(*loaded), style_of_stdout(options)));
}

}  // namespace dream::cli
