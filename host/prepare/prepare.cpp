#include "prepare/prepare.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "config/env_file.hpp"
#include "plan/before.hpp"
#include "plan/ports.hpp"
#include "prepare/late_env_files.hpp"
#include "prepare/offers.hpp"
#include "prepare/project_graph.hpp"
#include "prepare/project_list.hpp"

namespace dream::prepare {

namespace {

namespace fs = std::filesystem;

/// An error about an option: the pointer to it becomes its place in dream.json.
void place_option(const Step& step, const LoadedWorkspace& loaded, Error& error) {
  if (error.code != ErrorCode::configuration) return;
  error.message = loaded.document->masked_option(step.options, error.where, std::move(error.message));
  const SourceOffset place = loaded.document->locate_option(step.options, error.where);
  error.where =
      place.known() ? loaded.document->place(place) : to_string(step.id) + ": options" + error.where;
}

/// Where the layer of dream.json stands that names an env file for a step.
SourceOffset place_of_env_file(const Workspace& workspace, const StepId& id, const std::string& file) {
  const auto names = [&file](const std::vector<std::string>& files) {
    return std::ranges::find(files, file) != files.end();
  };
  const ProjectSettings* project = workspace.settings_of(id.project);
  const TaskSettings* task = nullptr;
  if (project != nullptr) {
    if (const auto own = project->tasks.find(id.task); own != project->tasks.end()) task = &own->second;
    if (task != nullptr && names(task->env_files)) return task->where;
    if (names(project->env_files)) return project->where;
  }
  const auto by_name = workspace.tasks.find(id.task);
  return by_name == workspace.tasks.end() ? SourceOffset() : by_name->second.where;
}

Result<plugin::Executor*> executor_of(const Step& step, const LoadedWorkspace& loaded,
                                      plugin::Registry& registry, const std::string& task_options) {
  plugin::ExecutorRequest request = executor_request(step, loaded);
  request.task_options = task_options;
  Result<plugin::Executor*> executor = registry.executor_for(request);
  if (executor) return executor;
  Error error = executor.error();
  place_option(step, loaded, error);
  return error;
}

Error cannot_tell(const Step& step) {
  return {ErrorCode::configuration, "the executor " + step.executor + " knows of no health check",
          to_string(step.id) + ": ready/healthcheck", "take another probe: port, log or exec"};
}

Error cannot_tell_health(const Step& step) {
  return {ErrorCode::configuration,
          "the executor " + step.executor + " can't tell whether what it runs stays healthy",
          to_string(step.id) + ": health/healthcheck", "take another probe: port, http or exec"};
}

Error cannot_notify(const Step& step) {
  return {ErrorCode::configuration,
          "what the executor " + step.executor + " runs can't reach the NOTIFY_SOCKET of this machine",
          to_string(step.id) + (has_probe<NotifyProbe>(step.ready) ? ": ready/notify" : ": health/notify"),
          "take another probe: log, tcp, http, or healthcheck where it has one"};
}

Error cannot_be_typed_into(const Step& step) {
  return {ErrorCode::configuration,
          "what the executor " + step.executor + " runs has no terminal on this machine to type into",
          to_string(step.id) + ": interactive",
          "remove it, and type with the engine's own tool (docker exec -it)"};
}

/// Of which folder, and for which process, is told of dream: a task that is started says its own.
bool is_about_dream(std::string_view name, bool alone, bool notifies) {
  return name == "PWD" || name == "OLDPWD" || (!alone && name.starts_with("LISTEN_")) ||
         ((!alone || notifies) && (name == "NOTIFY_SOCKET" || name.starts_with("WATCHDOG_")));
}

/// `alone`: for the only step of a plan. Sockets that were handed to dream can't be several steps', and one
/// of several that says it is ready, or lives, doesn't speak for dream. `notifies`: it tells that to dream.
/// Of entries with the same name the first counts, which is what getenv() finds.
Variables variables_of_dream(bool alone, bool notifies) {
  Variables variables;
  for (const char* const* entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && !is_about_dream(text.substr(0, equals), alone, notifies))
      variables.try_emplace(std::string(text.substr(0, equals)), text.substr(equals + 1));
  }
  return variables;
}

SharedEnvironment entries_of(const Variables& variables) {
  std::vector<std::string> entries;
  entries.reserve(variables.size());
  for (const auto& [name, value] : variables) entries.push_back(std::string(name).append("=").append(value));
  return std::make_shared<const std::vector<std::string>>(std::move(entries));
}

/// The task of the project, or of every project, whose name is like that of `step`; "" when it has one
/// itself.
std::string nearest_task(const StepId& step, const Workspace& workspace,
                         const std::vector<ListedProject>& projects) {
  std::vector<std::string> names;
  names.reserve(workspace.tasks.size());
  for (const auto& [name, settings] : workspace.tasks) names.push_back(name);
  for (const ListedProject& project : projects) {
    if (project.name != step.project) continue;
    for (const ListedTask& task : project.tasks) names.push_back(*task.name);
  }
  std::string near = nearest_name(step.task, names);
  return near == step.task ? std::string() : near;
}

/// The executor finds the task: whatever fails, it isn't its name.
bool is_found(const Step& step, const LoadedWorkspace& loaded, plugin::Registry& registry) {
  const auto found = find_tasks(step.id.project, loaded, registry);
  return found && std::ranges::find(*found, step.id.task, &plugin::FoundTask::name) != found->end();
}

/// What helps who stands in the wrong folder: the other projects that have the task; "" when none has.
std::string projects_with(const StepId& step, const std::vector<ListedProject>& projects,
                          const LoadedWorkspace& loaded, plugin::Registry& registry,
                          plugin::Registry::Ask whom) {
  constexpr std::size_t most_named = 4;
  std::vector<std::string> names;
  for (const ListedProject& project : projects) {
    const bool has =
        std::ranges::any_of(project.tasks, [&](const ListedTask& one) { return *one.name == step.task; });
    if (has && project.name != step.project) names.push_back(project.name);
  }
  ProjectGraph graph(
      loaded, [&registry]() -> plugin::Registry& { return registry; }, [](std::string_view) {});
  const bool may_ask = whom == plugin::Registry::Ask::all && projects.size() <= most_projects_searched &&
                       graph.projects().size() <= most_projects_searched;
  const auto has_it = [&](const std::string& project) {
    const Result<bool> has = graph.has_task(project, step.task);
    return has && *has;
  };
  if (may_ask) std::erase_if(names, std::not_fn(has_it));  // some only say what it needs
  if (names.empty() && may_ask) {
    std::ranges::copy_if(graph.projects(), std::back_inserter(names), [&](const std::string& project) {
      return project != step.project && has_it(project);
    });
  }
  if (names.empty()) return {};
  const std::string first = names.front();
  const std::size_t count = names.size();
  if (count > most_named) {
    names.resize(most_named - 1);
    names.push_back(fmt::format("{} more projects", count - names.size()));
  }
  return fmt::format("{} {} it: dream {} -p {}", join_words(names), count == 1 ? "has" : "have",
                     shell_quoted(step.task), shell_quoted(first));
}

/// "/tasks/T/options", "/projects/P/tasks/T/options"; not those of a project that is called "tasks".
bool is_of_task(const OptionsPointer& layer) {
  constexpr std::string_view of_project = "/projects/";
  std::string_view rest = layer;
  if (rest.starts_with(of_project))
    rest.remove_prefix(std::min(rest.find('/', of_project.size()), rest.size()));
  return rest.starts_with("/tasks/");
}

}  // namespace

