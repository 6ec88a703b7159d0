#include <fmt/format.h>

#include <set>
#include <utility>

#include "config/read_workspace.hpp"

namespace dream::config {

namespace {

std::optional<std::string> one_project(Reader& reader, const Place& place, const Json& value) {
  if (!value.IsString()) {
    reader.report_type(place, "the path of a project", value);
    return std::nullopt;
  }
  auto project = reader.project(place, text_of(value));
  if (project && !is_no_glob(reader, place, *project)) project.reset();
  return project;
}

constexpr std::array<Field<Dependency>, 8> dependency_fields{{
    {"projectPath",
     [](Reader& reader, const Place& place, const Json& value, Dependency& dependency) {
       dependency.project = one_project(reader, place, value).value_or("");
     }},
    {"task", [](Reader& reader, const Place& place, const Json& value,
                Dependency& dependency) { dependency.task = reader.task(place, value).value_or(""); }},
    {"async", [](Reader& reader, const Place& place, const Json& value,
                 Dependency& dependency) { dependency.async = reader.boolean(place, value); }},
    {"required", [](Reader& reader, const Place& place, const Json& value,
                    Dependency& dependency) { dependency.required = reader.boolean(place, value); }},
    {"delay", [](Reader& reader, const Place& place, const Json& value,
                 Dependency& dependency) { dependency.delay = reader.milliseconds(place, value); }},
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
                    "what runs at the end, runs in front, one after the other");
  };
  misfit(dependency.async.value_or(false), "async");
  misfit(dependency.delay.value_or(Duration{0}) > Duration{0}, "delay");
  misfit(dependency.wait_for.has_value(), "waitFor");
  misfit(dependency.restart_with, "restartWith");
}

/// One element of `workspace.P.T`. Without a usable project it is left empty.
void read_entry(Reader& reader, const Place& place, const Json& value, Dependency& dependency) {
  dependency.where = place.offset(reader.tree());
  if (value.IsString()) {
    dependency.project = one_project(reader, place, value).value_or("");
  } else if (value.IsObject()) {
    read_object(reader, place, value, dependency_fields, dependency);
    if (reader.tree().find(value, "projectPath") == nullptr) {
      reader.report(place, "the dependency has no \"projectPath\"", "it names the project to depend on");
    }
    check_end(reader, place, dependency);
  } else {
    reader.report_type(place, "a project, as a string or an object with \"projectPath\"", value);
  }
}

void read_task_dependencies(Reader& reader, const Place& place, const Json& value,
                            TaskDependencies& dependencies) {
  dependencies.where = place.offset(reader.tree());
  if (!reader.is_array(place, value, "projects")) return;
  dependencies.entries.reserve(value.Size());
  std::size_t index = 0;
  for (const Json& element : value.GetArray()) {
    Dependency& dependency = dependencies.entries.emplace_back();
    read_entry(reader, Place(place, element, index++), element, dependency);
    if (dependency.project.empty()) dependencies.entries.pop_back();
  }
}

constexpr std::array<Field<RecursiveRule>, 2> recursive_fields{{
    {"project", [](Reader& reader, const Place& place, const Json& value,
                   RecursiveRule& rule) { rule.project = one_project(reader, place, value).value_or(""); }},
    {"tasks",
     [](Reader& reader, const Place& place, const Json& value, RecursiveRule& rule) {
       if (!reader.is_array(place, value, "names of tasks")) return;
       std::size_t index = 0;
       for (const Json& element : value.GetArray()) {
         if (auto task = reader.task(Place(place, element, index++), element)) rule.tasks.push_back(*task);
       }
     }},
}};

}  // namespace

void read_dependencies(Reader& reader, const Place& place, const Json& value, Workspace& workspace) {
  if (!reader.is_object(place, value)) return;
  auto hint = workspace.dependencies.end();
  for (const Member& member : value.GetObject()) {
    const Place at(place, member.name);
    std::map<std::string, TaskDependencies, std::less<>> tasks;
    if (reader.is_object(at, member.value)) {
      for (const Member& task : member.value.GetObject()) {
        const Place task_at(at, task.name);
        TaskDependencies dependencies;
        read_task_dependencies(reader, task_at, task.value, dependencies);
        if (reader.is_task_name(task_at, task_at.key()))
          tasks.emplace(task_at.key(), std::move(dependencies));
      }
    }
    auto project = reader.project(at, at.key());
    if (!project || !is_no_glob(reader, at, *project)) continue;
    const auto [entry, is_new] =
        emplace_in_order(workspace.dependencies, hint, std::move(*project), std::move(tasks));
    if (!is_new) report_second_spelling(reader, at, value, entry->first);
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
