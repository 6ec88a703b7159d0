#include "prepare/offers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/shell_quote.hpp"
#include "config/secrets.hpp"
#include "plan/before.hpp"
#include "plan/ports.hpp"
#include "prepare/folder_search.hpp"
#include "prepare/late_env_files.hpp"
#include "prepare/outlook.hpp"
#include "prepare/prepare.hpp"
#include "prepare/project_list.hpp"

namespace dream::prepare {

namespace {

/// Collects a problem once for all the projects that have it.
void add_problem(Offers& offers, const Error& error, const std::string& project) {
  std::string message = error.where.empty() ? error.message : error.where + ": " + error.message;
  const auto known = std::ranges::find_if(offers.problems, [&](const Offers::Problem& other) {
    return other.message == message && other.hint == error.hint;
  });
  if (known == offers.problems.end()) {
    offers.problems.push_back({std::move(message), error.hint, {project}});
  } else if (known->projects.back() != project) {
    known->projects.push_back(project);
  }
}

/// The tasks by the project's own executor, and the tools of all that it uses.
void look_into(const ListedProject& project, const LoadedWorkspace& loaded, plugin::Registry& registry,
               Offers& offers) {
  std::map<std::string, std::string> executors{{*project.executor, ""}};  // with a task that uses it
  for (const ListedTask& task : project.tasks) executors.try_emplace(*task.executor, *task.name);
  for (const auto& [executor, task] : executors) {
    const auto plugin = registry.load(executor);
    if (!plugin) {
      add_problem(offers, plugin.error(), project.name);
      continue;
    }
    const plugin::ProjectSpec spec = project_spec(loaded, {project.name, task});
    if (auto there = (*plugin)->check_tool(spec); !there) add_problem(offers, there.error(), project.name);
    if (executor != *project.executor) continue;
    auto found = (*plugin)->discover(spec);
    if (!found) {
      add_problem(offers, found.error(), project.name);
      continue;
    }
    std::erase_if(*found, &plugin::FoundTask::unusable);
    if (!found->empty()) {
      offers.tasks.emplace(project.name, std::move(*found));
    }
  }
}

bool is_wrong(const Error& error) {
  return error.code == ErrorCode::configuration || error.code == ErrorCode::plan;
}

/// What `--all` brings into one plan may have a cycle that no step has alone.
void add_misfits_together(const LoadedWorkspace& loaded,
                          const std::map<std::string, std::vector<StepId>>& by_task, Manifests* manifests,
                          std::vector<Misfit>& misfits) {
  for (const auto& [task, ids] : by_task) {
    if (ids.size() < 2) continue;
    Request request;
    request.ids = ids;
    const auto plan = make_plan(loaded.workspace, request, manifests);
    if (plan) continue;
    misfits.push_back({plan.error().where, plan.error().error});
    Misfit& misfit = misfits.back();
    misfit.error.message = "dream " + shell_quoted(task) + " --all: " + misfit.error.message;
  }
}

/// The plans of tasks that are each requested alone. Where a plan follows everything, it holds the plans of
/// its steps, which are then not made: of a chain of tasks only the longest is.
class PlansAlone {
 public:
  PlansAlone(const Workspace& workspace, Manifests* manifests)
      : workspace_(workspace), manifests_(manifests) {}

  /// Those first that nobody needs: they hold the others.
  void make(const Plan& all) {
    std::unordered_set<std::string> needed;
    workspace_.for_each_entry([&](const std::string& task, const Dependency& entry) {
      if (!entry.project.empty())
        needed.insert(to_string(StepId{entry.project, entry.task.empty() ? task : entry.task}));
    });
    for (const bool is_needed : {false, true})
      for (const Step& step : all.steps)
        if (needed.contains(to_string(step.id)) == is_needed) plan(step.id);
  }

  [[nodiscard]] const std::map<std::string, PlanError>& errors() const { return errors_; }  ///< by step
  [[nodiscard]] const std::vector<PlanError>& misused_ports() const { return misused_ports_; }
  /// Those with env files that one which ends first may write.
  [[nodiscard]] const std::unordered_set<std::string>& behind_ends() const { return behind_ends_; }
  /// The steps that have another before them in some plan.
  [[nodiscard]] const std::unordered_set<std::string>& later() const { return later_; }

