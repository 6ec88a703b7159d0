#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "config/read_workspace.hpp"

namespace dream::config {

namespace {

using TasksOfProject = std::map<std::string, TaskDependencies, std::less<>>;

std::optional<std::string> one_project(Reader& reader, const Place& place, std::string_view written) {
  auto project = reader.project(place, written);
  if (project && !is_no_glob(reader, place, *project)) project.reset();
  return project;
}

std::optional<std::string> one_project(Reader& reader, const Place& place, const Json& value) {
  if (!value.IsString()) {
    reader.report_type(place, "the path of a project", value);
  } else if (text_of(value).starts_with(':')) {
    reader.report(place, in_quotes(text_of(value)) + " is no path of a project",
                  R"("task" without "projectPath" is a task of the same project)");
  } else {
    return one_project(reader, place, text_of(value));
  }
  return std::nullopt;
}

constexpr auto read_project = [](Reader& reader, const Place& place, const Json& value,
                                 Dependency& dependency) {
  dependency.project = one_project(reader, place, value).value_or("");
};

constexpr std::array<Field<Dependency>, 9> dependency_fields{{
    {"projectPath", read_project},
    {"project", read_project},
    {"task", [](Reader& reader, const Place& place, const Json& value,
                Dependency& dependency) { dependency.task = reader.task(place, value).value_or(""); }},
    {"async", [](Reader& reader, const Place& place, const Json& value,
                 Dependency& dependency) { dependency.async = reader.boolean(place, value); }},
    {"required", [](Reader& reader, const Place& place, const Json& value,
                    Dependency& dependency) { dependency.required = reader.boolean(place, value); }},
    {"delay", [](Reader& reader, const Place& place, const Json& value,
                 Dependency& dependency) { dependency.delay = reader.duration(place, value); }},
    {"waitFor", [](Reader& reader, const Place& place, const Json& value,
                   Dependency& dependency) { dependency.wait_for = read_wait_for(reader, place, value); }},
    {"restartWith",
     [](Reader& reader, const Place& place, const Json& value, Dependency& dependency) {
       dependency.restart_with = reader.boolean(place, value).value_or(false);
     }},
    {"finally",
     [](Reader& reader, const Place& place, const Json& value, Dependency& dependency) {
       dependency.finally = reader.boolean(place, value).value_or(false);
     }},
}};

/// What runs at the end, runs in front and is waited for until it has ended.
void check_end(Reader& reader, const Place& place, const Dependency& dependency) {
  if (!dependency.finally) return;
  const auto misfit = [&](bool there, const char* key) {
    if (there)
      reader.report(place, fmt::format(R"("finally" and "{}" don't go together)", key),
                    "these steps run at the end, in the foreground, one after the other");
  };
  misfit(dependency.async.value_or(false), "async");
  misfit(dependency.delay.value_or(Duration{0}) > Duration{0}, "delay");
  misfit(dependency.wait_for.has_value(), "waitFor");
  misfit(dependency.restart_with, "restartWith");
}

/// Whether dream.json has a project of exactly this name.
bool is_project(const Reader& reader, std::string_view name) {
  const Json& root = reader.tree().root();
  return std::ranges::any_of(std::array{"projects", "workspace"}, [&](const char* key) {
    const Member* projects = root.IsObject() ? reader.tree().find(root, key) : nullptr;
    return projects != nullptr && projects->value.IsObject() &&
           reader.tree().find(projects->value, name) != nullptr;
  });
}

/// `"^"`, `"^build"`: by the manifest. `":codegen"`: of the same project. `"./db:start"`: the id of a step,
/// unless a project is called so. False: it was reported.
bool read_short_entry(Reader& reader, const Place& place, const Json& value, Dependency& dependency) {
  const std::string_view text = text_of(value);
  if (text.starts_with('^')) {
    dependency.by_manifest = text.size() == 1 || reader.is_task_name(place, text.substr(1));
    dependency.task = text.substr(1);
    return dependency.by_manifest;
  }
  if (text.starts_with(':')) {
    dependency.task = text.substr(1);
    return reader.is_task_name(place, dependency.task);
  }
  const auto is_configured = [&](std::string_view project, std::string_view) {
    return is_project(reader, project);
  };
  const auto is_there = [&](std::string_view project, std::string_view) {
    return reader.has_folder(project);
  };
  std::size_t colon = cut_of_id(text, is_configured);
  if (colon >= text.size() || !is_project(reader, text.substr(0, colon))) colon = cut_of_id(text, is_there);
  const bool is_id = colon < text.size() && !is_project(reader, text);
  dependency.project = one_project(reader, place, is_id ? text.substr(0, colon) : text).value_or("");
  if (is_id && reader.is_task_name(place, text.substr(colon + 1))) dependency.task = text.substr(colon + 1);
  return !dependency.project.empty();
}

/// The same for the long form, whose project is the same, too, where it names a task alone.
bool read_long_entry(Reader& reader, const Place& place, const Json& value, Dependency& dependency) {
  read_object(reader, place, value, dependency_fields, dependency);
  report_both_names(reader, place, value, "projectPath", "project");
  const auto has = [&](const char* key) { return reader.tree().find(value, key) != nullptr; };
  const bool names_project = has("projectPath") || has("project");
  if (!names_project && !has("task"))
    reader.report(place, R"(the dependency has no "projectPath")",
                  R"(it names the project to depend on; "task" alone is a task of the same project)");
  check_end(reader, place, dependency);
  return !(names_project ? dependency.project : dependency.task).empty();
}

/// One element of `workspace.P.T`. False: there is nothing usable in it, which was reported.
bool read_entry(Reader& reader, const Place& place, const Json& value, std::string_view task,
                Dependency& dependency) {
  dependency.where = place.offset(reader.tree());
  bool is_usable = false;
  if (value.IsString()) {
    is_usable = read_short_entry(reader, place, value, dependency);
  } else if (value.IsObject()) {
    is_usable = read_long_entry(reader, place, value, dependency);
  } else {
    reader.report_type(place, "a project, as a string or an object with \"projectPath\"", value);
  }
  const bool is_own = is_usable && dependency.project.empty() && !dependency.by_manifest;
  if (is_own && dependency.task == task) {
    reader.report(place, fmt::format("the task {} would wait for itself", in_quotes(task)),
                  "name another task of the same project");
    return false;
  }
  return is_usable;
}

/// An element that is an array: its entries may run beside one another.
void read_group(Reader& reader, const Place& place, const Json& value, std::string_view task,
                TaskDependencies& dependencies) {
  if (value.Empty()) reader.report(place, "the group is empty", "write a project into it, or take it away");
  const std::size_t first = dependencies.entries.size();
  std::size_t index = 0;
  for (const Json& element : value.GetArray()) {
    const Place at(place, element, index++);
    if (element.IsArray()) {
      reader.report(at, "a group within a group",
                    "groups stand in the array of the task, one after the other");
      continue;
    }
    Dependency dependency;
    const bool is_usable = read_entry(reader, at, element, task, dependency);
    if (dependency.finally)
      reader.report(at, R"("finally" in a group)", "these steps run at the end, one after the other");
    if (!is_usable) continue;
    dependency.joins = dependencies.entries.size() > first;
    dependencies.entries.push_back(std::move(dependency));
  }
}

void read_task_dependencies(Reader& reader, const Place& place, const Json& value,
                            TaskDependencies& dependencies, bool& has_groups) {
  dependencies.where = place.offset(reader.tree());
  if (!reader.is_array(place, value, "projects")) return;
  dependencies.entries.reserve(value.Size());
  std::size_t index = 0;
  for (const Json& element : value.GetArray()) {
    const Place at(place, element, index++);
    if (element.IsArray()) {
      read_group(reader, at, element, place.key(), dependencies);
      has_groups = true;
      continue;
    }
    Dependency& dependency = dependencies.entries.emplace_back();
    const bool is_usable = read_entry(reader, at, element, place.key(), dependency);
    has_groups = has_groups || dependency.by_manifest;
    if (!is_usable) dependencies.entries.pop_back();
  }
}

constexpr std::array<Field<RecursiveRule>, 2> recursive_fields{{
    {"project",
     [](Reader& reader, const Place& place, const Json& value, RecursiveRule& rule) {
       if (!value.IsString()) return reader.report_type(place, "the path of a project, or a glob", value);
       rule.project = reader.project(place, text_of(value)).value_or("");
       const bool good = is_glob(rule.project) ? is_good_glob(reader, place, rule.project)
                                               : is_no_glob(reader, place, rule.project);
       if (!good) rule.project.clear();
     }},
    {"tasks",
     [](Reader& reader, const Place& place, const Json& value, RecursiveRule& rule) {
       if (!reader.is_array(place, value, "names of tasks")) return;
       std::size_t index = 0;
       for (const Json& element : value.GetArray()) {
         if (auto task = reader.task(Place(place, element, index++), element)) rule.tasks.push_back(*task);
       }
     }},
}};

/// What stands for a task of the same project, where that is one.
void set_own_project(const std::string& project, TasksOfProject& tasks) {
  for (auto& [task, dependencies] : tasks)
    for (Dependency& entry : dependencies.entries)
      if (entry.project.empty() && !entry.by_manifest) entry.project = project;
}

/// The value of a project, or of a glob for projects.
TasksOfProject read_tasks_of(Reader& reader, const Place& place, const Json& value, bool& has_groups) {
  TasksOfProject tasks;
  if (!reader.is_object(place, value)) return tasks;
  for (const Member& task : value.GetObject()) {
    const Place at(place, task.name);
    TaskDependencies dependencies;
    read_task_dependencies(reader, at, task.value, dependencies, has_groups);
    if (reader.is_task_name(at, at.key())) tasks.emplace(at.key(), std::move(dependencies));
  }
  return tasks;
}

}  // namespace

void read_dependencies(Reader& reader, const Place& place, const Json& value, Workspace& workspace) {
  if (!reader.is_object(place, value)) return;
  auto hint = workspace.dependencies.end();
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    auto tasks = read_tasks_of(reader, at, member.value, workspace.has_groups);
    auto project = reader.project(at, at.key());
    if (!project) continue;
    bool is_new = true;
    if (!is_glob(*project)) {
      if (!is_no_glob(reader, at, *project)) continue;
      set_own_project(*project, tasks);
      is_new = emplace_in_order(workspace.dependencies, hint, *project, std::move(tasks)).second;
    } else if (is_good_glob(reader, at, *project)) {
      is_new = !workspace.dependency_globs.contains(*project);
      if (is_new) workspace.dependency_globs.push_back({*project, std::move(tasks)});
    }
    if (!is_new) report_second_spelling(reader, at, value, *project);
  }
}

void read_recursive(Reader& reader, const Place& place, const Json& value, Workspace& workspace) {
  if (!reader.is_array(place, value, R"(objects with "project" and "tasks")")) return;
  std::set<std::pair<std::string, std::string>> seen;
  std::size_t index = 0;
  for (const Json& element : value.GetArray()) {
    const Place at(place, element, index++);
    RecursiveRule rule;
    rule.where = at.offset(reader.tree());
    read_object(reader, at, element, recursive_fields, rule);
    if (!element.IsObject()) continue;
    for (const char* key : {"project", "tasks"}) {
      if (reader.tree().find(element, key) == nullptr) {
        reader.report(at, fmt::format("the entry has no \"{}\"", key), R"(it needs "project" and "tasks")");
      }
    }
    for (const std::string& task : rule.tasks) {
      if (!rule.project.empty() && !seen.emplace(rule.project, task).second) {
        reader.report(at, fmt::format("{}:{} is recursive already", rule.project, task), "once is enough",
                      Severity::warning);
      }
    }
    if (!rule.project.empty()) workspace.recursive.push_back(std::move(rule));
  }
}

}  // namespace dream::config