/// In a fresh clone the file isn't there yet, though often one to begin with.
Error about_env_file(const Step& step, const fs::path& folder, const LoadedWorkspace& loaded, Error error) {
  for (const std::string& file : step.env_files) {
    const fs::path path = folder / file;
    std::error_code unknown;
    if (error.where != printable(path.string()) || fs::exists(fs::symlink_status(path, unknown))) continue;
    const SourceOffset place = place_of_env_file(loaded.workspace, step.id, file);
    const fs::path inside = path.lexically_normal().lexically_relative(loaded.workspace.root);
    const std::string shown = printable((*inside.begin() == ".." ? path : inside).string());
    error = {ErrorCode::configuration, "the env file " + shown + " doesn't exist",
             place.known() ? loaded.document->place(place) : to_string(step.id), ""};
    for (const char* ending : {".example", ".sample", ".template"}) {
      const fs::path sample = path.string() + ending;
      if (!fs::is_regular_file(sample, unknown)) continue;
      error.hint = fmt::format("cp {} {}", shell_quoted(fs::proximate(sample, unknown).string()),
                               shell_quoted(fs::proximate(path, unknown).string()));
      break;
    }
    return error;
  }
  return error;
}

/// What dream.json gives a step: its env files < the env of project and task.
Result<Variables> Environments::given_variables(const Step& step, const fs::path& folder) {
  Variables variables;
  const auto stronger = [&step](const std::string& name) -> std::optional<std::string_view> {
    if (const char* value = std::getenv(name.c_str())) return value;
    const auto own = std::ranges::find(step.env, name, &Environment::value_type::first);
    if (own == step.env.end()) return std::nullopt;
    return own->second;
  };
  for (const std::string& file : step.env_files) {
    const fs::path path = folder / file;
    const auto time = files_ == EnvFiles::run ? config::env_pipe_time : std::chrono::milliseconds(0);
    auto read = read_.find(path);
    if (read == read_.end()) read = read_.emplace(path, config::read_env_file(path, rule_, time)).first;
    if (!read->second) return read->second.error();
    Result<config::EnvFile> parsed =
        config::parse_env_file(path.string(), *read->second, stronger, std::move(variables));
    if (!parsed) return parsed.error();
    variables = std::move(parsed->variables);
    for (std::string& warning : parsed->warnings) {
      if (warned_.insert(warning).second) warnings_.push_back(std::move(warning));
    }
  }
  for (const auto& [name, value] : step.env) variables[name] = value;
  return variables;
}