 private:
  void plan(const StepId& id) {
    if (held_.contains(to_string(id))) return;
    Request request;
    request.ids = {id};
    const auto plan = make_plan(workspace_, request, manifests_);
    if (!plan) {
      errors_.emplace(to_string(id), plan.error());
      return;
    }
    if (auto fit = plan::check_ports(*plan); !fit) misused_ports_.push_back(fit.error());
    for (std::size_t at = 0; at < plan->steps.size(); ++at) {
      const Step& step = plan->steps[at];
      if (at > 0 || step.finally) later_.insert(to_string(step.id));
      if (!step.env_files.empty() && waits_for_an_end(*plan, StepIndex(at)))
        behind_ends_.insert(to_string(step.id));
    }
    if (!plan->recursive) return;
    // Alone, it asks for its profiles, and what is for the end here isn't there.
    for (const Step& step : plan->steps)
      if (!step.finally && profiles_of(workspace_, step.id).empty()) held_.insert(to_string(step.id));
  }

  const Workspace& workspace_;
  Manifests* manifests_;
  std::map<std::string, PlanError> errors_;
  std::vector<PlanError> misused_ports_;
  std::unordered_set<std::string> later_, held_, behind_ends_;
};

/// The steps that can't be started: those that lack the same on this machine are told as one.
class Unstartable {
 public:
  void add(const Step& step, Error problem, bool has_files) {
    const bool wrong = has_files && is_wrong(problem);
    const auto [known, is_new] =
        groups_.try_emplace({wrong ? to_string(step.id) : "", problem.message}, all_.size());
    if (is_new) all_.push_back({{step.where, std::move(problem), wrong}, to_string(step.id)});
    ++all_[known->second].count;
  }

  void add_to(std::vector<Misfit>& misfits) {
    for (Group& group : all_) {
      const std::string others = group.count == 1 ? "" : fmt::format(" and {} more", group.count - 1);
      group.misfit.error.message = group.first + others + " can't be started: " + group.misfit.error.message;
      misfits.push_back(std::move(group.misfit));
    }
  }

 private:
  struct Group {
    Misfit misfit;
    std::string first;
    std::size_t count = 0;
  };
  std::vector<Group> all_;
  std::map<std::pair<std::string, std::string>, std::size_t> groups_;  ///< by who is wrong, and the message
};

std::vector<std::pair<std::string, std::string>> shown_environment(const std::vector<std::string>& entries,
                                                                   config::Secrets secrets) {
  secrets.see_entries(entries);
  std::vector<std::pair<std::string, std::string>> shown;
  shown.reserve(entries.size());
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    std::string name = entry.substr(0, equals);
    // Of a URL with a password, which is a secret as a whole, the rest is of use here.
    std::string value = config::names_secret(name)
                            ? std::string(config::mask)
                            : secrets.masked(config::without_passwords(entry.substr(equals + 1)));
    shown.emplace_back(std::move(name), std::move(value));
  }
  return shown;
}

}  // namespace

plugin::ProjectSpec project_spec(const LoadedWorkspace& loaded, const StepId& id) {
  const Step step = settings_of_step(loaded.workspace, id);
  plugin::ExecutorRequest request = executor_request(step, loaded);
  return {.root = loaded.workspace.root.string(),
          .path = id.project,
          .directory = std::move(request.directory),
          .options_json = std::move(request.project_options)};
}

