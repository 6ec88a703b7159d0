#include <algorithm>
#include <sstream>
#include <system_error>

#include "init/files.hpp"
#include "init/sources.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;

struct MiseTask {
  std::string name;
  std::string description = {};
  bool hidden = false;
};
using MiseTasks = std::vector<MiseTask>;

MiseTask& task_in(MiseTasks& tasks, const std::string& name) {
  const auto known = std::ranges::find(tasks, name, &MiseTask::name);
  return known != tasks.end() ? *known : tasks.emplace_back(MiseTask{name});
}

/// What stands between quotes, or in front of one of `ends`.
std::string word_in(std::string_view written, std::string_view ends) {
  const bool in_quotes = written.starts_with('"') || written.starts_with('\'');
  const std::size_t end = in_quotes ? written.find(written[0], 1) : written.find_first_of(ends);
  return std::string(written.substr(in_quotes ? 1 : 0, end - (in_quotes ? 1 : 0)));
}

/// `hide = true`, `description = "x"`
void read_member(const std::string& line, MiseTask& task) {
  const std::size_t equals = line.find('=');
  if (equals == std::string::npos) return;
  const std::string key = trimmed(line.substr(0, equals));
  const std::string value = word_in(trimmed(line.substr(equals + 1)), "#");
  if (key == "hide") task.hidden = trimmed(value) == "true";
  if (key == "description") task.description = value;
}

/// The tasks of a mise.toml.
void read_toml(const std::string& text, MiseTasks& tasks) {
  constexpr std::string_view of_tasks = "tasks.";
  constexpr std::string_view ends_of_key = ".= \t";
  std::istringstream lines(text);
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    if (line.starts_with('[')) section = line.substr(1, line.find(']') - 1);
    const std::string own = section.starts_with(of_tasks)
                                ? word_in(std::string_view(section).substr(of_tasks.size()), ends_of_key)
                                : std::string();
    if (!own.empty()) {
      read_member(line, task_in(tasks, own));
    } else if (section == "tasks" && !line.starts_with('#') && !line.starts_with('[') &&
               line.find('=') != std::string::npos) {
      const std::string name = word_in(line, ends_of_key);
      if (!name.empty()) task_in(tasks, name);
    }
  }
}

/// Programs in the folders where mise looks for them: "docs/html" is "docs:html".
void read_folders(const fs::path& root, MiseTasks& tasks) {
  constexpr int most_levels = 4;
  for (const char* place : {"mise-tasks", ".mise-tasks", "mise/tasks", ".mise/tasks", ".config/mise/tasks"}) {
    std::vector<std::string> folders = folders_below(root / place, most_levels);
    folders.emplace_back("./");
    for (const std::string& folder : folders) {
      std::error_code failure;
      for (fs::directory_iterator one((root / place / folder).lexically_normal(), failure), end;
           !failure && one != end; one.increment(failure)) {
        std::error_code ignored;
        const fs::perms may = one->status(ignored).permissions();
        if (!one->is_regular_file(ignored) || (may & fs::perms::owner_exec) == fs::perms::none) continue;
        std::string name = one->path().lexically_relative(root / place).string();
        std::ranges::replace(name, '/', ':');
        const auto text = read_text(one->path());
        if (!text || !*text || name.starts_with('.')) continue;
        MiseTask& task = task_in(tasks, name);
        std::istringstream lines(**text);
        for (std::string line; std::getline(lines, line);) {
          if (line.starts_with("#MISE ")) read_member(line.substr(6), task);
        }
      }
    }
  }
}

}  // namespace

Result<void> add_mise(const fs::path& file, Draft& draft) {
  const auto text = read_text(file);
  if (!text) return text.error();
  MiseTasks tasks;
  read_toml(text->value_or(""), tasks);
  const std::size_t written = tasks.size();
  read_folders(file.parent_path(), tasks);
  std::sort(tasks.begin() + static_cast<std::ptrdiff_t>(written), tasks.end(),
            [](const MiseTask& one, const MiseTask& other) { return one.name < other.name; });
  for (const MiseTask& task : tasks) {
    if (task.hidden) continue;
    TaskDraft made{task.name, {{"command", list_json({"mise", "run", task.name})}}};
    describe(made, task.description);
    draft.add_task(draft.at("./"), "shell", "from " + file.filename().string(), "mise", std::move(made));
  }
  return {};
}

}  // namespace dream::init
