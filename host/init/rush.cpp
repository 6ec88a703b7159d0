#include <fmt/format.h>

#include <system_error>

#include "base/text.hpp"
#include "init/packages.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;
using rapidjson::Value;

/// The objects in a member that is an array.
std::vector<const Value*> objects_in(const Value& json, const char* name) {
  std::vector<const Value*> found;
  const auto list = json.FindMember(name);
  if (list == json.MemberEnd() || !list->value.IsArray()) return found;
  for (const Value& one : list->value.GetArray())
    if (one.IsObject()) found.push_back(&one);
  return found;
}

bool has_true(const Value& object, const char* name) {
  const auto found = object.FindMember(name);
  return found != object.MemberEnd() && found->value.IsTrue();
}

fs::path command_line_file(const fs::path& root) {
  return root / "common" / "config" / "rush" / "command-line.json";
}

}  // namespace

std::optional<RushProjects> rush_projects(const fs::path& root, Draft& draft) {
  const auto json = object_or_told(root / "rush.json", draft);
  if (!json) return std::nullopt;
  RushProjects projects;
  for (const Value* project : objects_in(*json, "projects")) {
    std::vector<std::string> decoupled = texts_at(*project, "decoupledLocalDependencies");
    if (decoupled.empty()) decoupled = texts_at(*project, "cyclicDependencyProjects");
    const std::string folder = text_member(*project, "projectFolder");
    if (!folder.empty()) projects.emplace(folder, std::move(decoupled));
  }
  return projects;
}

std::map<std::string, std::vector<std::string>> rush_order(const fs::path& root) {
  std::map<std::string, std::vector<std::string>> order;
  const auto json = read_object(command_line_file(root));
  if (!json || !*json) return order;
  for (const Value* command : objects_in(**json, "commands")) {
    const std::string name = text_member(*command, "name");
    if (text_member(*command, "commandKind") != "bulk") continue;
    std::vector<std::string>& needs = order[name];
    if (!has_true(*command, "ignoreDependencyOrder")) needs.push_back("^" + name);
  }
  for (const Value* phase : objects_in(**json, "phases")) {
    std::vector<std::string>& needs = order[text_member(*phase, "name")];
    needs = texts_at(*phase, "dependencies", "self");
    for (const std::string& other : texts_at(*phase, "dependencies", "upstream"))
      needs.push_back("^" + other);
  }
  return order;
}

void add_rush_commands(const fs::path& root, Draft& draft) {
  const auto json = object_or_told(command_line_file(root), draft);
  if (!json) return;
  const std::string installer = "common/scripts/install-run-rush.js";
  std::error_code ignored;
  const bool has_installer = fs::exists(root / installer, ignored);
  for (const Value* command : objects_in(*json, "commands")) {
    const std::string name = text_member(*command, "name");
    const std::string kind = text_member(*command, "commandKind");
    if (kind == "phased") {
      const std::vector<std::string> phases = texts_at(*command, "phases");
      if (!phases.empty())
        draft.remark(fmt::format("`rush {}` is `dream run {} --all` here.", name, fmt::join(phases, " ")));
    }
    if (kind != "global") continue;
    TaskDraft task{
        name,
        {{"command", has_installer ? list_json({"node", installer, name}) : list_json({"rush", name})}}};
    describe(task, text_member(*command, "summary"));
    draft.add_task(draft.at("./"), "shell", "from rush's command-line.json", "rush", std::move(task));
  }
}

}  // namespace dream::init