std::vector<StepCommand> describe_steps(const Plan& plan, const LoadedWorkspace& loaded,
                                        plugin::Registry& registry) {
  std::vector<StepCommand> commands;
  commands.reserve(plan.steps.size());
  Environments environments(plan, loaded.discovery.rule, EnvFiles::look);
  Outlooks outlooks(plan, loaded, registry);
  // Each looks through the whole workspace; thousands may have a problem.
  constexpr int most_suggestions = 20;
  int suggested = 0;
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    StepCommand& command = commands.emplace_back();
    Result<PreparedStep> step =
        prepare_step(plan, StepIndex(at), loaded, registry, environments, MissingFiles::awaited);
    if (!step) {
      command.problem = to_string(step.error());
      continue;
    }
    command.environment = shown_environment(*step->task.own_environment, loaded.document->secrets());
    Outlook outlook = outlooks.of(*step);
    command.line = std::move(outlook.line);
    if (!outlook.problem) continue;
    if (suggested++ < most_suggestions) {
      suggest_remedy(plan.steps[at], loaded, registry, plugin::Registry::Ask::all, *outlook.problem);
    }
    command.problem = to_string(*outlook.problem);
    if (outlook.may_change && at > 0)
      command.problem += "; judged when its turn comes, for a step before it may change that";
  }
  return commands;
}

std::vector<Misfit> find_misfits(const LoadedWorkspace& loaded, plugin::Registry& registry,
                                 Manifests* manifests) {
  std::vector<Misfit> misfits;
  const std::vector<ListedProject> projects = list_projects(loaded.workspace);
  if (projects.size() > most_projects_searched) return misfits;
  Plan all;
  for (const ListedProject& project : projects) {
    for (const ListedTask& task : project.tasks) {
      all.steps.push_back(settings_of_step(loaded.workspace, {project.name, *task.name}));
      all.steps.back().where = task.where;
    }
  }
  PlansAlone plans(loaded.workspace, manifests);
  plans.make(all);
  for (const PlanError& error : plans.misused_ports()) misfits.push_back({error.where, error.error, true});
  const std::unordered_set<std::string>& later = plans.later();
  std::map<std::string, std::vector<StepId>> by_task;  // those that can be planned alone
  for (const Step& step : all.steps) {
    if (const auto error = plans.errors().find(to_string(step.id)); error != plans.errors().end())
      misfits.push_back({error->second.where, error->second.error, is_wrong(error->second.error)});
    else
      by_task[step.id.task].push_back(step.id);
  }
  add_misfits_together(loaded, by_task, manifests, misfits);
  if (all.steps.empty()) return misfits;
  for (auto& [step, error] : plan::misnamed_ports(all))
    misfits.push_back({all.steps[position(step)].where, std::move(error), true});
  std::vector<bool> alone;
  alone.reserve(all.steps.size());
  for (const Step& step : all.steps) alone.push_back(!later.contains(to_string(step.id)));
  Environments environments(all, loaded.discovery.rule, EnvFiles::look);
  Outlooks outlooks(all, loaded, registry, std::move(alone));
  Unstartable unstartable;
  for (std::size_t at = 0; at < all.steps.size(); ++at) {
    const bool may_wait = plans.behind_ends().contains(to_string(all.steps[at].id));
    const Result<PreparedStep> step = prepare_step(all, StepIndex(at), loaded, registry, environments,
                                                   may_wait ? MissingFiles::expected : MissingFiles::refused);
    std::optional<Error> problem;
    if (!step) problem = step.error();
    if (Outlook outlook = step ? outlooks.of(*step) : Outlook{}; outlook.problem && !outlook.may_change)
      problem = std::move(outlook.problem);
    if (!problem) continue;
    const std::filesystem::path folder = loaded.workspace.root / all.steps[at].id.project;
    std::error_code unknown;
    const bool has_files =
        std::filesystem::is_directory(folder, unknown) && environments.of(all.steps[at], folder).has_value();
    unstartable.add(all.steps[at], std::move(*problem), has_files);
  }
  unstartable.add_to(misfits);
  return misfits;
}

