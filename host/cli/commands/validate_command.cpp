#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/terminal.hpp"
#include "cli/workspace.hpp"
#include "config/diagnostics.hpp"
#include "prepare/offers.hpp"

namespace dream::cli {

namespace {

constexpr int exit_warnings = 1;

/// What would fail at the start: what the file says can't be done is an error, and what is missing on this
/// machine a warning. The same about several tasks is told once each.
void add_misfits(prepare::LoadedWorkspace& loaded, const Options& options, prepare::ProjectGraph& graph) {
  AskedPlugins plugins(loaded, options);
  std::unordered_set<std::string> told;
  for (const config::Problem& problem : loaded.problems) told.insert(problem.message);
  std::vector<prepare::Misfit> misfits = prepare::find_misfits(loaded, plugins.registry(), &graph);
  for (prepare::Misfit& misfit :
       prepare::find_unknowns(graph.projects(), loaded, plugins.registry(), misfits))
    misfits.push_back(std::move(misfit));
  if (const Result<void> found = graph.all_found(); !found) misfits.push_back({{}, found.error()});
  for (prepare::Misfit& misfit : misfits) {
    std::string message = std::move(misfit.error.message);
    const bool says_more =
        !misfit.error.where.empty() && misfit.error.where != loaded.document->place(misfit.where);
    if (says_more) message += " (" + misfit.error.where + ")";
    if (!told.insert(message).second) continue;
    loaded.problems.push_back({misfit.is_wrong ? config::Severity::error : config::Severity::warning,
                               misfit.where,
                               {},
                               std::move(message),
                               std::move(misfit.error.hint)});
  }
  for (const RecursiveRule* rule : graph.idle_rules())
    loaded.problems.push_back({config::Severity::warning,
                               rule->where,
                               {},
                               "no project is " + in_quotes(rule->project) + ", so this entry has no effect",
                               "dream list shows the projects there are"});
  for (const auto& [pattern, task, similar, where] : graph.idle_entries())
    loaded.problems.push_back({config::Severity::warning,
                               where,
                               {},
                               "no project of " + in_quotes(pattern) + " has the task " + in_quotes(task) +
                                   ", so this entry has no effect",
                               similar.empty() ? "dream list shows the tasks there are"
                                               : "did you mean " + in_quotes(similar) + "?"});
}

/// Dollars that are written twice; `dream init` writes them so on purpose.
std::vector<config::Problem> remarks_of(const prepare::LoadedWorkspace& loaded) {
  const bool is_of_init = loaded.document->source().text().starts_with(config::begin_of_init);
  return is_of_init ? std::vector<config::Problem>() : loaded.document->remarks();
}

/// What no one can put right in dream.json: no warnings.
std::vector<config::Problem> notes_of(const prepare::LoadedWorkspace& loaded, prepare::ProjectGraph& graph) {
  std::vector<config::Problem> notes = remarks_of(loaded);
  for (const auto& [where, unfollowed] : graph.unfollowed_by_entry()) {
    const auto& [project, needed, task] = *unfollowed.begin();
    std::string message = project + " doesn't wait for " + to_string(StepId{needed, task}) +
                          ", a development or peer dependency that would close a cycle of manifests";
    if (unfollowed.size() > 1) message += fmt::format("; and {} more like it", unfollowed.size() - 1);
    notes.push_back({config::Severity::note, where, {}, std::move(message), {}});
  }
  return notes;
}

int validate(const Options& options) {
  Result<prepare::LoadedWorkspace> read = prepare::read_workspace(options.directory, options.trust);
  if (!read) {
    complain(read.error());
    return exit_nothing_run;
  }
  AskedProjects projects(*read, options);
  if (!config::has_errors(read->problems)) add_misfits(*read, options, projects.graph());
  const bool has_errors = config::has_errors(read->problems);
  const bool warned = options.strict && !read->problems.empty();
  const int exit_code = has_errors ? exit_nothing_run : warned ? exit_warnings : 0;
  const config::Sources& source = read->document->source();
  std::vector<config::Problem> all = read->problems;
  const std::vector<config::Problem> notes =
      has_errors ? remarks_of(*read) : notes_of(*read, projects.graph());
  all.insert(all.end(), notes.begin(), notes.end());
  std::ranges::stable_sort(all, {}, [](const config::Problem& problem) { return problem.offset.value; });
  if (options.json) return print(config::render_json(source, all) + "\n", exit_code);
  std::string text;
  for (const config::Problem& problem : all) text += config::render_text(source, problem);
  if (all.empty()) text = printable(source.name()) + ": no problems\n";
  return print(text, exit_code);
}

}  // namespace

const Subcommand validate_command{

    .name = "validate",
    .takes = "",
    .help = "shows every mistake in dream.json, and every step that could not be started",
    .examples = {"dream validate", "dream validate --strict    # in CI: warnings fail, too"},
    .define =
        [](Definition& definition, Options& options) {
          define_place(definition, options);
          definition.flag("--strict", options.strict, "warnings count as errors");
          define_json(definition, options);
          define_debug(definition, options);
        },
    .run = validate,
};

}  // namespace dream::cli
