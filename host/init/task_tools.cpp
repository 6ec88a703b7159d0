#include <fmt/format.h>

#include <algorithm>
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
void add_tool_task(const std::string& tool, const std::string& name, const fs::path& file, Draft& draft) {
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

/// Tasks of a mise.toml that aren't hidden.
std::vector<std::string> mise_tasks_of(const std::string& text) {
  std::vector<std::string> tasks;
  std::istringstream lines(text);
  std::string section;
  const auto name_in = [](std::string_view written) {
    const bool in_quotes = written.starts_with('"') || written.starts_with('\'');
    const std::size_t end = in_quotes ? written.find(written[0], 1) : written.find_first_of(".= \t");
    return std::string(written.substr(in_quotes ? 1 : 0, end - (in_quotes ? 1 : 0)));
  };
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::ranges::find(tasks, name) == tasks.end()) tasks.push_back(name);
  };
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    if (line.starts_with('[')) {
      section = line.substr(1, line.find(']') - 1);
      if (section.starts_with("tasks.")) add(name_in(std::string_view(section).substr(6)));
    } else if (section == "tasks" && !line.starts_with('#') && line.find('=') != std::string::npos) {
      add(name_in(line));
    } else if (section.starts_with("tasks.") && line.starts_with("hide") && line.ends_with("true")) {
      std::erase(tasks, name_in(std::string_view(section).substr(6)));
    }
  }
  return tasks;
}

/// A Taskfile, and the files that it includes.
class Taskfiles {
 public:
  Taskfiles(const fs::path& first, Draft& draft) : first_(first), draft_(draft) {}

  /// `before`: what stands before the names of its tasks, "docs:".
  Result<void> add(const fs::path& file, const std::string& before) {
    const auto text = read_text(file);
    if (!text) return text.error();
    const std::string name = file.filename().string();
    try {
      const YAML::Node read = read_yaml(text->value_or(""));
      const YAML::Node tasks = member_at(read, "tasks");
      const YAML::Node includes = member_at(read, "includes");
      if (!tasks.IsMap() && !includes.IsMap())
        return Error{ErrorCode::configuration, "the file has no tasks", printable(name),
                     "dream init knows a Taskfile by its `tasks`"};
      for (const auto& one : tasks) {
        const std::string& task = one.first.Scalar();
        const bool callable =
            !is_true(member_at(one.second, "internal")) && task.find('*') == std::string::npos;
        if (callable) add_tool_task("task", before + task, first_, draft_);
      }
      for (const auto& one : includes) include(file.parent_path(), one.first.Scalar(), one.second, before);
    } catch (const YAML::Exception& problem) {
      return not_understood(name, problem.what());
    }
    return {};
  }

  [[nodiscard]] static fs::path in_folder(const fs::path& folder) {
    for (const char* name :
         {"Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml", "Taskfile.dist.yml"}) {
      std::error_code ignored;
      if (fs::is_regular_file(folder / name, ignored)) return folder / name;
    }
    return {};
  }

 private:
  void include(const fs::path& folder, const std::string& name, const YAML::Node& how,
               const std::string& before) {
    constexpr std::size_t most_files = 100;
    if (is_true(member_at(how, "internal"))) return;
    const fs::path written =
        (folder / (how.IsScalar() ? how.Scalar() : text_at(how, "taskfile"))).lexically_normal();
    std::error_code ignored;
    const fs::path file = fs::is_directory(written, ignored) ? in_folder(written) : written;
    const std::string its = is_true(member_at(how, "flatten")) ? before : before + name + ":";
    const bool is_circle = file == first_ || std::ranges::find(way_, file) != way_.end();
    // Or it is a template, or on another machine.
    const bool is_here = fs::is_regular_file(file, ignored) && !is_circle && ++files_ < most_files;
    way_.push_back(file);
    if (!is_here || !add(file, its)) draft_.leave_out("the included tasks", before + name);
    way_.pop_back();
  }

  fs::path first_;
  Draft& draft_;
  std::vector<fs::path> way_;  ///< the files that include the one that is read
  std::size_t files_ = 0;
};

}  // namespace

Result<void> add_mise(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  for (const std::string& name : mise_tasks_of(**text))
    draft.add_task(draft.at("./"), "shell", "from " + file.filename().string(), "mise",
                   {name, {{"command", list_json({"mise", "run", name})}}});
  return {};
}

fs::path taskfile_in(const fs::path& folder) {
  return Taskfiles::in_folder(folder);
}

Result<void> add_taskfile(const fs::path& file, Draft& draft) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return {};
  return Taskfiles(file, draft).add(file, "");
}

Result<void> add_justfile(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return {};
  for (const std::string& name : recipes_of(**text)) add_tool_task("just", name, file, draft);
  return {};
}

}  // namespace dream::init