Result<StepEnvironment> Environments::of(const Step& step, const fs::path& folder) {
  // Without files the folder makes no difference.
  StepEnvironment& made = made_[{step.env_files.empty() ? fs::path() : folder, step.env_files, step.env}];
  if (made.whole == nullptr) {
    const Result<Variables> given = given_variables(step, folder);
    if (!given) return given.error();
    Variables whole = *given;
    whole.merge(variables_of_dream(alone_, notifies_));
    made = {entries_of(whole), entries_of(*given)};
  }
  return made;
}

plugin::ExecutorRequest executor_request(const Step& step, const LoadedWorkspace& loaded) {
  // Layers of the step's task alone have no place in the executor, which the whole project shares.
  std::vector<OptionsPointer> project_layers = step.options;
  std::erase_if(project_layers, is_of_task);
  return {.executor = step.executor,
          .project = step.id.project,
          .directory = folder_of(loaded.workspace, step.id.project).string(),
          .project_options = loaded.document->options(project_layers),
          .task_options = {}};
}

bool suggest_remedy(const Step& step, const LoadedWorkspace& loaded, plugin::Registry& registry,
                    plugin::Registry::Ask whom, Error& error) {
  place_option(step, loaded, error);
  if (step.command || error.code != ErrorCode::not_found || is_found(step, loaded, registry)) return false;
  if (const auto known = registry.who_knows(step.id.task, executor_request(step, loaded), whom)) {
    error.message += "; its " + known->source + " has one";
    error.hint = R"(set "executor": ")" + known->executor + "\" in dream.json";
    return false;
  }
  const std::vector<ListedProject> projects = list_projects(loaded.workspace);
  const std::string others =
      step.where.known() ? std::string() : projects_with(step.id, projects, loaded, registry, whom);
  const std::string near = others.empty() ? nearest_task(step.id, loaded.workspace, projects) : std::string();
  if (others.empty() && near.empty()) return true;
  error.hint = near.empty() ? others : "did you mean " + in_quotes(near) + "?";
  return false;
}

Result<PreparedStep> prepare_step(const Plan& plan, StepIndex index, const LoadedWorkspace& loaded,
                                  plugin::Registry& registry, Environments& environments,
                                  MissingFiles missing) {
  const Step& step = plan.steps[position(index)];
  const fs::path folder = folder_of(loaded.workspace, step.id.project);
  constexpr std::size_t most_steps = 20;  // thousands may be missing
  if (Result<void> there = check_folder(step, loaded, plan.steps.size() <= most_steps); !there)
    return there.error();
  if (step.gathers) return PreparedStep{.executor = nullptr, .task = {.step = index, .name = step.id.task}};
  Result<StepEnvironment> environment = environments.of(step, folder);
  if (!environment && missing != MissingFiles::refused) {
    Step now = step;  // with the files that are there
    const auto to_come = std::erase_if(now.env_files, [&](const std::string& file) {
      return may_come(folder / file, loaded) &&
             (missing == MissingFiles::expected || waits_for_an_end(plan, index));
    });
    if (to_come > 0) environment = environments.of(now, folder);
  }
  if (!environment) return about_env_file(step, folder, loaded, environment.error());
  Result<std::string> with = plan::with_ports(loaded.document->options(step.options), plan, step);
  if (!with) return with.error();
  std::string options = std::move(*with);
  Result<plugin::Executor*> executor = executor_of(step, loaded, registry, options);
  if (!executor) return executor.error();
  const bool tell_ready = has_probe<HealthcheckProbe>(step.ready);
  if (tell_ready && !(*executor)->tells_ready()) return cannot_tell(step);
  const bool ask_health = step.health && std::holds_alternative<HealthcheckProbe>(step.health->probe);
  if (ask_health && !(*executor)->tells_health()) return cannot_tell_health(step);
  if (notifies(step) && (*executor)->runs_elsewhere()) return cannot_notify(step);
  if (step.interactive && (*executor)->runs_elsewhere()) return cannot_be_typed_into(step);
  return PreparedStep{.executor = *executor,
                      .task = {.step = index,
                               .name = step.id.task,
                               .command = step.command,
                               .arguments = step.arguments,
                               .directory = folder.string(),
                               .environment = environment->whole,
                               .own_environment = environment->own,
                               .options_json = std::move(options),
                               .stop_signal = step.stop_signal,
                               .stop_grace = step.stop_grace,
                               .pty = step.pty,
                               .tell_ready = tell_ready,
                               .ready_limit = step.ready_timeout,
                               .ask_health = ask_health}};
}

Preparation prepare(const Plan& plan, const LoadedWorkspace& loaded, plugin::Registry& registry) {
  Preparation preparation;
  Environments environments(plan, loaded.discovery.rule, EnvFiles::run);
  std::unordered_set<std::string> told;  // ten steps with the same broken plugin are one error
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    Result<PreparedStep> step =
        prepare_step(plan, StepIndex(at), loaded, registry, environments, MissingFiles::awaited);
    if (step) {
      preparation.steps.push_back(std::move(*step));
    } else if (told.insert(to_string(step.error())).second) {
      preparation.errors.push_back(step.error());
    }
  }
  preparation.warnings = environments.warnings();
  return preparation;
}

}  // namespace dream::prepare
