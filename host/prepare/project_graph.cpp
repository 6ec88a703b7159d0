#include "prepare/project_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/text.hpp"
#include "prepare/folder_search.hpp"
#include "prepare/offers.hpp"
#include "prepare/prepare.hpp"
#include "prepare/project_list.hpp"

namespace dream::prepare {

namespace {

namespace fs = std::filesystem;

/// What is wrong with a folder's name; dream.json's reader refuses such a one, too.
constexpr std::string_view unfit_name = "there is a character that can't be shown in the name";

}  // namespace

const std::vector<std::string>& ProjectGraph::projects() {
  if (projects_) return *projects_;
  FoundFolders folders = folders_of_globs(loaded_.workspace);
  for (const ListedProject& project : list_projects(loaded_.workspace, folders.fit))
    folders.fit.insert(project.name);
  if (const std::size_t count = folders.unfit.size(); count > 0)
    warn_(fmt::format("{}{} left out: {}, which stands before lines of output",
                      printable(*folders.unfit.begin()),
                      count == 1 ? " is" : fmt::format(" and {} more folders are", count - 1), unfit_name));
  for (const auto& [folder, why] : folders.unread)
    if (!folders.problem || folders.problem->where != folder.string())
      warn_(fmt::format("{}: projects can't be looked for in it: {}", printable(folder.string()), why));
  unsearched_ = std::move(folders.problem);
  return projects_.emplace(folders.fit.begin(), folders.fit.end());
}

Result<void> ProjectGraph::all_found() {
  static_cast<void>(projects());
  if (unsearched_) return *unsearched_;
  return {};
}

std::vector<const RecursiveRule*> ProjectGraph::idle_rules() {
  std::vector<const RecursiveRule*> idle;
  for (const RecursiveRule& rule : loaded_.workspace.recursive) {
    std::error_code unknown;
    const bool names_one = is_glob(rule.project)
                               ? !folders_matching(loaded_.workspace.root, {rule.project}).fit.empty()
                               : fs::is_directory(loaded_.workspace.root / rule.project, unknown);
    if (!names_one) idle.push_back(&rule);
  }
  return idle;
}

std::vector<ProjectGraph::IdleEntry> ProjectGraph::idle_entries() {
  std::vector<IdleEntry> idle;
  const Workspace& workspace = loaded_.workspace;
  std::map<const DependencyGlob*, std::vector<std::string>> matched;
  for (const std::string& project : projects()) {
    if (workspace.dependencies.contains(project)) continue;
    for (const DependencyGlob* glob : workspace.dependency_globs.matching(project))
      matched[glob].push_back(project);
  }
  std::set<std::string, std::less<>> with_entries;  // where that has dependencies of its own, they count
  for (const DependencyGlob& glob : workspace.dependency_globs)
    for (const auto& [task, written] : glob.tasks) with_entries.insert(task);
  for (const DependencyGlob& glob : workspace.dependency_globs) {
    const std::vector<std::string>& of_glob = matched[&glob];
    for (const auto& [task, written] : glob.tasks) {
      for (const Dependency& entry : written.entries) {
        if (!entry.project.empty() || entry.by_manifest || with_entries.contains(entry.task)) continue;
        std::set<std::string> others;
        const bool is_there = std::ranges::any_of(of_glob, [&](const std::string& project) {
          if (!lacks_task(project, entry.task)) return true;
          if (const auto found = found_tasks_.find(project); found != found_tasks_.end() && found->second)
            others.insert(found->second->begin(), found->second->end());
          return false;
        });
        const std::vector<std::string> names(others.begin(), others.end());
        if (!of_glob.empty() && !is_there)
          idle.push_back({glob.pattern, entry.task, nearest_name(entry.task, names), entry.where});
      }
    }
  }
  return idle;
}

Result<bool> ProjectGraph::has_task(const std::string& project, const std::string& task) {
  const Workspace& workspace = loaded_.workspace;
  const ProjectSettings* settings = workspace.settings_of(project);
  const auto* own = settings == nullptr ? nullptr : &settings->tasks;
  const bool is_named = own != nullptr && own->contains(task);
  if (is_named && own->find(task)->second.command) return true;
  if (is_named) return is_described(project, task);
  auto found = found_tasks_.find(project);
  if (found == found_tasks_.end()) {
    const auto tasks = find_tasks(project, loaded_, open_());
    Result<std::vector<std::string>> names = tasks ? Result<std::vector<std::string>>() : tasks.error();
    if (tasks)
      for (const plugin::FoundTask& one : *tasks) names->push_back(one.name);
    if (tasks) std::ranges::sort(*names);
    found = found_tasks_.emplace(project, std::move(names)).first;
  }
  if (!found->second) return found->second.error();
  return std::ranges::binary_search(*found->second, task);
}

bool ProjectGraph::lacks_task(const std::string& project, const std::string& task) {
  const Result<bool> has = has_task(project, task);
  return has && !*has;
}

bool ProjectGraph::is_described(const std::string& project, const std::string& task) {
  const auto [known, is_new] = described_.try_emplace({project, task}, true);
  if (!is_new) return known->second;
  Plan alone;
  alone.steps.push_back(settings_of_step(loaded_.workspace, {project, task}));
  Environments environments(alone, loaded_.discovery.rule, EnvFiles::look);
  const auto prepared = prepare_step(alone, StepIndex(0), loaded_, open_(), environments);
  if (!prepared || prepared->executor == nullptr) return true;
  const auto line = prepared->executor->describe(prepared->task);
  return known->second = line || line.error().code != ErrorCode::not_found;
}

plugin::ProjectSpec ProjectGraph::spec_of(const std::string& project) const {
  return project_spec(loaded_, {project, ""});
}

Result<plugin::LoadedPlugin*> ProjectGraph::executor_of(const std::string& project) {
  const Workspace& workspace = loaded_.workspace;
  return open_().load(dream::executor_of(workspace, workspace.settings_of(project), ""));
}

Result<ProjectGraph::Node*> ProjectGraph::node_of(const std::string& project) {
  if (const auto known = nodes_.find(project); known != nodes_.end()) return &known->second;
  const Result<plugin::LoadedPlugin*> executor = executor_of(project);
  if (!executor) return executor.error();
  Result<std::vector<plugin::NeededProject>> needed = (*executor)->needed_projects(spec_of(project));
  if (!needed) return needed.error();
  for (const plugin::NeededProject& one : *needed)
    if (!is_printable(one.project))
      return Error{ErrorCode::plan,
                   fmt::format("{} needs {}: {}", project, printable(one.project), unfit_name),
                   {},
                   "rename the folder"};
  Node& node = nodes_[project];
  node.needed = std::move(*needed);
  return &node;
}

bool ProjectGraph::lasts(const plugin::NeededProject& one, const Node& node, const Node& other) {
  return one.kind != plugin::NeededProject::Kind::development || !node.shares_circle(other, Among::all);
}

bool ProjectGraph::is_followed(const plugin::NeededProject& one, const Node& node, const Node& other) {
  return lasts(one, node, other) &&
         (one.kind != plugin::NeededProject::Kind::peer || !node.shares_circle(other, Among::lasting));
}

/// Tarjan's strongly connected components, of all that `from` leads to.
Result<void> ProjectGraph::find_circles(const std::string& from, Among among) {
  struct Visit {
    std::string project;
    std::size_t next = 0;
  };
  std::vector<Visit> path;
  std::vector<Circle*> stack;
  const auto enter = [&](const std::string& project) -> Result<void> {
    const Result<Node*> node = node_of(project);
    if (!node) {
      // Of those on the way nobody knows their circle: the next who asks is told the same.
      std::erase_if(nodes_, [](const auto& known) { return !known.second.circles.front().id; });
      return node.error();
    }
    Circle& circle = (*node)->circle(among);
    circle.number = circle.lowest = ++numbers_;
    circle.on_stack = true;
    stack.push_back(&circle);
    path.push_back({project});
    return {};
  };
  const auto begun = nodes_.find(from);
  if (begun != nodes_.end() && begun->second.circle(among).id) return {};
  if (const Result<void> entered = enter(from); !entered) return entered.error();
  while (!path.empty()) {
    Visit& visit = path.back();
    Node& node = nodes_.find(visit.project)->second;
    Circle& circle = node.circle(among);
    if (visit.next < node.needed.size()) {
      const plugin::NeededProject& next = node.needed[visit.next++];
      const auto known = nodes_.find(next.project);
      if (among == Among::lasting && !lasts(next, node, known->second)) continue;
      if (known == nodes_.end() || known->second.circle(among).number == 0) {
        if (const Result<void> entered = enter(next.project); !entered) return entered.error();
      } else if (known->second.circle(among).on_stack) {
        circle.lowest = std::min(circle.lowest, known->second.circle(among).number);
      }
      continue;
    }
    if (circle.lowest == circle.number) {
      for (Circle* one = nullptr; one != &circle;) {
        one = stack.back();
        stack.pop_back();
        one->on_stack = false;
        one->id = circle.number;
      }
    }
    const std::size_t lowest = circle.lowest;
    path.pop_back();
    if (path.empty()) break;
    Circle& above = nodes_.find(path.back().project)->second.circle(among);
    above.lowest = std::min(above.lowest, lowest);
  }
  return {};
}

Result<std::vector<std::string>> ProjectGraph::needed(const std::string& project, const std::string& task) {
  return look_for_needed(project, task, unfollowed_);
}

Result<std::vector<std::string>> ProjectGraph::look_for_needed(const std::string& project,
                                                               const std::string& task,
                                                               std::set<Unfollowed>& unfollowed) {
  const Result<plugin::LoadedPlugin*> executor = executor_of(project);
  if (!executor) return executor.error();
  if (!(*executor)->tells_needs())
    return Error{ErrorCode::plan,
                 "\"^\" asks the manifest of " + project + ", but its executor \"" + (*executor)->info().id +
                     "\" reads none",
                 {},
                 "write the projects, or give it an executor that does: npm, deno"};
  for (const Among among : {Among::all, Among::lasting})
    if (const Result<void> found = find_circles(project, among); !found) return found.error();
  bool spared = false;
  std::vector<std::string> followed = reached(project, task, false, spared);
  if (!spared) return followed;
  const std::unordered_set<std::string> waited = followed_from(project);
  for (std::string& other : reached(project, task, true, spared))
    if (other != project && !waited.contains(other)) unfollowed.insert({project, std::move(other), task});
  return followed;
}

/// The projects that a project needs, also through others.
std::unordered_set<std::string> ProjectGraph::followed_from(const std::string& project) const {
  std::unordered_set<std::string> all;
  std::vector<std::string> open{project};
  while (!open.empty()) {
    const Node& node = nodes_.find(open.back())->second;
    open.pop_back();
    for (const plugin::NeededProject& one : node.needed)
      if (is_followed(one, node, nodes_.find(one.project)->second) && all.insert(one.project).second)
        open.push_back(one.project);
  }
  return all;
}

/// Depth first, in the order of the manifests; behind a project that lacks the task come those it needs.
std::vector<std::string> ProjectGraph::reached(const std::string& project, const std::string& task,
                                               bool whole, bool& spared) {
  std::vector<std::string> all;
  std::unordered_set<std::string> seen{project};
  std::vector<std::pair<const Node*, std::size_t>> path{{&nodes_.find(project)->second, 0}};
  while (!path.empty()) {
    auto& [node, next] = path.back();
    if (next == node->needed.size()) {
      path.pop_back();
      continue;
    }
    const plugin::NeededProject& one = node->needed[next++];
    const Node& other = nodes_.find(one.project)->second;
    if (!whole && !is_followed(one, *node, other)) {
      spared = true;
      continue;
    }
    if (!seen.insert(one.project).second) continue;
    if (!lacks_task(one.project, task))
      all.push_back(one.project);
    else
      path.emplace_back(&other, 0);
  }
  return all;
}

void ProjectGraph::see_entries(const std::string& project,
                               const std::function<void(const std::string&, const Dependency&)>& see) const {
  const auto see_all = [&](const auto& tasks) {
    for (const auto& [task, written] : tasks)
      for (const Dependency& entry : written.entries) see(task, entry);
  };
  const auto own = loaded_.workspace.dependencies.find(project);
  if (own != loaded_.workspace.dependencies.end()) return see_all(own->second);
  for (const DependencyGlob* glob : loaded_.workspace.dependency_globs.matching(project))
    see_all(glob->tasks);
}

std::map<SourceOffset, std::set<ProjectGraph::Unfollowed>> ProjectGraph::unfollowed_by_entry() {
  std::map<SourceOffset, std::set<Unfollowed>> all;
  for (const std::string& project : projects()) {
    see_entries(project, [&](const std::string& task, const Dependency& entry) {
      if (entry.by_manifest && !lacks_task(project, task))
        static_cast<void>(look_for_needed(project, entry.task.empty() ? task : entry.task, all[entry.where]));
    });
  }
  std::erase_if(all, [](const auto& entry) { return entry.second.empty(); });
  return all;
}

Result<std::map<std::string, std::vector<std::string>, std::less<>>> ProjectGraph::needs() {
  std::map<std::string, std::vector<std::string>, std::less<>> all;
  std::set<std::string> told;  // one workspace that can't be read is the same to each of its projects
  for (const std::string& project : projects()) {
    std::vector<std::string>& needed = all[project];
    bool by_manifest = false;
    see_entries(project, [&](const std::string&, const Dependency& entry) {
      by_manifest = by_manifest || entry.by_manifest;
      if (!entry.project.empty() && entry.project != project) needed.push_back(entry.project);
    });
    const Result<Node*> node = node_of(project);
    if (!node && by_manifest) return node.error();
    if (!node && executor_of(project) && told.insert(to_string(node.error())).second)
      warn_("what projects need isn't all known, as a manifest can't be read: " + to_string(node.error()));
    if (!node) continue;
    for (const plugin::NeededProject& one : (*node)->needed) needed.push_back(one.project);
  }
  return all;
}

}  // namespace dream::prepare
