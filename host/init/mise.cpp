#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "init/files.hpp"
#include "init/packages.hpp"
#include "init/sources.hpp"
#include "init/toml.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;
using Key = std::vector<std::string>;

struct MiseTask {
  std::string name;
  std::string description = {};
  bool hidden = false;
};

/// What the files of mise in one folder say.
struct MiseConfiguration {
  std::string file = "mise.toml";  ///< the one that is told of
  std::vector<MiseTask> tasks;
  /// Folders with programs, and files with further tasks.
  std::vector<std::string> places{"mise-tasks", ".mise-tasks", "mise/tasks", ".mise/tasks",
                                  ".config/mise/tasks"};
  bool has_roots = false;  ///< other folders have tasks of their own
  std::vector<std::string> roots;
};

MiseTask& task_in(MiseConfiguration& mise, const std::string& name) {
  const auto known = std::ranges::find(mise.tasks, name, &MiseTask::name);
  return known != mise.tasks.end() ? *known : mise.tasks.emplace_back(MiseTask{name});
}

void read_member(const TomlEntry& entry, MiseTask& task) {
  if (entry.key.back() == "hide") task.hidden = entry.is_true;
  if (entry.key.back() == "description" && !entry.texts.empty()) task.description = entry.texts.front();
}

/// The tasks of a file whose key at `level` is the name of one.
void read_tasks(const std::vector<TomlEntry>& entries, std::size_t level, MiseConfiguration& mise) {
  for (const TomlEntry& entry : entries) {
    if (entry.key.size() <= level || (level > 0 && entry.key[0] != "tasks") || entry.key[level].empty())
      continue;
    MiseTask& task = task_in(mise, entry.key[level]);
    if (entry.key.size() == level + 2) read_member(entry, task);
  }
}

/// `#MISE hide=true`, or with another begin of a comment.
void read_head(const std::string& text, MiseTask& task) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    for (const std::string_view mark : {"#MISE ", "//MISE ", "# [MISE] ", "// [MISE] "}) {
      if (!line.starts_with(mark)) continue;
      const auto entries = toml_entries(std::string_view(line).substr(mark.size()), "#MISE");
      if (!entries) continue;
      for (const TomlEntry& entry : *entries)
        if (entry.key.size() == 1) read_member(entry, task);
    }
  }
}

/// "docs/html.sh" is "docs:html", "docs/_default" is "docs"; where something else has that name,
/// "docs:html.sh".
std::string name_of_program(const fs::path& inside, const MiseConfiguration& mise) {
  std::string whole = inside.string();
  std::string name = (inside.parent_path() / inside.stem()).string();
  if (inside.stem() == "_default" && inside.has_parent_path()) name = inside.parent_path().string();
  std::ranges::replace(whole, '/', ':');
  std::ranges::replace(name, '/', ':');
  return std::ranges::find(mise.tasks, name, &MiseTask::name) == mise.tasks.end() ? name : whole;
}

void read_programs(const fs::path& place, MiseConfiguration& mise) {
  constexpr int most_levels = 4;
  std::vector<std::string> folders = folders_below(place, most_levels);
  folders.emplace_back("./");
  std::vector<fs::path> programs;
  for (const std::string& folder : folders) {
    std::error_code failure;
    for (fs::directory_iterator one((place / folder).lexically_normal(), failure), end;
         !failure && one != end; one.increment(failure)) {
      std::error_code ignored;
      const fs::perms may = one->status(ignored).permissions();
      if (one->is_regular_file(ignored) && (may & fs::perms::owner_exec) != fs::perms::none &&
          !one->path().filename().string().starts_with('.'))
        programs.push_back(one->path());
    }
  }
  std::ranges::sort(programs);
  for (const fs::path& program : programs) {
    const auto text = read_text(program);
    if (text && *text)
      read_head(**text, task_in(mise, name_of_program(program.lexically_relative(place), mise)));
  }
}

/// Where mise looks for its configuration in a folder.
std::vector<std::string> names_of_files(const fs::path& folder) {
  std::vector<std::string> names{"mise.toml",         ".mise.toml",        "mise/config.toml",
                                 ".mise/config.toml", ".config/mise.toml", ".config/mise/config.toml"};
  for (const char* parts : {"mise/conf.d", ".mise/conf.d", ".config/mise/conf.d"}) {
    std::set<std::string> found;
    std::error_code failure;
    for (fs::directory_iterator one(folder / parts, failure), end; !failure && one != end;
         one.increment(failure))
      if (one->path().extension() == ".toml") found.insert(parts + ("/" + one->path().filename().string()));
    names.insert(names.end(), found.begin(), found.end());
  }
  // What one person has beside these wins over them.
  names.insert(names.end(),
               {".config/mise/config.local.toml", ".config/mise.local.toml", ".mise/config.local.toml",
                "mise/config.local.toml", ".mise.local.toml", "mise.local.toml"});
  return names;
}

Result<MiseConfiguration> read_configuration(const fs::path& written, Draft& draft) {
  const fs::path folder = written.lexically_normal();
  MiseConfiguration mise;
  bool is_first = true;
  for (const std::string& name : names_of_files(folder)) {
    const auto text = read_text(folder / name);
    if (!text) return text.error();
    if (!*text) continue;
    if (std::exchange(is_first, false)) mise.file = name;
    const auto entries = toml_entries(**text, name);
    if (!entries) return entries.error();
    read_tasks(*entries, 1, mise);
    for (const TomlEntry& entry : *entries) {
      if (entry.key == Key{"task_config", "includes"}) mise.places = entry.texts;
      if (entry.key == Key{"monorepo", "config_roots"}) mise.roots = entry.texts;
      if (entry.key == Key{"monorepo_root"} || entry.key == Key{"experimental_monorepo_root"})
        mise.has_roots = entry.is_true;
    }
  }
  for (const std::string& place : mise.places) {
    std::error_code ignored;
    const fs::path path = (folder / place).lexically_normal();
    const bool is_elsewhere = place.find("::") != std::string::npos || place.find("{{") != std::string::npos;
    const auto text = read_text(path);
    if (is_elsewhere) {
      draft.leave_out("the included tasks", place);
    } else if (fs::is_directory(path, ignored)) {
      read_programs(path, mise);
    } else if (text && *text) {
      const auto entries = toml_entries(**text, place);
      if (!entries) return entries.error();
      read_tasks(*entries, 0, mise);
    }
  }
  return mise;
}

void add_tasks(const MiseConfiguration& mise, const std::string& project, Draft& draft) {
  for (const MiseTask& task : mise.tasks) {
    if (task.hidden) continue;
    TaskDraft made{task.name, {{"command", list_json({"mise", "run", task.name})}}};
    describe(made, task.description);
    draft.add_task(project, "shell", "from " + mise.file, "mise", std::move(made));
  }
}

}  // namespace

Result<void> add_mise(const fs::path& root, Draft& draft) {
  constexpr int most_levels = 5;
  const auto mise = read_configuration(root, draft);
  if (!mise) return mise.error();
  add_tasks(*mise, draft.at("./"), draft);
  if (!mise->has_roots) return {};
  for (const std::string& folder :
       mise->roots.empty() ? folders_below(root, most_levels) : members_of(root, mise->roots)) {
    const auto own = read_configuration(root / folder, draft);
    if (own)
      add_tasks(*own, draft.at(folder), draft);
    else
      draft.remark(
          fmt::format("The tasks of mise in {} are left out: {}.", draft.at(folder), own.error().message));
  }
  return {};
}

}  // namespace dream::init
