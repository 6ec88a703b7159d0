#include "task_files.hpp"

#include <array>
#include <string>
#include <utility>

#include "shared/json.hpp"

namespace dream::plugins {

namespace {

namespace fs = std::filesystem;
using sdk::Result;

/// What the files of one folder say.
struct Files {
  bool any = false;
  bool is_workspace = false;
  Tasks tasks;
};

/// What a task of deno.json does, in a line: it may be a command, or an object with one.
std::string summary_of(const rapidjson::Value& task) {
  if (task.IsString()) return json_text(task, {});
  for (const char* name : {"command", "description"}) {
    if (std::string text = json_text(task, {name}); !text.empty()) return text;
  }
  return {};
}

void add(Tasks& tasks, sdk::FoundTask task) {
  if (find_task(tasks, task.name) == nullptr) tasks.push_back(std::move(task));
}

sdk::Result<void> read_configuration(const fs::path& file, Files& files) {
  const Result<rapidjson::Document> configuration = read_object(file, Dialect::with_comments);
  if (!configuration) return configuration.failure();
  files.any = true;
  files.is_workspace = !json_at(*configuration, {"workspace"}).IsNull();
  const Result<const rapidjson::Value*> tasks = tasks_member(*configuration, "tasks", file);
  if (!tasks) return tasks.failure();
  if (*tasks == nullptr) return {};
  for (const auto& task : (*tasks)->GetObject()) {
    const bool unusable = !task.value.IsString() && !task.value.IsObject();
    add(files.tasks, {json_text(task.name, {}), summary_of(task.value), file.filename().string(), unusable});
  }
  return {};
}

sdk::Result<void> read_package(const fs::path& file, Files& files) {
  if (!is_there(file)) return {};
  const Result<rapidjson::Document> package = read_object(file, Dialect::plain);
  if (!package) return package.failure();
  files.any = true;
  files.is_workspace = files.is_workspace || !json_at(*package, {"workspaces"}).IsNull();
  Result<Tasks> scripts = scripts_of(*package, file);
  if (!scripts) return scripts.failure();
  for (sdk::FoundTask& script : *scripts) add(files.tasks, std::move(script));
  return {};
}

/// The files of a folder; `configuration`, where it isn't empty, in the place of its deno.json.
Result<Files> read_files(const fs::path& folder, const fs::path& configuration) {
  std::array<fs::path, 2> candidates{folder / "deno.json", folder / "deno.jsonc"};
  if (!configuration.empty()) candidates = {configuration, {}};
  Files files;
  for (const fs::path& candidate : candidates) {
    if (!is_there(candidate)) continue;
    if (Result<void> read = read_configuration(candidate, files); !read) return read.failure();
    break;
  }
  if (Result<void> read = read_package(folder / "package.json", files); !read) return read.failure();
  return files;
}

Result<std::optional<Tasks>> search(fs::path folder, const fs::path& configuration) {
  std::optional<Tasks> found;
  for (bool first = true;; first = false) {
    const Result<Files> files = read_files(folder, first ? configuration : fs::path());
    if (!files) return files.failure();
    if (files->any && (!found || files->is_workspace)) {
      if (!found) found.emplace();
      for (const sdk::FoundTask& task : files->tasks) add(*found, task);
      if (files->is_workspace) return found;
    }
    if (folder == folder.root_path()) return found;
    folder = folder.parent_path();
  }
}

/// Without the slash at its end, behind which parent_path() would find the same folder again.
fs::path without_slash(const fs::path& folder) {
  const fs::path normal = folder.lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

}  // namespace

Result<std::optional<Tasks>> find_tasks(const fs::path& folder) {
  return search(without_slash(folder), {});
}

Result<std::optional<Tasks>> find_tasks_of(const fs::path& configuration) {
  return search(without_slash(configuration.parent_path()), configuration);
}

Result<std::optional<Tasks>> tasks_in(const fs::path& folder) {
  Result<Files> files = read_files(folder, {});
  if (!files) return files.failure();
  if (!files->any) return std::optional<Tasks>();
  return std::optional(std::move(files->tasks));
}

}  // namespace dream::plugins
