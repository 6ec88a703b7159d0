#pragma once

#include <algorithm>
#include <dream/sdk.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "json_file.hpp"

/// The tasks that files of other tools name.
namespace dream::plugins {

using Tasks = std::vector<sdk::FoundTask>;

/// The scripts of a package.json, in its order. One whose name begins with "//" is a comment.
[[nodiscard]] inline Tasks scripts_of(const rapidjson::Value& package) {
  Tasks tasks;
  const rapidjson::Value* scripts = member(package, "scripts");
  if (scripts == nullptr || !scripts->IsObject()) return tasks;
  for (const auto& script : scripts->GetObject()) {
    if (!script.value.IsString() || text_of(&script.name).starts_with("//")) continue;
    tasks.push_back({text_of(&script.name), text_of(&script.value), "package.json"});
  }
  return tasks;
}

[[nodiscard]] inline bool has_task(const Tasks& tasks, std::string_view name) {
  return std::any_of(tasks.begin(), tasks.end(),
                     [&](const sdk::FoundTask& task) { return task.name == name; });
}

[[nodiscard]] inline Tasks sorted(Tasks tasks) {
  std::sort(tasks.begin(), tasks.end(),
            [](const sdk::FoundTask& left, const sdk::FoundTask& right) { return left.name < right.name; });
  return tasks;
}

/// "; its scripts are build, dev": the end of a message that says which one isn't there.
[[nodiscard]] inline std::string those_there_are(const Tasks& tasks, std::string_view what) {
  std::string names;
  for (const sdk::FoundTask& task : sorted(tasks)) names += (names.empty() ? "" : ", ") + task.name;
  return names.empty() ? ", and no others" : "; its " + std::string(what) + " are " + names;
}

}  // namespace dream::plugins
