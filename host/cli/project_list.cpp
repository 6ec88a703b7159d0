#include "cli/project_list.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace dream::cli {

namespace {

/// Names longer than this don't push everybody else's columns to the right.
constexpr std::size_t widest_name = 48;

/// Gathers in one pass over the workspace. Whoever mentions a task first gives its place, so the most telling
/// sources come first.
class Gathering {
 public:
  explicit Gathering(const Workspace& workspace) : workspace_(workspace) {
    const std::size_t expected = workspace.projects.size() + workspace.dependencies.size();
    projects_.reserve(expected);
    index_.reserve(expected);
  }

  std::vector<ListedProject> gather() {
    for (const auto& [name, settings] : workspace_.projects) add_project(name, settings.where);
    for (const auto& [name, tasks] : workspace_.dependencies) {
      for (const auto& [task, dependencies] : tasks) add_task(name, task, dependencies.where);
    }
    for (const auto& [name, tasks] : workspace_.dependencies) {
      for (const auto& [task, dependencies] : tasks) {
        for (const Dependency& entry : dependencies.entries) {
          add_task(entry.project, entry.task.empty() ? task : entry.task, entry.where);
        }
      }
    }
    for (const RecursiveRule& rule : workspace_.recursive) add_project(rule.project, rule.where);
    for (ListedProject& project : projects_) finish(project);
    std::sort(projects_.begin(), projects_.end(),
              [](const ListedProject& a, const ListedProject& b) { return *a.name < *b.name; });
    return std::move(projects_);
  }

 private:
  ListedProject& add_project(const std::string& name, SourceOffset where) {
    const auto [found, added] = index_.try_emplace(name, projects_.size());
    if (!added) return projects_[found->second];
    ListedProject& project = projects_.emplace_back();
    project.name = &name;
    project.where = where;
    const ProjectSettings* settings = workspace_.settings_of(name);
    const bool named = settings != nullptr && settings->executor.has_value();
    project.executor = named ? &*settings->executor : &workspace_.executor;
    if (settings == nullptr) return project;
    for (const auto& [task, own] : settings->tasks) project.tasks.push_back({&task, nullptr, own.where});
    return project;
  }

  void add_task(const std::string& name, const std::string& task, SourceOffset where) {
    ListedProject& project = add_project(name, where);
    // Most mentions repeat one of few tasks; finish() removes what this doesn't see.
    const std::size_t looked_at = std::min<std::size_t>(project.tasks.size(), 8);
    for (std::size_t at = 0; at < looked_at; ++at) {
      if (*project.tasks[at].name == task) return;
    }
    project.tasks.push_back({&task, nullptr, where});
  }

  void finish(ListedProject& project) {
    std::vector<ListedTask>& tasks = project.tasks;
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const ListedTask& a, const ListedTask& b) { return *a.name < *b.name; });
    tasks.erase(std::unique(tasks.begin(), tasks.end(),
                            [](const ListedTask& a, const ListedTask& b) { return *a.name == *b.name; }),
                tasks.end());
    const ProjectSettings* settings = workspace_.settings_of(*project.name);
    for (ListedTask& task : tasks) task.executor = &executor_of(workspace_, settings, *task.name);
  }

  const Workspace& workspace_;
  std::vector<ListedProject> projects_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

/// Appends `text` and fills up to `width` columns and two more.
void append_cell(std::string& out, std::string_view text, std::size_t width, Tone tone, bool colour) {
  std::string shown;
  append_printable(shown, text);
  append_toned(out, shown, tone, colour);
  const std::size_t filled = columns(shown);
  out.append((filled < width ? width - filled : 0) + 2, ' ');
}

}  // namespace

std::vector<ListedProject> list_projects(const Workspace& workspace) {
  return Gathering(workspace).gather();
}

void append_projects(std::string& out, const std::vector<ListedProject>& projects, const Locate& locate,
                     const std::function<std::string_view(const ListedProject&)>& note_of, bool colour) {
  std::size_t name_width = 0;
  std::size_t executor_width = 0;
  for (const ListedProject& project : projects) {
    name_width = std::max(name_width, columns(*project.name));
    executor_width = std::max(executor_width, columns(*project.executor));
    for (const ListedTask& task : project.tasks) {
      name_width = std::max(name_width, columns(*task.name) + 2);
      executor_width = std::max(executor_width, columns(*task.executor));
    }
  }
  name_width = std::min(name_width, widest_name);
  const auto place = [&](SourceOffset where) { return where.known() ? locate(where) : std::string(); };
  for (const ListedProject& project : projects) {
    append_cell(out, *project.name, name_width, Tone::strong, colour);
    append_cell(out, *project.executor, executor_width, Tone::plain, colour);
    append_toned(out, place(project.where), Tone::faint, colour);
    const std::string_view note = note_of(project);
    if (!note.empty()) {
      out += "  ";
      append_toned(out, note, Tone::warning, colour);
    }
    out += '\n';
    for (const ListedTask& task : project.tasks) {
      out += "  ";
      append_cell(out, *task.name, name_width - 2, Tone::plain, colour);
      append_cell(out, *task.executor, executor_width, Tone::plain, colour);
      append_toned(out, place(task.where), Tone::faint, colour);
      out += '\n';
    }
  }
}

}  // namespace dream::cli
