#include <fmt/format.h>

#include "init/packages.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// The tasks of a deno.json beside those that npm runs.
void add_beside(const std::string& project, const std::string& file, const std::vector<std::string>& tasks,
                Draft& draft) {
  for (const std::string& task : tasks) {
    if (draft.has_task(project, task))
      draft.leave_out(fmt::format("tasks of {} with names from package.json", file), project);
    else
      draft.add_task(project, "deno", file, "deno", {task, {}});
  }
}

}  // namespace

Result<void> add_deno(const fs::path& root, Draft& draft) {
  std::vector<std::string> without_tasks;
  const auto add = [&](const std::string& folder, bool is_member) -> Result<std::vector<std::string>> {
    for (const char* name : {"deno.json", "deno.jsonc"}) {
      const auto json = read_object(root / folder / name);
      if (!json && folder == "./") return json.error();
      if (!json)
        draft.remark(fmt::format("{}/{} is left out: {}.", draft.at(folder), name, json.error().message));
      if (!json || !*json) continue;
      const std::vector<std::string> tasks = keys_at(**json, "tasks");
      const std::string project = draft.at(folder);
      if (draft.has(project)) {
        add_beside(project, name, tasks, draft);
      } else if (!tasks.empty()) {
        draft.project(project, "deno", what_it_has(name, tasks)).found = tasks;
      } else if (is_member) {
        without_tasks.push_back(project);
      }
      return texts_at(**json, "workspace", "members");
    }
    return std::vector<std::string>();
  };
  const Result<std::vector<std::string>> patterns = add("./", false);
  if (!patterns) return patterns.error();
  for (const std::string& folder : members_of(root, *patterns)) {
    if (const auto added = add(folder, !patterns->empty()); !added) return added.error();
  }
  add_without_tasks(root, without_tasks, "deno", "deno.json", draft);
  return {};
}

}  // namespace dream::init
