#include <fmt/format.h>

#include <system_error>

#include "init/packages.hpp"
#include "shared/json_file.hpp"

namespace dream::init {

namespace fs = std::filesystem;

namespace {

bool is_continuous(const rapidjson::Value& target) {
  if (!target.IsObject()) return false;
  const auto said = target.FindMember("continuous");
  return said != target.MemberEnd() && said->value.IsTrue();
}

void add_targets(const rapidjson::Value& object, const std::string& name, const std::string& file,
                 const std::string& project, Draft& draft) {
  const auto targets = object.FindMember("targets");
  if (targets == object.MemberEnd() || !targets->value.IsObject()) return;
  for (const auto& one : targets->value.GetObject()) {
    const std::string target(one.name.GetString(), one.name.GetStringLength());
    if (draft.has_task(project, target)) continue;
    TaskDraft task{target,
                   {{"command", list_json({"npx", "nx", "run", fmt::format("{}:{}", name, target)})}}};
    if (is_continuous(one.value)) task.members.emplace_back("async", "true");
    draft.add_task(project, "shell", file, "nx", std::move(task));
    draft.remark(what_nx_does);
    draft.remark(
        "With --all, each target is a call of nx of its own: what several of them need runs more than once. "
        "`nx run-many` is one call.");
  }
}

/// What an object of nx's `dependsOn` names.
void add_needs_of_nx(const rapidjson::Value& object, std::vector<std::string>& needs) {
  const std::string target = text_member(object, "target");
  if (target.empty()) return;
  std::vector<std::string> projects = texts_at(object, "projects");
  if (const std::string one = text_member(object, "projects"); !one.empty()) projects.push_back(one);
  const rapidjson::Value* of_others = plugins::member(object, "dependencies");
  if (of_others != nullptr && of_others->IsTrue()) projects.emplace_back("dependencies");
  if (projects.empty()) projects.emplace_back("self");
  for (const std::string& project : projects)
    needs.push_back(project == "self"           ? target
                    : project == "dependencies" ? "^" + target
                                                : fmt::format("{}#{}", project, target));
}

}  // namespace

std::vector<std::string> needs_in(const rapidjson::Value& task) {
  std::vector<std::string> needs;
  const rapidjson::Value* list = plugins::member(task, "dependsOn");
  if (list == nullptr || !list->IsArray()) return needs;
  for (const rapidjson::Value& one : list->GetArray()) {
    if (one.IsString()) needs.emplace_back(one.GetString(), one.GetStringLength());
    if (one.IsObject()) add_needs_of_nx(one, needs);
  }
  return needs;
}

void add_nx_projects(const fs::path& root, Draft& draft) {
  constexpr int most_levels = 6;
  std::error_code ignored;
  if (!fs::exists(root / "nx.json", ignored)) return;
  for (const std::string& folder : folders_below(root, most_levels)) {
    const auto json = read_object(root / folder / "project.json");
    const auto package = read_object(root / folder / "package.json");
    std::string name = json && *json ? text_member(**json, "name") : std::string();
    if (package && *package) {
      const auto nx = (*package)->FindMember("nx");
      const bool has_nx = nx != (*package)->MemberEnd() && nx->value.IsObject();
      if (name.empty() && has_nx) name = text_member(nx->value, "name");
      if (name.empty()) name = text_member(**package, "name");
      if (has_nx) add_targets(nx->value, name, "package.json", draft.at(folder), draft);
    }
    if (name.empty()) name = folder.substr(folder.rfind('/') + 1);
    if (json && *json) add_targets(**json, name, "project.json", draft.at(folder), draft);
  }
}

}  // namespace dream::init
