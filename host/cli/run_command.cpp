#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/prepare.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace_loader.hpp"
#include "plugin/registry.hpp"
#include "process/guardian.hpp"
#include "process/terminal_state.hpp"
#include "runtime/driver.hpp"
#include "runtime/session.hpp"

namespace dream::cli {

namespace {

/// One step needs no label: it looks as if it had been started by hand.
output::OutputMode output_mode(const Options& options, const Plan& plan) {
  switch (options.output) {
    case Output::automatic:
      return plan.steps.size() == 1 ? output::OutputMode::raw : output::OutputMode::prefix;
    case Output::prefix:
      return output::OutputMode::prefix;
    case Output::raw:
      return output::OutputMode::raw;
    case Output::grouped:
      return output::OutputMode::grouped;
    case Output::events:
      return output::OutputMode::events;
  }
  return output::OutputMode::prefix;
}

/// Who reads events learns from them what the run does.
LogLevel lowest_level(const Options& options) {
  if (options.debug) return LogLevel::debug;
  return options.output == Output::events ? LogLevel::warning : LogLevel::info;
}

/// Like everything that the command line names, from the folder that -C names.
std::optional<std::filesystem::path> log_directory(const Options& options) {
  if (!options.log_directory) return {};
  return options.directory.value_or("") / *options.log_directory;
}

void log_plan(Log& log, const Plan& plan, const LoadedWorkspace& loaded) {
  log.debug([&] { return "configuration: " + loaded.workspace.file.string(); });
  for (const Step& step : plan.steps) {
    log.debug([&] {
      const std::string where = step.where.known() ? loaded.document->place(step.where) : "the request";
      return "step " + to_string(step.id) + ": executor " + step.executor + ", from " + where;
    });
  }
  for (const IgnoredMention& mention : plan.ignored) {
    log.debug([&] {
      return loaded.document->place(mention.where) + ": has no effect, " +
             to_string(plan.steps[position(mention.step)].id) +
             " is already in the plan: " + mention.differences;
    });
  }
}

/// The executors live no longer than the run.
int run_plan(runtime::Session& session, const Plan& plan, const LoadedWorkspace& loaded, int guardian) {
  plugin::Registry registry(plugin_search_path(loaded.workspace), session.services());
  const Preparation preparation = prepare(plan, loaded, registry);
  if (!preparation.errors.empty()) {
    for (const Error& error : preparation.errors) session.log().write(LogLevel::error, to_string(error));
    return exit_nothing_run;
  }
  return runtime::Driver(session, plan, preparation.steps, guardian).run();
}

}  // namespace

int run_command(const Options& options) {
  process::TerminalState terminal;
  const int guardian = process::split_off_guardian(terminal);
  const Result<LoadedWorkspace> loaded = load_workspace(options);
  if (!loaded) return exit_nothing_run;
  const Result<Plan> plan = plan_request(options, *loaded);
  if (!plan) return exit_nothing_run;

  const output::OutputMode mode = output_mode(options, *plan);
  runtime::Session session(*plan,
                           {.mode = mode,
                            .color = use_color(options.color, STDOUT_FILENO),
                            .lowest_level = lowest_level(options),
                            .log_directory = log_directory(options)},
                           terminal);
  log_plan(session.log(), *plan, *loaded);
  const int exit_code = run_plan(session, *plan, *loaded, guardian);
  session.write_everything_out();  // what the end of executors and plugins had to say
  terminal.restore();              // the guardian does it, unless it is gone
  return exit_code;
}

}  // namespace dream::cli
