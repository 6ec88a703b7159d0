#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "init/packages.hpp"
#include "shared/json_file.hpp"

namespace dream::init {

namespace fs = std::filesystem;
using rapidjson::Value;

namespace {

void add_targets(const Value& object, const std::string& file, Package& package, Draft& draft) {
  const auto targets = object.FindMember("targets");
  if (targets == object.MemberEnd() || !targets->value.IsObject()) return;
  for (const auto& one : targets->value.GetObject()) {
    const std::string target(one.name.GetString(), one.name.GetStringLength());
    if (draft.has_task(package.path, target)) continue;
    TaskDraft task{
        target,
        {{"command", list_json({"npx", "nx", "run", fmt::format("{}:{}", package.nx_name, target)})}}};
    // Its manifest says what a member of the workspace uses, to an executor that reads it.
    draft.project(package.path, package.is_member ? "npm" : "shell", file);
    draft.add_task(package.path, "shell", file, "nx", std::move(task));
    package.targets.insert(target);
    draft.remark(what_nx_does);
    draft.remark(
        "With --all, each target is a call of nx of its own: what several of them need runs more than once. "
        "`nx run-many` is one call.");
  }
}

/// What an object of nx's `dependsOn` names.
void add_needs_of_nx(const Value& object, std::vector<std::string>& needs) {
  const std::string target = text_member(object, "target");
  if (target.empty()) return;
  std::vector<std::string> projects = texts_at(object, "projects");
  if (const std::string one = text_member(object, "projects"); !one.empty()) projects.push_back(one);
  const Value* of_others = plugins::member(object, "dependencies");
  if (of_others != nullptr && of_others->IsTrue()) projects.emplace_back("dependencies");
  if (projects.empty()) projects.emplace_back("self");
  for (const std::string& project : projects)
    needs.push_back(project == "self"           ? target
                    : project == "dependencies" ? "^" + target
                                                : fmt::format("{}#{}", project, target));
}

/// False: the folder is no project of nx.
bool add_project(const fs::path& folder, Package& package, Draft& draft) {
  const auto json = read_object(folder / "project.json");
  const auto manifest = read_object(folder / "package.json");
  const Value* own = json && *json ? &**json : nullptr;
  const Value* whole = manifest && *manifest ? &**manifest : nullptr;
  const Value* nx = whole != nullptr ? plugins::member(*whole, "nx") : nullptr;
  if (own == nullptr && nx == nullptr && !package.is_member) return false;
  std::string& name = package.nx_name;
  for (const Value* said : {own, nx, whole})
    if (name.empty() && said != nullptr && said->IsObject()) name = text_member(*said, "name");
  if (name.empty()) name = folder.filename().string();
  if (package.name.empty()) package.name = name;
  bool uses_more = false;
  for (const auto& [said, file] : {std::pair(nx, "package.json"), std::pair(own, "project.json")}) {
    if (said == nullptr || !said->IsObject()) continue;
    add_targets(*said, file, package, draft);
    uses_more = uses_more || !texts_at(*said, "implicitDependencies").empty();
  }
  if (uses_more && !package.scripts.empty()) draft.leave_out("implicitDependencies", package.path);
  return true;
}

}  // namespace

std::vector<std::string> needs_in(const Value& task) {
  std::vector<std::string> needs;
  const Value* list = plugins::member(task, "dependsOn");
  if (list == nullptr || !list->IsArray()) return needs;
  for (const Value& one : list->GetArray()) {
    if (one.IsString()) needs.emplace_back(one.GetString(), one.GetStringLength());
    if (one.IsObject()) add_needs_of_nx(one, needs);
  }
  return needs;
}

void add_nx_projects(const fs::path& root, Package& own, std::vector<Package>& packages, Draft& draft) {
  constexpr int most_levels = 6;
  std::error_code ignored;
  if (!fs::exists(root / "nx.json", ignored)) return;
  add_project(root, own, draft);
  for (const std::string& folder : folders_below(root, most_levels)) {
    auto package = std::ranges::find(packages, draft.at(folder), &Package::path);
    const bool is_new = package == packages.end();
    if (is_new) package = packages.insert(package, {draft.at(folder), {}, {}, {}, {}});
    if (!add_project(root / folder, *package, draft) && is_new) packages.pop_back();
  }
}

}  // namespace dream::init
