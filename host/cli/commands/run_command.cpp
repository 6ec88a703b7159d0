#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/commands/run_watched.hpp"
#include "cli/plugin_trust.hpp"
#include "cli/recording.hpp"
#include "cli/refusal.hpp"
#include "cli/reloading.hpp"
#include "cli/run_server.hpp"
#include "cli/same_runs.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace.hpp"
#include "control/server.hpp"
#include "plan/ports.hpp"
#include "plugin/registry.hpp"
#include "ports/held_ports.hpp"
#include "prepare/late_env_files.hpp"
#include "prepare/prepare.hpp"
#include "process/first_thread.hpp"
#include "process/guardian.hpp"
#include "process/inheritance.hpp"
#include "process/process_tree.hpp"
#include "process/signals.hpp"
#include "process/start_cleaner.hpp"
#include "process/terminal_state.hpp"
#include "record/run_record.hpp"
#include "runtime/driver.hpp"
#include "runtime/session.hpp"

namespace dream::cli {

namespace {

/// Agents that write programs pay for every line that they read, and need few of them.
bool is_run_by_agent() {
  constexpr std::array marks{"AI_AGENT", "CLAUDECODE", "CODEX_SANDBOX", "CURSOR_AGENT", "GEMINI_CLI"};
  return std::ranges::any_of(marks, [](const char* mark) {
    const char* value = std::getenv(mark);
    return value != nullptr && *value != '\0';
  });
}

/// One step needs no label: it looks as if it had been started by hand. Of steps that run beside one another
/// whoever reads a file or a pipe wants each in one piece.
output::OutputMode output_mode(const Options& options, const Plan& plan) {
  if (options.quiet) return output::OutputMode::quiet;
  switch (options.output) {
    case Output::automatic:
      if (is_run_by_agent()) return output::OutputMode::quiet;
      if (plan.steps.size() == 1) return output::OutputMode::raw;
      return plan.shares_front && ::isatty(STDOUT_FILENO) == 0 ? output::OutputMode::grouped_front
                                                               : output::OutputMode::prefix;
    case Output::prefix:
      return output::OutputMode::prefix;
    case Output::raw:
      return output::OutputMode::raw;
    case Output::grouped:
      return output::OutputMode::grouped;
    case Output::quiet:
      return output::OutputMode::quiet;
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

void log_plan(Log& log, const Requested& requested, const prepare::LoadedWorkspace& loaded) {
  const Plan& plan = *requested.plan;
  if (const std::string moved = moved_ports_text(requested); !moved.empty()) log.write(LogLevel::info, moved);
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
  for (const auto& one : requested.unfollowed) {
    log.debug([&] {
      return one.project + " doesn't wait for " + to_string(StepId{one.needed, one.task}) +
             ", a development or peer dependency that would close a cycle of manifests";
    });
  }
}

/// Writes down the plugins of a run that may leave behind what only they can remove, so that this is done
/// whatever happens to this process.
std::unique_ptr<record::OwnRecord> record_run(const Plan& plan,
                                              const std::vector<prepare::PreparedStep>& steps,
                                              plugin::Registry& registry, const plugin::Place& place,
                                              Log& log) {
  std::map<std::string, std::set<std::string>> options;  // by executor
  for (const prepare::PreparedStep& step : steps) {
    if (step.executor == nullptr) continue;
    options[plan.steps[position(step.task.step)].executor].insert(step.task.options_json);
  }
  record::RunRecord record{place.session, place.root.string(), {}};
  for (const auto& [id, of_tasks] : options) {
    const Result<plugin::LoadedPlugin*> loaded = registry.load(id);
    if (!loaded || !(*loaded)->can_reap()) continue;
    const plugin::PluginInfo& info = (*loaded)->info();
    std::string sha256;
    if (info.of_workspace) {
      if (auto now = plugin::fingerprint_of(*info.file)) sha256 = std::move(now->sha256);
    }
    record.plugins.push_back({id, info.path.string(), {of_tasks.begin(), of_tasks.end()}, std::move(sha256)});
  }
  if (record.plugins.empty()) return nullptr;
  Result<std::unique_ptr<record::OwnRecord>> written = record::OwnRecord::write(place, record);
  if (written) return std::move(*written);
  log.write(LogLevel::warning,
            "if dream is killed, what its executors have outside of this machine's processes will stay: " +
                to_string(written.error()));
  return nullptr;
}

/// Whether the run is the user's, and not one that a watcher has started (dream suggest).
bool is_for_user(const RunWatcher* watcher) {
  return watcher == nullptr || !watcher->owns_run();
}

/// The executors live no longer than the run. The record of the run goes when nothing of it can be left.
int drive(runtime::Session& session, const Options& options, const Requested& requested,
          const prepare::LoadedWorkspace& loaded, config::Secrets& secrets, int guardian, RunWatcher* watcher,
          std::optional<int>& signal) {
  const Plan& plan = *requested.plan;
  std::unique_ptr<record::OwnRecord> record;
  bool all_ended = false;
  int exit_code = exit_nothing_run;
  {
    plugin::Registry registry(prepare::plugin_search_path(loaded.workspace, options.trust),
                              session.services());
    prepare::Preparation preparation = prepare::prepare(plan, loaded, registry);
    Explainer explainer(plan, loaded, registry);
    for (const prepare::PreparedStep& step : preparation.steps)
      secrets.see_entries(*step.task.own_environment);
    if (preparation.errors.empty()) {
      for (const std::string& warning : preparation.warnings) session.log().write(LogLevel::warning, warning);
    }
    const auto refused =
        tell_refusal(plan, preparation, loaded, registry, explainer,
                     [&](const std::string& text) { session.log().write(LogLevel::error, text); });
    if (refused) return *refused;
    auto held = ports::HeldPorts::hold(plan, is_stopping_run);
    if (!held) {
      session.log().write(LogLevel::error, to_string(held.error()));
      return exit_nothing_run;
    }
    record = record_run(plan, preparation.steps, registry, *session.services().place(), session.log());
    SteadyClock clock(session.context());
    runtime::Driver driver(session, clock, plan, preparation.steps, guardian);
    driver.on_start_failure([&](StepIndex index, Error& error) {
      using Ask = plugin::Registry::Ask;
      explainer.explain(index, error, driver.anything_runs() ? Ask::loaded : Ask::all);
    });
    prepare::LateEnvFiles env_files(plan, loaded, preparation.steps);
    driver.before_start([&](StepIndex step) -> Result<void> {
      held->let_go(step);
      const Result<bool> is_new = env_files.read_again(step);
      if (!is_new) return is_new.error();
      if (*is_new) secrets.see_entries(*preparation.steps[position(step)].task.own_environment);
      for (const std::string& warning : env_files.warnings()) session.log().write(LogLevel::warning, warning);
      return {};
    });
    Reloading reloading({options, requested, loaded, registry, preparation.steps, session.log(), secrets},
                        [&](const std::vector<prepare::PreparedStep>& ever) {
                          auto again =
                              record_run(plan, ever, registry, *session.services().place(), session.log());
                          if (again) record = std::move(again);
                        });
    std::unique_ptr<control::Server> server;
    if (watcher != nullptr) watcher->begin(session, clock, driver);
    if (is_for_user(watcher)) server = make_server(session, plan, loaded, driver, reloading, options.notice);
    exit_code = driver.run();
    server.reset();
    if (watcher != nullptr) watcher->end();
    signal = driver.stopped_by_signal();
    all_ended = !driver.gave_up() && !session.services().left_behind();
  }
  if (record && all_ended && !session.services().blocked()) record->remove();
  return exit_code;
}

int run_plan(const Options& options, const Requested& requested, const prepare::LoadedWorkspace& loaded,
             const std::string& id, int guardian, process::TerminalState& terminal,
             process::Inheritance inheritance, RunWatcher* watcher, std::optional<int>& signal) {
  const Plan& plan = *requested.plan;
  const output::OutputMode mode = output_mode(options, plan);
  const auto place = plugin::make_place(id, loaded.workspace.root, plugin::own_lookup());
  config::Secrets secrets = loaded.document->secrets();
  secrets.see_environment();
  for (const Step& step : plan.steps) secrets.spare(to_string(step.id));
  std::unique_ptr<history::Recorder> recorder;
  if (is_for_user(watcher))
    recorder = make_recorder(options, plan, loaded, secrets, *place, mode == output::OutputMode::quiet);
  runtime::Session session(plan,
                           {.mode = mode,
                            .colors = options.colors.value_or(use_colors(options.color)),
                            .lowest_level = lowest_level(options),
                            .log_directory = from_directory(options, options.log_directory),
                            .trace_file = from_directory(options, options.trace_file),
                            .overheard = true,
                            .listener = recorder.get(),
                            .place = place,
                            .inheritance = std::move(inheritance),
                            .mask = [&secrets](std::string text) { return secrets.masked(std::move(text)); },
                            .out = watcher != nullptr ? watcher->output_of_tasks() : STDOUT_FILENO},
                           terminal);
  if (recorder)
    recorder->on_trouble([&](const std::string& what) { session.log().write(LogLevel::warning, what); });
  log_plan(session.log(), requested, loaded);
  int exit_code = drive(session, options, requested, loaded, secrets, guardian, watcher, signal);
  if (recorder && recorder->has_record() && mode == output::OutputMode::quiet && exit_code != 0)
    session.log().write(LogLevel::info, (recorder->has_all() ? "all that was written: dream ctl show "
                                                             : "what is recorded of it: dream ctl show ") +
                                            id.substr(0, 8));
  if (guardian >= 0) process::tell_guardian_how_to_end(guardian, signal.value_or(0));
  session.supervisor().let_go();
  session.write_everything_out();  // what the end of executors and plugins had to say
  terminal.restore();              // the guardian does it, unless it is gone
  if (watcher != nullptr) exit_code = watcher->tell(exit_code);
  // A plugin's thread still runs: what is static must not be destroyed under it.
  if (session.services().blocked()) std::_Exit(exit_code);
  return exit_code;
}

/// What earlier runs have left behind may be in the way of this one. Those that this time isn't enough for
/// come first at the next start.
void clean_up_after_the_dead(const plugin::Place& place, bool trust) {
  constexpr Duration all_of_them = std::chrono::seconds(10);
  const auto records = record::records_of_the_dead(place);
  if (!records) {
    complain(
        {ErrorCode::io, "dream can't clean up after runs that died: " + to_string(records.error()), {}, {}});
    return;
  }
  const Instant deadline = read_clock() + all_of_them;
  for (const std::filesystem::path& record : *records) {
    if (read_clock() > deadline) return;
    static_cast<void>(process::start_cleaner({record, trust}));
  }
}

/// Of a plan that isn't run, as there is nothing to look at.
std::optional<int> refusal_without_run(const Plan& plan, const prepare::LoadedWorkspace& loaded,
                                       const Options& options) {
  AskedPlugins plugins(loaded, options);
  plugin::Registry& registry = plugins.registry();
  Explainer explainer(plan, loaded, registry);
  return tell_refusal(plan, prepare::prepare(plan, loaded, registry), loaded, registry, explainer,
                      [](const std::string& text) { complain(text); });
}

}  // namespace

int run_tasks(const Options& options) {
  return run_watched(options, nullptr);
}

int run_watched(const Options& options, RunWatcher* watcher) {
  process::Inheritance inheritance = process::take_inheritance();  // while nothing else is open
  std::erase(inheritance.descriptors, options.notice);
  if (const Result<void> usable = process::check_proc(); !usable) {
    complain(usable.error());
    return exit_nothing_run;
  }
  process::TerminalState terminal;
  const std::string id = plugin::new_session_id();
  const auto before = plugin::make_place(id, {}, plugin::own_lookup());
  clean_up_after_the_dead(*before, options.trust);
  Result<Descriptor> guardian =
      process::split_off_guardian({.cleaning = {record::record_path(*before), options.trust}}, terminal);
  if (!guardian) complain(guardian.error());
  const Result<prepare::LoadedWorkspace> loaded = load_workspace(options, prepare::EnvFiles::run);
  if (!loaded) return exit_nothing_run;
  Result<Requested> requested = requested_by(options, *loaded);
  if (!requested) return exit_nothing_run;
  if (!requested->plan) return tell_selection(options, requested->selection);
  requested->plan->caller_waits = options.notice >= 0;
  const Plan& plan = *requested->plan;
  if (watcher != nullptr && !watcher->wants(plan, *loaded)) {
    const auto refused = refusal_without_run(plan, *loaded, options);
    return refused ? *refused : watcher->tell(0);
  }
  if (const Result<void> sound = check_starts_not_itself(plan, loaded->workspace.root); !sound) {
    complain(sound.error());
    return exit_nothing_run;
  }
  confirm_plugins(plan, *loaded, options);
  if (is_for_user(watcher) && options.notice < 0) tell_same_runs(plan, loaded->workspace.root);

  const int socket = guardian ? guardian->release() : -1;
  std::optional<int> signal;  // what stopped the run: whoever waits for dream must see that
  const int exit_code = process::leave_first_thread_to_orphans([&] {
    return run_plan(options, *requested, *loaded, id, socket, terminal, std::move(inheritance), watcher,
                    signal);
  });
  if (signal && socket < 0) process::die_of_signal(*signal);
  return exit_code;
}

}  // namespace dream::cli
