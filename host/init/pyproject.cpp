#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <vector>

#include "init/files.hpp"
#include "init/sources.hpp"
#include "init/toml.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;
using ToolWords = std::vector<std::string>;

/// A tool that runs tasks of a pyproject.toml.
struct PythonTool {
  const char* name;
  const char* table;  ///< "tool.NAME.…" is the table of its tasks
  ToolWords run;      ///< before the name of a task
  bool is_installed;  ///< into the environment of the project
  bool has_hooks;     ///< it runs `pre_x` and `post_x` around `x`
  const char* about;  ///< the key that says what a task is for
};

const std::array<PythonTool, 4>& python_tools() {
  static const std::array<PythonTool, 4> tools{{
      {"poe", "tasks", {"poe"}, true, false, "help"},
      {"taskipy", "tasks", {"task"}, true, true, "help"},
      {"pdm", "scripts", {"pdm", "run"}, false, true, "help"},
      {"pixi", "tasks", {"pixi", "run"}, false, false, "description"},
  }};
  return tools;
}

/// How a program of the project's environment is started.
ToolWords environment_of(const fs::path& folder) {
  std::error_code ignored;
  for (const char* manager : {"uv", "poetry", "pdm"})
    if (fs::exists(folder / (std::string(manager) + ".lock"), ignored)) return {manager, "run"};
  return {};
}

bool begins_with(const std::vector<std::string>& key, const std::vector<std::string>& begin) {
  return key.size() > begin.size() &&
         std::ranges::equal(begin.begin(), begin.end(), key.begin(),
                            key.begin() + static_cast<std::ptrdiff_t>(begin.size()));
}

struct PythonTask {
  std::string name;
  std::string about = {};
};

/// The tasks of a table, in their order, without those that only others use.
std::vector<PythonTask> tasks_in(const std::vector<TomlEntry>& entries, const std::vector<std::string>& table,
                                 std::string_view about) {
  std::vector<PythonTask> tasks;
  for (const TomlEntry& entry : entries) {
    if (!begins_with(entry.key, table) || entry.key[table.size()].starts_with('_')) continue;
    const std::string& name = entry.key[table.size()];
    auto known = std::ranges::find(tasks, name, &PythonTask::name);
    if (known == tasks.end()) known = tasks.insert(known, {name});
    if (entry.key.size() == table.size() + 2 && entry.key.back() == about)
      known->about = entry.texts.empty() ? "" : entry.texts.front();
  }
  return tasks;
}

void drop_hooks(std::vector<PythonTask>& tasks) {
  const std::vector<PythonTask> all = tasks;
  std::erase_if(tasks, [&](const PythonTask& task) {
    return std::ranges::any_of(all, [&](const PythonTask& other) {
      return task.name == "pre_" + other.name || task.name == "post_" + other.name;
    });
  });
}

