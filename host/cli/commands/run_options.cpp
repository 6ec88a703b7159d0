#include <string>
#include <utility>
#include <vector>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "plan/workspace.hpp"

namespace dream::cli {

namespace {

void define_run(Definition& definition, Options& options) {
  definition.words(options.tasks, 0, any_number);
  define_place(definition, options);
  define_planning(definition, options);
  define_selection(definition, options);
  definition.flag(
      "--detach", options.detach,
      "return when everything is started and ready; the run goes on, and `dream ctl` controls it");
  definition.flag("--record", options.record, "record the run, for `dream ctl history` and `dream ctl show`");
  definition.flag("-n,--dry-run", options.dry_run,
                  "show the plan and its timeline, run nothing (= dream plan)");
  define_output(definition, options);
  definition.flag("--json", options.json, "with --dry-run or --list-only: as JSON");
  define_color(definition, options);
  define_debug(definition, options);
  definition.flag("-i,--info", options.info,
                  "where dream looked, what it found, projects, defaults, executors");
  definition.flag("-v,--version", options.version, "print the version");
}

/// `dream` alone shows what there is to run; with anything else on the line a task is missing.
bool is_alone(const Options& options) {
  return !options.is_named && options.tasks.empty() && options.arguments.empty() && !options.recursive &&
         !options.all && !options.affected && !options.dry_run && !options.detach && !options.list_only;
}

/// "./sub dev" -> "./sub:dev"; empty: the first word is no folder.
std::string step_meant_by(const std::vector<std::string>& words) {
  const std::string& folder = words[0];
  const bool is_path = folder.starts_with("./") || folder.ends_with('/');
  std::string project = is_path && words.size() == 2 ? normalise_project(folder) : std::string();
  if (project.empty() || folder.find(':') != std::string::npos) return {};
  return shell_quoted(project + ":" + words[1]);
}

Result<void> check_run(const Options& options) {
  if (options.version) return {};
  if (options.info) return options.tasks.empty() ? Result<void>{} : usage_error("--info takes no task");
  if (is_alone(options)) return {};
  if (!options.is_named && options.tasks.size() > 1) {
    const std::string step = step_meant_by(options.tasks);
    return usage_error("unexpected " + in_quotes(options.tasks[1]),
                       step.empty()
                           ? "arguments for the task go after --; `dream run TASK TASK` runs several tasks"
                           : "the task of that project: dream " + step);
  }
  if (options.quiet && options.output != Output::automatic && options.output != Output::quiet)
    return usage_error("--quiet and --output don't go together");
  if (options.dry_run && options.detach) return usage_error("--dry-run and --detach don't go together");
  if (options.json && !options.dry_run && !options.list_only)
    return usage_error("--json goes with --dry-run and --list-only", "--output events tells a run as JSON");
  return check_selection(options);
}

int run(const Options& options) {
  if (options.info) return show_info(options);
  if (options.tasks.empty()) return show_overview(options);
  if (options.dry_run) return plan_tasks(options);
  return options.detach ? run_detached(options) : run_tasks(options);
}

}  // namespace

const Subcommand run_command{

    .name = "run",
    .takes = "TASK…",
    .help = "runs tasks and the dependencies that dream.json lists for them; `dream TASK` is the same",
    .examples = {"dream dev                         # of the project of this folder",
                 "dream run build test --all -j 4    # several tasks, in every project that has them"},
    .define = define_run,
    .run = run,
    .check = check_run,
};

}  // namespace dream::cli
