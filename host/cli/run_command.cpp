#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "cli/plugin_trust.hpp"
#include "cli/prepare.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace_loader.hpp"
#include "plugin/registry.hpp"
#include "process/guardian.hpp"
#include "process/reaper.hpp"
#include "process/terminal_state.hpp"
#include "runtime/driver.hpp"
#include "runtime/run_record.hpp"
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
std::optional<std::filesystem::path> from_directory(const Options& options,
                                                    const std::optional<std::filesystem::path>& path) {
  if (!path) return {};
  return options.directory.value_or("") / *path;
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

/// Writes down the plugins of a run that may leave behind what only they can remove, so that this is done
/// whatever happens to this process.
std::unique_ptr<runtime::OwnRecord> record_run(const Plan& plan,
                                               const std::vector<runtime::PreparedStep>& steps,
                                               plugin::Registry& registry, const plugin::Place& place,
                                               Log& log) {
  std::map<std::string, std::set<std::string>> options;  // by executor
  for (const runtime::PreparedStep& step : steps) {
    options[plan.steps[position(step.task.step)].executor].insert(step.task.options_json);
  }
  runtime::RunRecord record{place.session, place.root.string(), {}};
  for (const auto& [id, of_tasks] : options) {
    const Result<plugin::LoadedPlugin*> loaded = registry.load(id);
    if (!loaded || !(*loaded)->can_reap()) continue;
    const plugin::PluginInfo& info = (*loaded)->info();
    std::string sha256;
    if (info.of_workspace) {
      if (auto now = plugin::fingerprint_of(info.path)) sha256 = std::move(now->sha256);
    }
    record.plugins.push_back({id, info.path.string(), {of_tasks.begin(), of_tasks.end()}, std::move(sha256)});
  }
  if (record.plugins.empty()) return nullptr;
  Result<std::unique_ptr<runtime::OwnRecord>> written = runtime::OwnRecord::write(place, record);
  if (written) return std::move(*written);
  log.write(LogLevel::warning,
            "if dream is killed, what its executors have outside of this machine's processes will stay: " +
                to_string(written.error()));
  return nullptr;
}

/// The executors live no longer than the run. The record of the run goes when nothing of it can be left.
int run_plan(runtime::Session& session, const Plan& plan, const LoadedWorkspace& loaded, int guardian,
             bool trust) {
  std::unique_ptr<runtime::OwnRecord> record;
  bool all_ended = false;
  int exit_code = exit_nothing_run;
  {
    plugin::Registry registry(plugin_search_path(loaded.workspace, trust), session.services());
    const Preparation preparation = prepare(plan, loaded, registry);
    if (!preparation.errors.empty()) {
      for (const Error& error : preparation.errors) session.log().write(LogLevel::error, to_string(error));
      return exit_nothing_run;
    }
    record = record_run(plan, preparation.steps, registry, *session.services().place(), session.log());
    runtime::Driver driver(session, plan, preparation.steps, guardian);
    // Each asks the executors and looks through the whole workspace; thousands may fail.
    constexpr int most_suggestions = 20;
    driver.on_start_failure([&, suggested = 0](StepIndex step, Error& error) mutable {
      if (suggested++ < most_suggestions) suggest_remedy(plan.steps[position(step)], loaded, registry, error);
    });
    exit_code = driver.run();
    all_ended = !driver.gave_up();
  }
  if (record && all_ended && !session.services().blocked()) record->remove();
  return exit_code;
}

/// What earlier runs have left behind may be in the way of this one.
void clean_up_after_the_dead(const plugin::Place& place) {
  for (const std::filesystem::path& record : runtime::records_of_the_dead(place)) {
    if (!process::run_reaper(record)) return;  // it took its time to fail; the others would, too
  }
}

}  // namespace

int run_command(const Options& options) {
  process::TerminalState terminal;
  const std::string id = plugin::new_session_id();
  const auto before = plugin::make_place(id, {}, plugin::own_environment());
  clean_up_after_the_dead(*before);
  const int guardian = process::split_off_guardian(runtime::record_path(*before), terminal);
  const Result<LoadedWorkspace> loaded = load_workspace(options);
  if (!loaded) return exit_nothing_run;
  const Result<Plan> plan = plan_request(options, *loaded);
  if (!plan) return exit_nothing_run;
  confirm_plugins(*plan, *loaded, options);

  const output::OutputMode mode = output_mode(options, *plan);
  runtime::Session session(
      *plan,
      {.mode = mode,
       .color = use_color(options.color, STDOUT_FILENO),
       .lowest_level = lowest_level(options),
       .log_directory = from_directory(options, options.log_directory),
       .trace_file = from_directory(options, options.trace_file),
       .place = plugin::make_place(id, loaded->workspace.root, plugin::own_environment())},
      terminal);
  log_plan(session.log(), *plan, *loaded);
  const int exit_code = run_plan(session, *plan, *loaded, guardian, options.trust);
  session.write_everything_out();  // what the end of executors and plugins had to say
  terminal.restore();              // the guardian does it, unless it is gone
  // A plugin's thread still runs: what is static must not be destroyed under it.
  if (session.services().blocked()) std::_Exit(exit_code);
  return exit_code;
}

}  // namespace dream::cli
