#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>
#include <system_error>

#include "init/packages.hpp"
#include "shared/json.hpp"

namespace dream::init {

namespace fs = std::filesystem;
using plugins::json_at;
using plugins::json_flag;
using plugins::json_text;
using rapidjson::Value;

namespace {

/// What nx.json says of targets, wherever they are.
struct Defaults {
  std::set<std::string> that_run;         ///< targets of which it says what is to be run
  bool plugins_find_more = false;         ///< and may complete what files say of a target
  std::vector<std::string> plugins = {};  ///< "@nx/vitest (test)"
};

/// Whether a target says what it runs. Where there is a script of its name, it may only be about that.
bool says_what_runs(bool has_script, const std::string& name, const Value& target) {
  if (!json_at(target, {"command"}).IsNull()) return true;
  const std::string executor = text_member(target, "executor");
  if (executor.empty()) return !has_script && !needs_in(target).empty();
  const std::string other = json_text(target, {"options", "script"});
  return !has_script || executor != "nx:run-script" || (!other.empty() && other != name);
}

/// The names that a plugin is told to give to what it finds: `"testTargetName": "test"`, also deeper in its
/// options.
void add_target_names(const Value& options, std::vector<std::string>& names) {
  if (!options.IsObject()) return;
  for (const auto& one : options.GetObject()) {
    std::string key = one.name.GetString();
    if (key == "targetName" || key.ends_with("TargetName")) {
      if (one.value.IsString()) names.emplace_back(one.value.GetString());
    } else {
      add_target_names(one.value, names);
    }
  }
}

std::vector<std::string> plugins_of(const Value& nx) {
  std::vector<std::string> found;
  const Value& all = json_at(nx, {"plugins"});
  if (!all.IsArray()) return found;
  for (const Value& one : all.GetArray()) {
    std::string name = one.IsString() ? one.GetString() : json_text(one, {"plugin"});
    std::vector<std::string> targets;
    add_target_names(json_at(one, {"options"}), targets);
    if (!targets.empty()) name += fmt::format(" ({})", fmt::join(targets, ", "));
    if (!name.empty()) found.push_back(std::move(name));
  }
  return found;
}

Defaults defaults_in(const fs::path& root) {
  Defaults defaults;
  const auto json = read_object(root / "nx.json");
  if (!json || !*json) return defaults;
  defaults.plugins_find_more = has_plugins(**json);
  defaults.plugins = plugins_of(**json);
  const Value& all = json_at(**json, {"targetDefaults"});
  if (!all.IsObject()) return defaults;
  for (const auto& one : all.GetObject())
    if (const std::string name(one.name.GetString(), one.name.GetStringLength());
        says_what_runs(false, name, one.value))
      defaults.that_run.insert(name);
  return defaults;
}

void add_target(const std::string& target, const std::string& file, Package& package, Draft& draft) {
  TaskDraft task{
      target, {{"command", list_json({"npx", "nx", "run", fmt::format("{}:{}", package.nx_name, target)})}}};
  // Its manifest says what a member of the workspace uses, to an executor that reads it.
  draft.project(package.path, package.is_member ? "npm" : "shell", file);
  const auto script = package.scripts.find(target);
  const bool is_script = script != package.scripts.end();
  (is_script ? package.targets_over_scripts : package.targets).insert(target);
  if (is_script && only_calls("nx", script->second)) return;  // most likely the target itself
  draft.add_task(package.path, "shell", "of nx in " + file, "nx", std::move(task));
  draft.remark(what_nx_does);
  draft.remark(
      "With --all, each target is a call of nx of its own: what several of them need runs more than once. "
      "`nx run-many` is one call.");
}

/// Where a script has its name, a target that says what it runs wins in nx, and any other is about the
/// script. One that nobody says anything to run of is none: `"// why": {}`.
void add_targets(const Value& object, const std::string& file, const Defaults& defaults, Package& package,
                 Draft& draft) {
  const Value& targets = json_at(object, {"targets"});
  if (!targets.IsObject()) return;
  for (const auto& one : targets.GetObject()) {
    const std::string target(one.name.GetString(), one.name.GetStringLength());
    const bool is_known = package.targets.contains(target) || package.targets_over_scripts.contains(target);
    if (is_known || target.starts_with("//")) continue;
    const bool has_script = package.scripts.contains(target);
    const bool may_run = defaults.plugins_find_more || defaults.that_run.contains(target);
    if (says_what_runs(has_script, target, one.value) || (may_run && !has_script))
      add_target(target, file, package, draft);
  }
}

/// What an object of nx's `dependsOn` names.
void add_needs_of_nx(const Value& object, std::vector<std::string>& needs) {
  const std::string target = text_member(object, "target");
  if (target.empty()) return;
  std::vector<std::string> projects = texts_at(object, "projects");
  if (const std::string one = text_member(object, "projects"); !one.empty()) projects.push_back(one);
  if (json_flag(object, {"dependencies"})) projects.emplace_back("dependencies");
  if (projects.empty()) projects.emplace_back("self");
  for (const std::string& project : projects)
    needs.push_back(project == "self"           ? target
                    : project == "dependencies" ? "^" + target
                                                : fmt::format("{}#{}", project, target));
}

/// False: the folder is no project of nx.
bool add_project(const fs::path& folder, const Defaults& defaults, Package& package, Draft& draft) {
  const auto json = read_object(folder / "project.json");
  const auto manifest = read_object(folder / "package.json");
  const Value* own = json && *json ? &**json : nullptr;
  const Value* whole = manifest && *manifest ? &**manifest : nullptr;
  const Value* nx = whole != nullptr ? &json_at(*whole, {"nx"}) : nullptr;
  if (own == nullptr && (nx == nullptr || nx->IsNull()) && !package.is_member) return false;
  std::string& name = package.nx_name;
  for (const Value* said : {own, nx, whole})
    if (name.empty() && said != nullptr) name = text_member(*said, "name");
  if (name.empty()) name = folder.filename().string();
  if (package.name.empty()) package.name = name;
  bool uses_more = false;
  for (const auto& [said, file] : {std::pair(nx, "package.json"), std::pair(own, "project.json")}) {
    if (said == nullptr || !said->IsObject()) continue;
    add_targets(*said, file, defaults, package, draft);
    uses_more = uses_more || !texts_at(*said, "implicitDependencies").empty();
  }
  if (uses_more && !package.scripts.empty()) draft.leave_out("implicitDependencies", package.path);
  return true;
}

}  // namespace

bool has_plugins(const Value& nx) {
  const Value& all = json_at(nx, {"plugins"});
  return !all.IsNull() && !(all.IsArray() && all.Empty());
}

std::vector<std::string> needs_in(const Value& task) {
  std::vector<std::string> needs;
  const Value& list = json_at(task, {"dependsOn"});
  if (!list.IsArray()) return needs;
  for (const Value& one : list.GetArray()) {
    if (one.IsString()) needs.emplace_back(one.GetString(), one.GetStringLength());
    if (one.IsObject()) add_needs_of_nx(one, needs);
  }
  return needs;
}

void add_nx_projects(const fs::path& root, Package& own, std::vector<Package>& packages, Draft& draft) {
  std::error_code ignored;
  if (!fs::exists(root / "nx.json", ignored)) return;
  const Defaults defaults = defaults_in(root);
  if (!defaults.plugins.empty())
    draft.remark(fmt::format(
        "The targets that nx's plugins find aren't here: {}. `npx nx run PROJECT:TARGET` runs one.",
        first_of(defaults.plugins)));
  add_project(root, defaults, own, draft);
  for (const std::string& folder : folders_below(root, std::numeric_limits<int>::max())) {
    auto package = std::ranges::find(packages, draft.at(folder), &Package::path);
    const bool is_new = package == packages.end();
    if (is_new) package = packages.insert(package, {draft.at(folder), {}, {}, {}, {}});
    if (!add_project(root / folder, defaults, *package, draft) && is_new) packages.pop_back();
  }
}

}  // namespace dream::init
