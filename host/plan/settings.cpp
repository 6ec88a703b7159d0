#include <algorithm>

#include "plan/plan.hpp"

namespace dream {

namespace {

/// What dream.json says about one task of one project, the most particular first.
struct Layers {
  const ProjectSettings* project = nullptr;
  const TaskSettings* own = nullptr;      ///< projects[P].tasks[T]
  const TaskSettings* by_name = nullptr;  ///< tasks[T]

  template <class T>
  [[nodiscard]] std::optional<T> first_set(std::optional<T> TaskSettings::*member) const {
    if (own != nullptr && (own->*member).has_value()) return own->*member;
    if (by_name != nullptr) return by_name->*member;
    return std::nullopt;
  }
};

template <class Map>
const typename Map::mapped_type* find(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

Layers layers_of(const Workspace& workspace, const ProjectSettings* project, const std::string& task) {
  return {project, project == nullptr ? nullptr : find(project->tasks, task), find(workspace.tasks, task)};
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// What only a process has, and a name's settings may say for others.
void without_process(Step& step) {
  step.lasts = step.service;
  step.leftovers = Leftovers::end;
  step.timeout.reset();
  step.success_codes.clear();
  step.ready.clear();
  step.health.reset();
  step.restart = {};
  step.ports.clear();
  step.stop_grace = Step().stop_grace;
}

/// Of two with the same name the later counts.
void add_ports(std::vector<Port>& ports, const std::vector<Port>& more) {
  for (const Port& port : more) {
    const auto known = std::ranges::find(ports, port.name, &Port::name);
    if (known == ports.end())
      ports.push_back(port);
    else
      *known = port;
  }
}

/// Options belong to the executor that was in force where they were written: those of a docker project say
/// nothing to the one task of it that a shell runs.
std::vector<OptionsPointer> options_of(const Workspace& workspace, const Layers& layers,
                                       const std::string& executor) {
  std::vector<OptionsPointer> options;
  const auto add = [&](const std::optional<OptionsPointer>& layer, const std::string& belongs_to) {
    if (layer.has_value() && belongs_to == executor) options.push_back(*layer);
  };
  const ExecutorSettings* general = find(workspace.executors, executor);
  if (general != nullptr) add(general->options, executor);
  if (layers.project != nullptr) {
    add(layers.project->options, layers.project->executor.value_or(workspace.executor));
  }
  if (layers.by_name != nullptr) add(layers.by_name->options, layers.by_name->executor.value_or(executor));
  if (layers.own != nullptr) add(layers.own->options, executor);
  return options;
}

}  // namespace

const ProjectSettings* Workspace::settings_of(const std::string& project) const {
  const auto exact = projects.find(project);
  if (exact != projects.end()) return &exact->second;
  const auto globs = project_globs.matching(project);
  return globs.empty() ? nullptr : &globs.front()->settings;
}

const std::string& executor_of(const Workspace& workspace, const ProjectSettings* project,
                               const std::string& task) {
  const Layers layers = layers_of(workspace, project, task);
  for (const TaskSettings* settings : {layers.own, layers.by_name}) {
    if (settings != nullptr && settings->executor.has_value()) return *settings->executor;
  }
  if (project != nullptr && project->executor.has_value()) return *project->executor;
  return workspace.executor;
}

bool has_one_group(const Workspace& workspace, const StepId& id) {
  return layers_of(workspace, workspace.settings_of(id.project), id.task)
      .first_set(&TaskSettings::group)
      .value_or(false);
}

std::vector<std::string> profiles_of(const Workspace& workspace, const StepId& id) {
  return layers_of(workspace, workspace.settings_of(id.project), id.task)
      .first_set(&TaskSettings::profiles)
      .value_or(std::vector<std::string>());
}

Step settings_of_step(const Workspace& workspace, const StepId& id) {
  const Layers layers = layers_of(workspace, workspace.settings_of(id.project), id.task);

  Step step;
  step.id = id;
  step.service = layers.first_set(&TaskSettings::service).value_or(step.service);
  step.background = step.service || layers.first_set(&TaskSettings::async).value_or(step.background);
  step.required = layers.first_set(&TaskSettings::required).value_or(step.required);
  step.pty = layers.first_set(&TaskSettings::pty).value_or(step.pty);
  step.standard_input = layers.first_set(&TaskSettings::standard_input);
  step.interactive = layers.first_set(&TaskSettings::interactive).value_or(step.interactive);
  step.leftovers = layers.first_set(&TaskSettings::leftovers).value_or(step.leftovers);
  if (step.interactive) {  // wherever the others were written
    step.pty = true;
    step.standard_input.reset();
    step.leftovers = Leftovers::end;
  }
  step.delay = layers.first_set(&TaskSettings::delay).value_or(step.delay);
  step.timeout = layers.first_set(&TaskSettings::timeout);
  step.stop_grace = layers.first_set(&TaskSettings::stop_grace).value_or(step.stop_grace);
  step.success_codes = layers.first_set(&TaskSettings::success_codes).value_or(step.success_codes);
  step.ready = layers.first_set(&TaskSettings::ready).value_or(step.ready);
  step.ready_timeout = layers.first_set(&TaskSettings::ready_timeout).value_or(step.ready_timeout);
  step.health = layers.first_set(&TaskSettings::health);
  step.restart = layers.first_set(&TaskSettings::restart).value_or(step.restart);
  step.stop_signal = layers.first_set(&TaskSettings::stop_signal);
  step.stop_to = layers.first_set(&TaskSettings::stop_to).value_or(step.stop_to);
  if (const auto command = layers.first_set(&TaskSettings::command)) {
    step.command = *command;
    step.gathers = !command->has_value();
  }
  if (step.gathers) without_process(step);

  step.executor = executor_of(workspace, layers.project, id.task);
  step.options = options_of(workspace, layers, step.executor);

  if (layers.project != nullptr) {
    append(step.env, layers.project->env);
    append(step.env_files, layers.project->env_files);
    add_ports(step.ports, layers.project->ports);
  }
  for (const TaskSettings* settings : {layers.by_name, layers.own}) {
    if (settings == nullptr) continue;
    append(step.env, settings->env);
    append(step.env_files, settings->env_files);
    add_ports(step.ports, settings->ports);
  }
  return step;
}

}  // namespace dream