std::vector<Misfit> find_unknowns(const std::vector<std::string>& projects, const LoadedWorkspace& loaded,
                                  plugin::Registry& registry, const std::vector<Misfit>& told) {
  std::vector<Misfit> unknowns;
  if (projects.size() > most_projects_searched) return unknowns;
  Offers offers;
  std::set<std::string> usable;
  std::vector<std::pair<const std::string*, plugin::FoundTask>> unusable;
  for (const std::string& project : projects) {
    const auto found = find_tasks(project, loaded, registry);
    if (!found) {
      const auto says_it = [&](const Misfit& one) {
        return one.error.message.ends_with(found.error().message);
      };
      if (std::ranges::none_of(told, says_it)) add_problem(offers, found.error(), project);
      continue;
    }
    for (const plugin::FoundTask& task : *found) {
      if (task.unusable)
        unusable.emplace_back(&project, task);
      else
        usable.insert(task.name);
    }
  }
  const auto where_of = [&](const std::string& project) {
    const ProjectSettings* settings = loaded.workspace.settings_of(project);
    return settings == nullptr ? SourceOffset() : settings->where;
  };
  for (Offers::Problem& problem : offers.problems) {
    const std::string& first = problem.projects.front();
    const std::size_t others = problem.projects.size() - 1;
    const std::string whose = others == 0 ? first : first + " and " + std::to_string(others) + " more";
    unknowns.push_back({where_of(first),
                        {ErrorCode::plan,
                         "the tasks of " + whose + " aren't known: " + problem.message,
                         {},
                         std::move(problem.hint)}});
  }
  for (const auto& [project, task] : unusable) {
    if (!usable.contains(task.name)) continue;
    const StepId id{*project, task.name};
    unknowns.push_back({where_of(*project),
                        {ErrorCode::plan,
                         to_string(id) + " can't be started: its " + task.source + " can't be used",
                         {},
                         "dream plan " + shell_quoted(to_string(id)) + " says why"}});
  }
  return unknowns;
}

Offers find_offers(const LoadedWorkspace& loaded, plugin::Registry& registry) {
  Offers offers;
  const Workspace& workspace = loaded.workspace;
  if (workspace.projects.size() + workspace.dependencies.size() > most_projects_searched) return offers;
  const FoundFolders folders = folders_of_globs(workspace);
  const std::vector<ListedProject> projects = list_projects(workspace, folders.fit);
  if (projects.size() > most_projects_searched) return offers;
  offers.looked = true;
  for (const auto& [folder, why] : folders.unread)
    offers.problems.push_back({"projects can't be looked for in it: " + why,
                               {},
                               {normalise_project(folder.lexically_relative(workspace.root).string())}});
  for (const ListedProject& project : projects) {
    std::error_code failure;
    if (std::filesystem::is_directory(workspace.root / project.name, failure)) {
      look_into(project, loaded, registry, offers);
    }
  }
  return offers;
}

Result<std::vector<plugin::FoundTask>> find_tasks(const std::string& project, const LoadedWorkspace& loaded,
                                                  plugin::Registry& registry) {
  const Workspace& workspace = loaded.workspace;
  if (project.empty()) return std::vector<plugin::FoundTask>();
  const std::filesystem::path folder = workspace.root / project;
  std::error_code unknown;
  const std::filesystem::file_type type = std::filesystem::status(folder, unknown).type();
  if (type == std::filesystem::file_type::none)
    return Error{ErrorCode::io, "the folder can't be looked into: " + unknown.message(), folder.string(), {}};
  if (type != std::filesystem::file_type::directory) return std::vector<plugin::FoundTask>();
  const ProjectSettings* settings = workspace.settings_of(project);
  const auto plugin = registry.load(executor_of(workspace, settings, ""));
  if (!plugin) return plugin.error();
  return (*plugin)->discover(project_spec(loaded, {project, ""}));
}

std::vector<OfferedTask> offered_tasks(const std::string& project, const LoadedWorkspace& loaded,
                                       plugin::Registry* registry) {
  std::vector<OfferedTask> offered;
  for (const ListedProject& listed : list_projects(loaded.workspace)) {
    if (listed.name != project) continue;
    for (const ListedTask& task : listed.tasks)
      offered.push_back({*task.name, task.description == nullptr ? "" : *task.description});
  }
  if (registry == nullptr) return offered;
  std::unordered_set<std::string> known;
  for (const OfferedTask& one : offered) known.insert(one.name);
  const auto found = find_tasks(project, loaded, *registry);
  if (!found) return offered;
  for (const plugin::FoundTask& task : *found)
    if (!task.unusable && known.insert(task.name).second)
      offered.push_back({task.name, task.summary.empty() ? task.source : task.summary, true});
  return offered;
}

}  // namespace dream::prepare
