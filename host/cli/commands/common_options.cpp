#include "cli/commands/common_options.hpp"

#include "base/text.hpp"

namespace dream::cli {

namespace {

constexpr std::size_t most_jobs = 100'000;

}  // namespace

Error usage_error(std::string message, std::string hint) {
  return {ErrorCode::usage, std::move(message), {}, std::move(hint)};
}

void define_directory(Definition& definition, Options& options) {
  definition.path("-C,--directory", "DIR", options.directory, "as if started in this folder");
}

void define_place(Definition& definition, Options& options) {
  define_directory(definition, options);
  definition.flag("--trust", options.trust,
                  "accept another user's dream.json and the workspace's unconfirmed plugins, this time only");
}

void define_selection(Definition& definition, Options& options) {
  definition.flag("--all", options.all, "every project that has the task");
  definition.text_or_nothing(
      "--affected", "[BASE]", options.affected, options.affected_since,
      "projects with changes since BASE, and what depends on them (default: the main branch)");
  definition.flag("--dependents", options.dependents, "what depends on the selected projects, too");
  definition.flag("--list-only", options.list_only, "say which projects are selected and why, run nothing");
}

void define_planning(Definition& definition, Options& options) {
  definition.list("-p,--project", "PROJECT", options.projects,
                  "this project instead of the current folder's; several, and globs: './packages/*'");
  definition.flag("-r,--recursive,!--no-recursive", options.recursive,
                  "include the dependencies of dependencies (or not)");
  definition.number("-j,--jobs", "N", options.jobs, 1, most_jobs,
                    "run at most N foreground steps of a group at once (default: the number of processors)");
  definition.flag("-k,--keep-going", options.keep_going,
                  "after a failure, go on with the steps that don't need the failed one");
  definition.list("--profile", "NAME", options.profiles,
                  "include the steps of this profile; '*': of all profiles (DREAM_PROFILES adds more)");
  definition.choice<bool>("--ports", "HOW", options.moves_ports,
                          "exact (as in dream.json) or auto (add the working tree's own offset to all ports)",
                          {{"exact", false}, {"auto", true}});
  definition.time("--grace", options.grace, "override every stop.grace");
}

void define_output(Definition& definition, Options& options) {
  definition.choice<Output>("-o,--output", "MODE", options.output,
                            "prefix (default for several steps), raw, grouped, quiet or events",
                            {{"prefix", Output::prefix},
                             {"raw", Output::raw},
                             {"grouped", Output::grouped},
                             {"quiet", Output::quiet},
                             {"events", Output::events}});
  definition.flag("-q,--quiet", options.quiet,
                  "hide the output of steps; show the last lines of those that fail (= -o quiet)");
  definition.path("--log-dir", "DIR", options.log_directory,
                  "also write every step's output into files of this folder");
  definition.path("--trace", "FILE", options.trace_file,
                  "also write a trace of the run, for Perfetto or Chrome");
}

void define_color(Definition& definition, Options& options) {
  definition.choice<When>("--color", "WHEN", options.color,
                          "auto, always or never (NO_COLOR and FORCE_COLOR count, too)",
                          {{"auto", When::automatic}, {"always", When::always}, {"never", When::never}});
}

void define_debug(Definition& definition, Options& options) {
  definition.flag("-d,--debug", options.debug, "say more: discovery, plan, state changes, plugin calls");
}

void define_json(Definition& definition, Options& options) {
  definition.flag("--json", options.json, "as JSON");
}

void define_look(Definition& definition, Options& options) {
  define_json(definition, options);
  define_color(definition, options);
  define_debug(definition, options);
}

Result<void> check_selection(const Options& options) {
  if (options.tasks.empty() && options.affected_since)
    return usage_error("no task given", "--affected takes " + in_quotes(*options.affected_since) +
                                            " for its BASE: write the task first");
  if (options.tasks.empty()) return usage_error("no task given", "dream list shows the tasks there are");
  for (const std::string& task : options.tasks) {
    if (!is_printable(task))
      return usage_error("a character that can't be shown in the task's name " + in_quotes(task));
  }
  for (const std::string& project : options.projects)
    if (!is_printable(project))
      return usage_error("a character that can't be shown in the project's name " + in_quotes(project));
  if (options.all && options.affected) return usage_error("--all and --affected don't go together");
  if (options.dependents && options.projects.empty())
    return usage_error("--dependents goes with --project", "--affected has them by itself");
  return {};
}

}  // namespace dream::cli
