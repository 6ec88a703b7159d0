#include "cli/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/environment.hpp"
#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "select/affected.hpp"
#include "select/dependents.hpp"
#include "select/patterns.hpp"

namespace dream::cli {

namespace {

struct SelectedProject {
  std::string name;
  std::string why;
  bool named = false;  ///< by its own path: that it lacks a task is an error
};

bool is_pattern(const std::string& written) {
  return written.starts_with('!') || is_glob(written);
}

/// A word of the command line that is the id of a step, as dream prints it: "./db:start".
std::optional<StepId> id_of(const std::string& word, const Workspace& workspace,
                            prepare::ProjectGraph& graph) {
  if (!word.starts_with("./") || word.find(':') == std::string::npos) return std::nullopt;
  if (std::ranges::binary_search(graph.projects(), word)) return std::nullopt;
  const auto is_known = [&](std::string_view written, std::string_view) {
    const std::string project = normalise_project(std::string(written));
    std::error_code unknown;
    return !project.empty() && (std::ranges::binary_search(graph.projects(), project) ||
                                std::filesystem::is_directory(workspace.root / project, unknown));
  };
  const auto has_task = [&](std::string_view written, std::string_view task) {
    return is_known(written, task) &&
           !graph.lacks_task(normalise_project(std::string(written)), std::string(task));
  };
  std::size_t colon = cut_of_id(word, has_task);
  if (colon == std::string::npos || !is_known(word.substr(0, colon), {})) colon = cut_of_id(word, is_known);
  if (colon == std::string::npos || colon + 1 == word.size()) return std::nullopt;
  std::string project = normalise_project(word.substr(0, colon));
  if (project.empty()) return std::nullopt;
  return StepId{std::move(project), word.substr(colon + 1)};
}

/// Whether there is such a step.
Error cannot_tell(const StepId& id, Error error) {
  error.message =
      to_string(id) + " can't be started: " + (error.where.empty() ? "" : error.where + ": ") + error.message;
  error.where.clear();
  return error;
}

class Selector {
 public:
  Selector(const Options& options, const prepare::LoadedWorkspace& loaded, prepare::ProjectGraph& graph)
      : options_(options), loaded_(loaded), graph_(graph) {}

  Result<Selection> select() {
    for (const std::string& written : options_.projects) {
      Result<std::string> project =
          prepare::project_from_root(written, options_.directory, loaded_.workspace);
      if (!project) return project.error();
      projects_.push_back(std::move(*project));
    }
    std::vector<std::string> tasks;
    for (const std::string& word : options_.tasks) {
      if (std::optional<StepId> id = id_of(word, loaded_.workspace, graph_))
        selection_.steps.push_back({std::move(*id), {}});
      else
        tasks.push_back(word);
    }
    if (tasks.empty())
      return selects_projects() ? Result<Selection>(no_projects_of_ids()) : std::move(selection_);
    const Result<std::vector<SelectedProject>> projects = find_projects();
    if (!projects) return projects.error();
    if (const Result<void> taken = take(tasks, *projects); !taken) return taken.error();
    return std::move(selection_);
  }

 private:
  [[nodiscard]] bool selects_projects() const {
    return !projects_.empty() || options_.all || options_.affected || options_.dependents;
  }

  /// What is named whole would run, whatever has changed.
  [[nodiscard]] Error no_projects_of_ids() const {
    const StepId& id = selection_.steps.front().id;
    return {ErrorCode::usage,
            printable(to_string(id)) +
                " names its project itself: -p, --all, --affected and --dependents select "
                "projects of tasks that are named alone",
            {},
            "leave them out, or name the task: " + shell_quoted(printable(id.task))};
  }

  Result<std::vector<SelectedProject>> find_projects() {
    const bool simple = projects_.empty() || (projects_.size() == 1 && !is_pattern(projects_.front()));
    if (simple && !options_.all && !options_.affected && !options_.dependents) {
      const auto written = projects_.empty() ? std::nullopt : std::optional(projects_.front());
      Result<std::string> project =
          prepare::requested_project(written, options_.directory, loaded_.workspace);
      if (!project) return project.error();
      return std::vector<SelectedProject>{{std::move(*project), {}, true}};
    }
    const bool searches = projects_.empty() || options_.affected || options_.dependents ||
                          std::ranges::any_of(projects_, is_pattern);
    if (const Result<void> found = graph_.all_found(); searches && !found) return found.error();
    Result<std::vector<SelectedProject>> projects = options_.affected ? affected() : by_pattern();
    if (!projects) return projects;
    if (options_.affected || options_.dependents) return and_dependents(std::move(*projects));
    return projects;
  }

  /// Those that `-p` means; all without it.
  Result<std::vector<SelectedProject>> by_pattern() {
    std::vector<SelectedProject> selected;
    if (projects_.empty()) {
      for (const std::string& name : graph_.projects()) selected.push_back({name, {}, false});
      return selected;
    }
    std::vector<std::string> known = graph_.projects();
    std::unordered_set<std::string> named;
    for (const std::string& written : projects_) {
      const std::string name = is_pattern(written) ? std::string() : normalise_project(written);
      if (name.empty()) continue;
      named.insert(name);
      std::error_code unknown;
      if (!std::ranges::binary_search(graph_.projects(), name) &&
          std::filesystem::is_directory(loaded_.workspace.root / name, unknown))
        known.push_back(name);
    }
    std::ranges::sort(known);
    Result<std::vector<std::string>> names = select::select_by_pattern(projects_, known);
    if (!names) return names.error();
    for (std::string& name : *names) {
      const bool is_named = named.contains(name) && !options_.all;
      selected.push_back({std::move(name), {}, is_named});
    }
    return selected;
  }