/// The names that stand between the words of `table` and `last`: of hatch's environments with scripts, of
/// pixi's features with tasks.
std::vector<std::string> names_in(const std::vector<TomlEntry>& entries,
                                  const std::vector<std::string>& table, std::string_view last) {
  std::vector<std::string> names;
  for (const TomlEntry& entry : entries) {
    if (!begins_with(entry.key, table) || entry.key.size() < table.size() + 3 ||
        entry.key[table.size() + 1] != last)
      continue;
    const std::string& name = entry.key[table.size()];
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

using Table = std::vector<std::string>;

Table in_table(Table table, std::initializer_list<const char*> more) {
  table.insert(table.end(), more.begin(), more.end());
  return table;
}

/// The tables of a tool's tasks: its own, those of pixi's features, and of both those for this platform.
std::vector<Table> tables_of(const PythonTool& tool, const std::vector<TomlEntry>& entries) {
  const Table own{"tool", tool.name};
  std::vector<Table> owners{own};
  const Table features = in_table(own, {"feature"});
  for (const char* part : {tool.table, "target"})
    for (const std::string& feature : names_in(entries, features, part)) {
      Table owner = in_table(features, {feature.c_str()});
      if (std::ranges::find(owners, owner) == owners.end()) owners.push_back(std::move(owner));
    }
  std::vector<Table> tables;
  for (const Table& owner : owners) {
    tables.push_back(in_table(owner, {tool.table}));
#ifdef __aarch64__
    constexpr const char* platform = "linux-aarch64";
#else
    constexpr const char* platform = "linux-64";
#endif
    for (const char* target : {platform, "linux", "unix"})
      tables.push_back(in_table(owner, {"target", target, tool.table}));
  }
  return tables;
}

/// Of pyproject.toml, or of another file of one of its tools, which says `tasks` for `tool.poe.tasks`.
Result<std::vector<TomlEntry>> entries_of(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return text.error();
  const std::string name = file.filename().string();
  Result<std::vector<TomlEntry>> entries = toml_entries(text->value_or(""), name);
  if (!entries || name == "pyproject.toml") return entries;
  const char* tool = name == "pixi.toml" ? "pixi" : "poe";
  for (TomlEntry& entry : *entries)
    if (entry.key.front() != "tool") entry.key.insert(entry.key.begin(), {"tool", tool});
  return entries;
}

/// The files that a pyproject.toml stands beside, and those that poe includes.
Result<std::vector<TomlEntry>> all_entries(const fs::path& file) {
  Result<std::vector<TomlEntry>> all = entries_of(file);
  if (!all || file.filename() != "pyproject.toml") return all;
  std::vector<std::string> others{"poe_tasks.toml", "pixi.toml"};
  for (const TomlEntry& entry : *all) {
    const bool is_list = entry.key == std::vector<std::string>{"tool", "poe", "include"};
    const bool is_path = entry.key == std::vector<std::string>{"tool", "poe", "include", "path"};
    if (!is_list && !is_path) continue;
    for (const std::string& other : entry.texts)
      if (other.ends_with(".toml") && std::ranges::find(others, other) == others.end())
        others.push_back(other);
  }
  for (const std::string& other : others) {
    Result<std::vector<TomlEntry>> more = entries_of(file.parent_path() / other);
    if (!more) return more;
    all->insert(all->end(), more->begin(), more->end());
  }
  return all;
}

}  // namespace

Result<void> add_pyproject(const fs::path& file, Draft& draft) {
  const Result<std::vector<TomlEntry>> read = all_entries(file);
  if (!read) return read.error();
  const std::vector<TomlEntry>& entries = *read;
  const auto add = [&](const char* tool, ToolWords words, const PythonTask& task, const std::string& called) {
    words.push_back(called);
    TaskDraft made{task.name, {{"command", list_json(words)}}};
    describe(made, task.about);
    std::string from = file.filename().string();
    for (const auto& [of, other] : {std::pair("poe", "poe_tasks.toml"), std::pair("pixi", "pixi.toml")}) {
      std::error_code ignored;
      if (std::string_view(tool) == of && fs::exists(file.parent_path() / other, ignored)) from = other;
    }
    draft.add_task(draft.at("./"), "shell", "from " + from, tool, std::move(made));
  };
  for (const PythonTool& tool : python_tools()) {
    std::vector<PythonTask> tasks;
    const auto is_known = [&](const PythonTask& task) {
      return std::ranges::find(tasks, task.name, &PythonTask::name) != tasks.end();
    };
    for (const Table& table : tables_of(tool, entries))
      for (PythonTask& task : tasks_in(entries, table, tool.about))
        if (!is_known(task)) tasks.push_back(std::move(task));
    if (tool.has_hooks) drop_hooks(tasks);
    ToolWords words = tool.is_installed ? environment_of(file.parent_path()) : ToolWords();
    words.insert(words.end(), tool.run.begin(), tool.run.end());
    for (const PythonTask& task : tasks) add(tool.name, words, task, task.name);
    const Table environments{"tool", tool.name, "environments"};
    for (const std::string& name : names_in(entries, environments, tool.table)) {
      ToolWords in_it = words;
      in_it.insert(in_it.end(), {"-e", name});
      for (PythonTask& task :
           tasks_in(entries, in_table(environments, {name.c_str(), tool.table}), tool.about)) {
        const std::string called = task.name;
        if (is_known(task)) task.name = name + ":" + task.name;
        add(tool.name, in_it, task, called);
        tasks.push_back(std::move(task));
      }
    }
  }
  for (const std::string& name : names_in(entries, {"tool", "hatch", "envs"}, "scripts")) {
    if (name.starts_with("hatch-")) continue;  // hatch's own
    for (PythonTask& task : tasks_in(entries, {"tool", "hatch", "envs", name, "scripts"}, "")) {
      if (name != "default") task.name.insert(0, name + ":");
      add("hatch", {"hatch", "run"}, task, task.name);
    }
  }
  return {};
}

}  // namespace dream::init
