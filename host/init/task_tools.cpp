#include <fmt/format.h>

#include <set>
#include <sstream>

#include "base/text.hpp"
#include "init/compose_text.hpp"
#include "init/compose_values.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

/// A tool's own task: what it does beside running commands (templates, what is up to date) stays with the
/// tool.
void add(const std::string& tool, const std::string& name, const fs::path& file, Draft& draft) {
  draft.add_task(draft.at("./"), "shell", "from " + file.filename().string(), tool,
                 {name, {{"command", list_json({tool, name})}}});
}

/// Recipes that can be called, of a justfile's text.
std::vector<std::string> recipes_of(const std::string& text) {
  std::vector<std::string> recipes;
  std::set<std::string> known;
  std::istringstream lines(text);
  bool is_private = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[")) {
      is_private = is_private || line.find("private") != std::string::npos;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (line.empty() || line[0] == ' ' || line[0] == '\t' || line[0] == '#') continue;
    const std::string head = trimmed(line.substr(line[0] == '@' ? 1 : 0, colon));
    const std::string name = head.substr(0, head.find_first_of(" \t"));
    const bool is_recipe = colon != std::string::npos && line.substr(colon, 2) != ":=" && name != "set" &&
                           name != "alias" && name != "export" && name != "import" && name != "mod";
    if (is_recipe && !is_private && is_word(name, "-_") && name[0] != '_' && known.insert(name).second)
      recipes.push_back(name);
    is_private = false;
  }
  return recipes;
}

}  // namespace

Result<void> add_taskfile(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  try {
    const YAML::Node tasks = member_at(read_yaml(**text), "tasks");
    if (!tasks.IsMap())
      return Error{ErrorCode::configuration, "the file has no tasks", printable(file.filename().string()),
                   "dream init knows a Taskfile by its `tasks`"};
    for (const auto& one : tasks) {
      const std::string& name = one.first.Scalar();
      const bool callable =
          !is_true(member_at(one.second, "internal")) && name.find('*') == std::string::npos;
      if (callable) add("task", name, file, draft);
    }
  } catch (const YAML::Exception& problem) {
    return not_understood(file.filename().string(), problem.what());
  }
  return {};
}

Result<void> add_justfile(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  for (const std::string& name : recipes_of(**text)) add("just", name, file, draft);
  return {};
}

}  // namespace dream::init
