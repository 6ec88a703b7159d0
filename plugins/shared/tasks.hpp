#pragma once

#include <algorithm>
#include <dream/sdk.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "json.hpp"

/// The tasks that files of other tools name.
namespace dream::plugins {

using Tasks = std::vector<sdk::FoundTask>;

/// The object of tasks that a file has as `name`; nullptr: it has none.
[[nodiscard]] inline sdk::Result<const rapidjson::Value*> tasks_member(const rapidjson::Value& json,
                                                                       const char* name,
                                                                       const std::filesystem::path& file) {
  const rapidjson::Value& tasks = json_at(json, {name});
  if (tasks.IsNull()) return nullptr;
  if (!tasks.IsObject())
    return sdk::Failure{unusable_file, file.string() + ": \"" + name + "\" is no object"};
  return &tasks;
}

/// The scripts of a package.json, in its order. One whose name begins with "//" is a comment.
[[nodiscard]] inline sdk::Result<Tasks> scripts_of(const rapidjson::Value& package,
                                                   const std::filesystem::path& file) {
  Tasks tasks;
  const sdk::Result<const rapidjson::Value*> scripts = tasks_member(package, "scripts", file);
  if (!scripts) return scripts.failure();
  if (*scripts == nullptr) return tasks;
  for (const auto& script : (*scripts)->GetObject()) {
    if (json_text(script.name, {}).starts_with("//")) continue;
    tasks.push_back(
        {json_text(script.name, {}), json_text(script.value, {}), "package.json", !script.value.IsString()});
  }
  return tasks;
}

/// Of a task that is `unusable`.
[[nodiscard]] inline sdk::Failure is_no_command(const std::string& project, const sdk::FoundTask& task) {
  return {unusable_file,
          project + " has something else than a command as \"" + task.name + "\" in its " + task.source,
          "write it as a text"};
}

/// nullptr: there is none.
[[nodiscard]] inline const sdk::FoundTask* find_task(const Tasks& tasks, std::string_view name) {
  const auto found =
      std::find_if(tasks.begin(), tasks.end(), [&](const sdk::FoundTask& task) { return task.name == name; });
  return found == tasks.end() ? nullptr : &*found;
}

[[nodiscard]] inline Tasks sorted(Tasks tasks) {
  std::sort(tasks.begin(), tasks.end(),
            [](const sdk::FoundTask& left, const sdk::FoundTask& right) { return left.name < right.name; });
  return tasks;
}

/// "; its scripts are build, dev": the end of a message that says which one isn't there.
[[nodiscard]] inline std::string those_there_are(const Tasks& tasks, std::string_view what) {
  std::string names;
  for (const sdk::FoundTask& task : sorted(tasks))
    if (!task.unusable) names += (names.empty() ? "" : ", ") + task.name;
  return names.empty() ? ", and no others" : "; its " + std::string(what) + " are " + names;
}

}  // namespace dream::plugins
