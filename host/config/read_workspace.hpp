#pragma once

#include "config/reader.hpp"
#include "plan/workspace.hpp"

/// One function for each part of dream.json; docs/configuration.md is their table of contents.
namespace dream::config {

/// `tasks.T` and `projects.P.tasks.T`.
void read_task(Reader& reader, const Place& place, const Json& value, TaskSettings& task);
/// `tasks` and `projects.P.tasks`.
void read_tasks(Reader& reader, const Place& place, const Json& value,
                std::map<std::string, TaskSettings, std::less<>>& tasks);
/// `env`.
[[nodiscard]] Environment read_environment(Reader& reader, const Place& place, const Json& value);
/// `projects`.
void read_projects(Reader& reader, const Place& place, const Json& value, Workspace& workspace);
/// `executors`.
void read_executors(Reader& reader, const Place& place, const Json& value, Workspace& workspace);
/// `workspace`.
void read_dependencies(Reader& reader, const Place& place, const Json& value, Workspace& workspace);
/// `recursive`.
void read_recursive(Reader& reader, const Place& place, const Json& value, Workspace& workspace);

/// Reports that the key of `place` names the same project as an earlier key of the same object, unless it is
/// the same key, which is reported for every object.
void report_second_spelling(Reader& reader, const Place& place, const Json& object,
                            const std::string& project);
/// Reports a glob where only one project can stand.
[[nodiscard]] bool is_no_glob(Reader& reader, const Place& place, std::string_view project);

}  // namespace dream::config
