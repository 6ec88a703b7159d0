#include "prepare/project_list.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "prepare/folder_search.hpp"

namespace dream::prepare {

namespace {

/// How much a place tells about a task: the most telling first.
enum class Source : std::uint8_t { settings, dependencies, entry };

/// Gathers in one pass over the workspace, which may have hundreds of thousands of entries: task names become
/// numbers, so that the many mentions of few names compare fast.
class Gathering {
 public:
  explicit Gathering(const Workspace& workspace) : workspace_(workspace) {
    const std::size_t expected = workspace.projects.size() + workspace.dependencies.size();
    projects_.reserve(expected);
    index_.reserve(expected);
  }

  std::vector<ListedProject> gather(const std::set<std::string>& folders) {
    for (const auto& [name, settings] : workspace_.projects) project(name, &settings, settings.where);
    for (const auto& [name, tasks] : workspace_.dependencies)
      for (const auto& [task, dependencies] : tasks) {
        mention(project(name, nullptr, dependencies.where),
                {number_of(task), Source::dependencies, dependencies.where});
        mention_entries(task, dependencies);
      }
    for (const DependencyGlob& glob : workspace_.dependency_globs)
      for (const auto& [task, dependencies] : glob.tasks) mention_entries(task, dependencies);
    for (const RecursiveRule& rule : workspace_.recursive)
      if (!is_glob(rule.project)) project(rule.project, nullptr, rule.where);
    for (const std::string& name : folders) add_folder(name);

    std::vector<ListedProject> listed;
    listed.reserve(projects_.size());
    for (Project& project : projects_) listed.push_back(finish(project));
    std::sort(listed.begin(), listed.end(),
              [](const ListedProject& a, const ListedProject& b) { return a.name < b.name; });
    return listed;
  }

 private:
  using TaskNumber = std::uint32_t;
  struct Mention {
    TaskNumber task = 0;
    Source source = Source::settings;
    SourceOffset where;

    bool operator<(const Mention& other) const {
      return std::tie(task, source, where.value) < std::tie(other.task, other.source, other.where.value);
    }
  };
  struct Project {
    const std::string* name = nullptr;
    const ProjectSettings* settings = nullptr;
    bool has_entry = false;  ///< in `projects`; else `where` is the first mention
    SourceOffset where;
    std::vector<Mention> tasks;
  };

  /// What the entries of a task name.
  void mention_entries(const std::string& task, const TaskDependencies& dependencies) {
    for (const Dependency& entry : dependencies.entries) {
      if (entry.project.empty()) continue;  // "^", ":task"
      const TaskNumber number = number_of(entry.task.empty() ? task : entry.task);
      mention(project(entry.project, nullptr, entry.where), {number, Source::entry, entry.where});
    }
  }

  /// A glob says how a task runs where a project has it, and only a command says that each of them has it:
  /// the executor finds the others.
  void add_folder(const std::string& name) {
    if (index_.contains(name)) return;
    Project& added = projects_.emplace_back();
    index_.emplace(name, projects_.size() - 1);
    added.name = &name;
    added.settings = workspace_.settings_of(name);
    if (added.settings != nullptr) {
      added.where = added.settings->where;
      for (const auto& [task, settings] : added.settings->tasks)
        if (settings.command) added.tasks.push_back({number_of(task), Source::settings, settings.where});
    }
    if (added.where.known()) return;
    for (const DependencyGlob* glob : workspace_.dependency_globs.matching(name))
      if (!added.where.known() && !glob->tasks.empty()) added.where = glob->tasks.begin()->second.where;
  }

  TaskNumber number_of(const std::string& task) {
    const auto [found, added] = numbers_.try_emplace(task, static_cast<TaskNumber>(task_names_.size()));
    if (added) task_names_.push_back(&task);
    return found->second;
  }

  /// The project of this name; `own` are its settings where the caller has them at hand.
  Project& project(const std::string& name, const ProjectSettings* own, SourceOffset where) {
    const auto [found, added] = index_.try_emplace(name, projects_.size());
    if (!added) {
      Project& known = projects_[found->second];
      if (!known.has_entry) known.where.value = std::min(known.where.value, where.value);
      return known;
    }
    Project& project = projects_.emplace_back();
    project.has_entry = own != nullptr;
    project.name = &name;
    project.where = where;
    project.settings = own != nullptr ? own : workspace_.settings_of(name);
    if (project.settings != nullptr) {
      for (const auto& [task, settings] : project.settings->tasks) {
        project.tasks.push_back({number_of(task), Source::settings, settings.where});
      }
    }
    return project;
  }

  /// Keeps the most telling, earliest place of a task. finish() removes the repetitions that this doesn't
  /// see: looking at every task of a project each time would be slow for one that has thousands.
  static void mention(Project& project, const Mention& mention) {
    const std::size_t looked_at = std::min<std::size_t>(project.tasks.size(), 8);
    for (std::size_t at = 0; at < looked_at; ++at) {
      Mention& known = project.tasks[at];
      if (known.task != mention.task) continue;
      known = std::min(known, mention);
      return;
    }
    project.tasks.push_back(mention);
  }

  /// Of the project's task, else of all tasks of this name.
  [[nodiscard]] const std::string* description_of(const ProjectSettings* settings,
                                                  const std::string& task) const {
    const auto in = [&](const auto& tasks) -> const std::string* {
      const auto found = tasks.find(task);
      return found != tasks.end() && found->second.description ? &*found->second.description : nullptr;
    };
    const std::string* own = settings == nullptr ? nullptr : in(settings->tasks);
    return own == nullptr ? in(workspace_.tasks) : own;
  }

  [[nodiscard]] ListedProject finish(Project& project) const {
    std::sort(project.tasks.begin(), project.tasks.end());
    ListedProject listed;
    listed.name = *project.name;
    listed.executor = &workspace_.executor;
    if (project.settings != nullptr && project.settings->executor.has_value()) {
      listed.executor = &*project.settings->executor;
    }
    listed.where = project.where;
    listed.tasks.reserve(project.tasks.size());
    const std::string* last = nullptr;
    for (const Mention& mention : project.tasks) {
      const std::string* name = task_names_[mention.task];
      if (name == last) continue;
      last = name;
      listed.tasks.push_back({name, &executor_of(workspace_, project.settings, *name), mention.where,
                              description_of(project.settings, *name)});
    }
    std::sort(listed.tasks.begin(), listed.tasks.end(),
              [](const ListedTask& a, const ListedTask& b) { return *a.name < *b.name; });
    return listed;
  }

  const Workspace& workspace_;
  std::vector<Project> projects_;
  std::unordered_map<std::string_view, std::size_t> index_;
  std::vector<const std::string*> task_names_;
  std::unordered_map<std::string_view, TaskNumber> numbers_;
};

}  // namespace

std::vector<ListedProject> list_projects(const Workspace& workspace, const std::set<std::string>& folders) {
  return Gathering(workspace).gather(folders);
}

std::vector<ListedProject> list_projects(const Workspace& workspace) {
  return list_projects(workspace, folders_of_globs(workspace).fit);
}

}  // namespace dream::prepare
