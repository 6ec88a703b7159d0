#include <fmt/format.h>

#include <algorithm>
#include <set>
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

/// A line that rush runs in each project in place of its script.
bool has_own_command(const Value& command) {
  return !text_member(command, "shellCommand").empty();
}

fs::path command_line_file(const fs::path& root) {
  return root / "common" / "config" / "rush" / "command-line.json";
}

}  // namespace

std::map<std::string, std::vector<std::string>> rush_order(const fs::path& root) {
  std::map<std::string, std::vector<std::string>> order;
  const auto json = read_object(command_line_file(root));
  if (!json || !*json) return order;
  for (const Value* command : objects_in(**json, "commands")) {
    const std::string name = text_member(*command, "name");
    if (text_member(*command, "commandKind") != "bulk" || has_own_command(*command)) continue;
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
  std::set<std::string> phases_with_commands;
  for (const Value* phase : objects_in(*json, "phases"))
    if (has_own_command(*phase)) phases_with_commands.insert(text_member(*phase, "name"));
  std::vector<std::string> in_place_of_scripts;
  for (const Value* command : objects_in(*json, "commands")) {
    const std::string name = text_member(*command, "name");
    const std::string kind = text_member(*command, "commandKind");
    const std::vector<std::string> phases = texts_at(*command, "phases");
    const bool replaces_scripts =
        kind == "phased"
            ? std::ranges::any_of(
                  phases, [&](const std::string& phase) { return phases_with_commands.contains(phase); })
            : kind == "bulk" && has_own_command(*command);
    if (kind == "phased" && !phases.empty() && !replaces_scripts)
      draft.remark(fmt::format("`rush {}` is `dream run {} --all` here.", name, fmt::join(phases, " ")));
    if (kind != "global" && !replaces_scripts) continue;
    if (replaces_scripts) in_place_of_scripts.push_back(name);
    TaskDraft task{
        name,
        {{"command", has_installer ? list_json({"node", installer, name}) : list_json({"rush", name})}}};
    describe(task, text_member(*command, "summary"));
    draft.add_task(draft.at("./"), "shell", "from rush's command-line.json", "rush", std::move(task));
  }
  if (!in_place_of_scripts.empty())
    draft.remark(
        fmt::format("rush runs a command of its own in each project for {}, and no script: a task of "
                    "the root calls rush.",
                    join_words(in_place_of_scripts)));
}

}  // namespace dream::init
