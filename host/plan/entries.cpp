#include "plan/entries.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

namespace dream::plan {

namespace {

const TaskDependencies* find(const std::map<std::string, TaskDependencies, std::less<>>& tasks,
                             const std::string& task) {
  const auto found = tasks.find(task);
  return found == tasks.end() ? nullptr : &found->second;
}

auto said_by(const Dependency& entry) {
  return std::tie(entry.project, entry.task, entry.async, entry.required, entry.delay, entry.wait_for,
                  entry.restart_with, entry.finally, entry.by_manifest);
}

/// Keeps groups apart while entries of them are left out: a member whose group has lost all before it is the
/// first of its group.
class Groups {
 public:
  [[nodiscard]] bool joins(const Dependency& entry) {
    headless_ = headless_ && entry.joins;
    return entry.joins && !headless_;
  }
  void see(const Dependency& entry, bool left_out) { headless_ = left_out && (headless_ || !entry.joins); }

 private:
  bool headless_ = false;
};

/// Those of all globs that match. What an earlier one has said is left out, and a project that would depend
/// on itself.
std::vector<Dependency> entries_of_globs(const Workspace& workspace, const StepId& id) {
  std::vector<Dependency> entries;
  std::set<decltype(said_by(std::declval<const Dependency&>()))> earlier;
  for (const DependencyGlob* glob : workspace.dependency_globs.matching(id.project)) {
    const TaskDependencies* more = find(glob->tasks, id.task);
    if (more == nullptr) continue;
    Groups groups;
    for (const Dependency& entry : more->entries) {
      const bool joins = groups.joins(entry);
      const bool left_out =
          earlier.contains(said_by(entry)) || (!entry.by_manifest && named_by(entry, id) == id);
      groups.see(entry, left_out);
      if (left_out) continue;
      entries.push_back(entry);
      entries.back().joins = joins;
    }
    for (const Dependency& entry : more->entries) earlier.insert(said_by(entry));
  }
  return entries;
}

/// What `"^"` stands for: one group, or part of the one that it stands in.
boost::system::result<void, PlanError> append_named(std::vector<Dependency>& entries, const Dependency& entry,
                                                    const StepId& id, Manifests* manifests) {
  if (manifests == nullptr)
    return PlanError{Error{ErrorCode::plan, "nobody is there who reads the manifests of projects", "", ""},
                     entry.where,
                     {}};
  const std::string& task = entry.task.empty() ? id.task : entry.task;
  auto projects = manifests->needed(id.project, task);
  if (!projects) return PlanError{projects.error(), entry.where, {}};
  for (std::string& project : *projects) {
    const bool first = &project == &projects->front();
    entries.push_back(entry);
    entries.back().project = std::move(project);
    entries.back().joins = entry.joins || !first;
  }
  return boost::system::in_place_value;
}

/// The entries of one step that came by globs or have `"^"` among them.
class Naming {
 public:
  Naming(const Workspace& workspace, const StepId& id, Followed followed, Manifests* manifests)
      : workspace_(workspace), id_(id), followed_(followed), manifests_(manifests) {}

  boost::system::result<Entries, PlanError> name(std::span<const Dependency> written) {
    open_.assign(written.rbegin(), written.rend());
    std::vector<Dependency> entries;
    Groups groups;
    while (!open_.empty()) {
      Dependency entry = std::move(open_.back());
      open_.pop_back();
      const bool lacks = lacks_its_task(entry);
      if (lacks && pass_on(entry)) continue;
      Dependency next = entry;
      next.joins = groups.joins(entry);
      const std::size_t before = entries.size();
      if (entry.by_manifest) {
        if (const auto named = append_named(entries, next, id_, manifests_); !named) return named.error();
      } else if (followed_ == Followed::all && !lacks && !(entry.passed_on && named_by(entry, id_) == id_)) {
        next.project = named_by(next, id_).project;
        entries.push_back(std::move(next));
      }
      groups.see(entry, entries.size() == before);
    }
    return Entries(std::move(entries));
  }

 private:
  [[nodiscard]] bool lacks_its_task(const Dependency& entry) const {
    return entry.project.empty() && !entry.by_manifest && followed_ == Followed::all &&
           manifests_ != nullptr && manifests_->lacks_task(id_.project, named_by(entry, id_).task);
  }

  /// What the lacking task would depend on takes its place; false: nothing.
  bool pass_on(const Dependency& entry) {
    const StepId lacking = named_by(entry, id_);
    if (entry.finally || !passed_.insert(lacking.task).second) return false;
    std::vector<Dependency> others = entries_of_globs(workspace_, lacking);
    const bool in_group = entry.joins || (!open_.empty() && open_.back().joins);
    for (Dependency& other : others) {
      if (other.task.empty()) other.task = lacking.task;
      other.joins = &other == &others.front() ? entry.joins : in_group || other.joins;
      other.passed_on = true;
    }
    std::move(others.rbegin(), others.rend(), std::back_inserter(open_));
    return !others.empty();
  }

  const Workspace& workspace_;
  const StepId& id_;
  Followed followed_;
  Manifests* manifests_;
  std::vector<Dependency> open_;  ///< the next one is the last
  std::set<std::string> passed_;  ///< tasks that the project lacks
};

}  // namespace

bool is_recursive(const Workspace& workspace, const StepId& id) {
  return std::ranges::any_of(workspace.recursive, [&](const RecursiveRule& rule) {
    return glob_matches(rule.project, id.project) &&
           std::ranges::any_of(rule.tasks, [&](const auto& task) { return task == "*" || task == id.task; });
  });
}

boost::system::result<Entries, PlanError> entries_of(const Workspace& workspace, const StepId& id,
                                                     Followed followed, Manifests* manifests) {
  if (followed == Followed::none) return Entries();
  std::vector<Dependency> of_globs;
  std::span<const Dependency> written;
  if (const auto project = workspace.dependencies.find(id.project); project != workspace.dependencies.end()) {
    const TaskDependencies* found = find(project->second, id.task);
    if (found != nullptr) written = found->entries;
  } else if (!workspace.dependency_globs.empty()) {
    of_globs = entries_of_globs(workspace, id);
    written = of_globs;
  }
  const bool any = std::ranges::any_of(written, [](const Dependency& one) { return one.project.empty(); });
  if (!any && followed == Followed::by_manifest) return Entries();
  if (!any) return of_globs.empty() ? Entries(written) : Entries(std::move(of_globs));
  return Naming(workspace, id, followed, manifests).name(written);
}

boost::system::result<Entries, PlanError> as_one_group(
    const Entries& entries, const StepId& id, const std::function<bool(const Dependency&)>& is_background) {
  std::vector<Dependency> before;
  std::vector<Dependency> group;
  std::vector<Dependency> at_the_end;
  for (const Dependency& entry : entries.all()) {
    if (entry.joins && !entry.by_manifest && !entry.passed_on)
      return PlanError{Error{ErrorCode::plan,
                             "the dependencies of " + to_string(id) +
                                 R"( are one group already ("group": true), so there can't be another)",
                             "", R"(take the inner brackets away, or "group": true)"},
                       entry.where,
                       {}};
    std::vector<Dependency>& part = entry.finally ? at_the_end : is_background(entry) ? before : group;
    part.push_back(entry);
    part.back().joins = &part == &group && group.size() > 1;
  }
  std::ranges::move(group, std::back_inserter(before));
  std::ranges::move(at_the_end, std::back_inserter(before));
  return Entries(std::move(before));
}

}  // namespace dream::plan
