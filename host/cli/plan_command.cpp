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
  if (options.json) print_and_leave(plan_json(*plan, locator(*loaded)));
  print_and_leave(plan_text(*plan, locator(*loaded), style_of_stdout(options)));
}

}  // namespace dream::cli