  Result<std::vector<SelectedProject>> affected() {
    const auto changes =
        select::changed_files(loaded_.workspace.root, options_.affected_since, own_variables());
    if (!changes) return changes.error();
    selection_.base = changes->base.empty() ? "the first commit" : changes->base;
    const std::vector<std::string> real = select::real_folders(loaded_.workspace.root, graph_.projects());
    std::vector<SelectedProject> selected;
    for (select::Affected& one :
         select::affected_projects(graph_.projects(), *changes, loaded_.workspace.affects, real))
      selected.push_back({std::move(one.project), "changed: " + one.reason, false});
    return selected;
  }

  Result<std::vector<SelectedProject>> and_dependents(std::vector<SelectedProject> projects) {
    Result<select::Needs> needs = graph_.needs();
    if (!needs) return needs.error();
    std::vector<std::string> names;
    std::unordered_map<std::string, SelectedProject> known;
    for (SelectedProject& one : projects) {
      names.push_back(one.name);
      known.emplace(one.name, std::move(one));
    }
    std::unordered_map<std::string, bool> wanted;  // whether its exact path was written
    const bool only_some = options_.affected && !projects_.empty();
    if (only_some) {
      const auto matching = by_pattern();
      if (!matching) return matching.error();
      for (const SelectedProject& one : *matching) wanted.emplace(one.name, one.named);
    }
    std::vector<SelectedProject> all;
    for (const select::Dependent& one : select::with_dependents(names, *needs)) {
      if (only_some && !wanted.contains(one.project)) continue;
      const auto found = known.find(one.project);
      all.push_back(found != known.end() ? std::move(found->second)
                                         : SelectedProject{one.project, "needs " + one.needs, false});
      if (only_some) all.back().named = wanted.at(one.project);
    }
    std::ranges::stable_sort(all, {}, &SelectedProject::name);
    return all;
  }

  Result<void> take(const std::vector<std::string>& tasks, const std::vector<SelectedProject>& projects) {
    std::unordered_set<std::string> seen;
    for (const std::string& task : tasks) {
      bool any = false;
      for (const SelectedProject& project : projects) {
        const StepId id{project.name, task};
        if (!project.named) {
          const Result<bool> has = graph_.has_task(project.name, task);
          if (has && !*has) continue;
          if (!has && options_.list_only) return cannot_tell(id, has.error());  // as a run would refuse it
        }
        any = true;
        if (!project.named && only_some_by_needs() && settings_of_step(loaded_.workspace, id).gathers)
          continue;
        if (seen.insert(to_string(id)).second) selection_.steps.push_back({id, project.why});
      }
      if (any || (options_.affected && somebody_has(task))) continue;
      if (graph_.projects().empty())
        return Error{
            ErrorCode::usage, "dream.json names no project", {}, R"(name them in "projects" or "workspace")"};
      return Error{
          ErrorCode::usage,
          options_.affected ? fmt::format("no project has a task {}", in_quotes(task))
                            : fmt::format("none of the {} selected projects has a task {}", projects.size(),
                                          in_quotes(task)),
          {},
          loaded_.workspace.tasks.contains(task)
              ? fmt::format(
                    R"("tasks" gives no project a task; "projects": {{ "./*": {{ "tasks": {{ {}: {{}} }} }} }} does)",
                    in_quotes(task))
              : "dream list shows the tasks there are"};
    }
    return {};
  }

  /// Nothing has changed is one thing, a slip in the task's name another.
  [[nodiscard]] bool somebody_has(const std::string& task) {
    return std::ranges::any_of(graph_.projects(),
                               [&](const std::string& project) { return !graph_.lacks_task(project, task); });
  }

  /// A task that only collects its dependencies would bring all of these, also those that nothing selects.
  [[nodiscard]] bool only_some_by_needs() const { return options_.affected || options_.dependents; }

  const Options& options_;
  std::vector<std::string> projects_;  ///< of `options_`, from the root
  const prepare::LoadedWorkspace& loaded_;
  prepare::ProjectGraph& graph_;
  Selection selection_;
};

}  // namespace

Result<Selection> select_steps(const Options& options, const prepare::LoadedWorkspace& loaded,
                               prepare::ProjectGraph& graph) {
  return Selector(options, loaded, graph).select();
}

std::string selection_text(const Selection& selection) {
  std::string text;
  for (const SelectedStep& step : selection.steps) {
    text += printable(to_string(step.id));
    if (!step.why.empty()) text += "  " + printable(step.why);
    text += '\n';
  }
  return text;
}

std::string selection_json(const Selection& selection) {
  std::string text = "{\n  \"base\": " + (selection.base.empty() ? "null" : json_string(selection.base)) +
                     ",\n  \"steps\": [";
  const char* before = "\n    ";
  for (const SelectedStep& step : selection.steps) {
    text += std::exchange(before, ",\n    ");
    text += fmt::format(R"({{"id": {}, "project": {}, "task": {}, "why": {}}})",
                        json_string(to_string(step.id)), json_string(step.id.project),
                        json_string(step.id.task), step.why.empty() ? "null" : json_string(step.why));
  }
  return text + (selection.steps.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace dream::cli
