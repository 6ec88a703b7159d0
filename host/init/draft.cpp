#include "init/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"

namespace dream::init {

namespace {

std::string name_of(const ProjectTask& task) {
  return task.first + ":" + task.second;
}

/// What needs what, as far as it makes no task need itself.
class Order {
 public:
  /// False: `from` would need itself.
  bool add(const ProjectTask& from, const ProjectTask& to) {
    const std::size_t first = number_of(from);
    const std::size_t second = number_of(to);
    if (leads(second, first)) return false;
    needs_[first].push_back(second);
    return true;
  }

 private:
  std::size_t number_of(const ProjectTask& task) {
    const auto [known, is_new] = numbers_.emplace(task, needs_.size());
    if (is_new) needs_.emplace_back();
    return known->second;
  }

  [[nodiscard]] bool leads(std::size_t from, std::size_t to) const {
    std::vector<std::size_t> open{from};
    std::vector<bool> seen(needs_.size());
    while (!open.empty()) {
      const std::size_t task = open.back();
      open.pop_back();
      if (task == to) return true;
      if (seen[task]) continue;
      seen[task] = true;
      open.insert(open.end(), needs_[task].begin(), needs_[task].end());
    }
    return false;
  }

  std::map<ProjectTask, std::size_t> numbers_;
  std::vector<std::vector<std::size_t>> needs_;  ///< by number
};

}  // namespace

bool has_cycle(const std::map<ProjectTask, std::vector<ProjectTask>>& needs) {
  // Whatever needs nothing more is taken out; those that need themselves are left.
  std::map<ProjectTask, std::size_t> counts;
  std::map<ProjectTask, std::vector<ProjectTask>> needed_by;
  for (const auto& [task, all] : needs) {
    counts[task] += all.size();
    for (const ProjectTask& need : all) {
      counts.try_emplace(need);
      needed_by[need].push_back(task);
    }
  }
  std::vector<ProjectTask> open;
  for (const auto& [task, count] : counts)
    if (count == 0) open.push_back(task);
  std::size_t taken = 0;
  for (; !open.empty(); ++taken) {
    const ProjectTask task = std::move(open.back());
    open.pop_back();
    for (const ProjectTask& above : needed_by[task])
      if (--counts[above] == 0) open.push_back(above);
  }
  return taken < counts.size();
}

std::string object_json(const std::vector<Member>& members) {
  std::string text;
  for (const auto& [key, value] : members)
    text += fmt::format("{}{}: {}", text.empty() ? "{ " : ", ", json_string(key), value);
  return text.empty() ? "{}" : text + " }";
}

std::string list_json(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + json_string(text);
  return "[" + list + "]";
}

void describe(TaskDraft& task, std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return;
  text = text.substr(first, text.find('\n', first) - first);
  text = text.substr(0, text.find_last_not_of(blanks) + 1);
  task.members.emplace_back("description", json_string(text));
}

std::string Draft::at(const std::string& folder) const {
  if (base_ == "./") return folder;
  return folder == "./" ? base_ : base_ + folder.substr(1);
}

std::string Draft::from_base(const std::string& path) const {
  if (base_ == "./") return path;
  return path == base_ ? "./" : "." + path.substr(base_.size());
}

void Draft::pass_over(Error why) {
  for (const std::string_view begin : {std::string_view(root_), std::string_view("./")})
    if (!begin.empty() && why.where.starts_with(begin)) why.where.erase(0, begin.size());
  tell_unread("Not read: " + to_string(why) + ".");
}

bool Draft::has(const std::string& path) const {
  return project_at_.contains(path);
}

bool Draft::has_task(const std::string& path, const std::string& name) const {
  if (added_.contains({path, name})) return true;
  const auto owner = project_at_.find(path);
  return owner != project_at_.end() &&
         std::ranges::find(projects_[owner->second].found, name) != projects_[owner->second].found.end();
}

ProjectDraft& Draft::project(const std::string& path, const std::string& executor,
                             const std::string& comment) {
  const auto [known, is_new] = project_at_.emplace(path, projects_.size());
  if (!is_new) return projects_[known->second];
  return projects_.emplace_back(ProjectDraft{path, executor, comment, {}, {}, {}});
}

std::string Draft::add_task(const std::string& path, const std::string& executor, const std::string& comment,
                            const std::string& kind, TaskDraft task) {
  std::string name = free_name(path, {task.name, kind + "-" + task.name});
  if (name != task.name) {
    auto known = std::ranges::find_if(
        renamed_, [&](const Renamed& one) { return one.comment == comment && one.path == path; });
    if (known == renamed_.end()) known = renamed_.insert(known, {comment, path, kind, {}});
    known->names.emplace_back(task.name, name);
  }
  task.name = name;
  ProjectDraft& owner = project(path, executor, comment);
  const bool runs_nothing = !task.members.empty() && task.members.front().second == "null";
  if (owner.executor != executor && !runs_nothing)
    task.members.insert(task.members.begin(), {"executor", json_string(executor)});
  owner.tasks.push_back(std::move(task));
  added_.emplace(path, name);
  return name;
}

std::string Draft::add_gatherer(const std::string& path, const std::string& executor,
                                const std::string& comment, std::initializer_list<std::string> names,
                                std::vector<EntryDraft> entries, bool beside, Gatherer lasts) {
  std::string name = free_name(path, names);
  ProjectDraft& owner = project(path, executor, comment);
  TaskDraft task{name, {}};
  if (lasts == Gatherer::until_stopped) {
    if (owner.executor != "shell") task.members.emplace_back("executor", "\"shell\"");
    task.members.emplace_back("command", "\"exec sleep infinity\"");
  } else {
    task.members.emplace_back("command", "null");
  }
  if (lasts != Gatherer::until_they_end) task.members.emplace_back("service", "true");
  owner.tasks.push_back(std::move(task));
  added_.emplace(path, name);
  add_needs({path, name, std::move(entries), beside});
  return name;
}

std::string Draft::free_name(const std::string& path, std::initializer_list<std::string> names) const {
  std::string last;
  for (const std::string& name : names) {
    if (!has_task(path, name)) return name;
    last = name;
  }
  for (int number = 2;; ++number) {
    std::string name = fmt::format("{}-{}", last, number);
    if (!has_task(path, name)) return name;
  }
}

void Draft::add_needs(NeedsDraft needs) {
  if (needs.entries.empty() && !needs.in_pattern) return;
  const auto [same, is_new] = needs_of_.try_emplace({needs.project, needs.task}, needs_.size());
  if (is_new) needs_.push_back(NeedsDraft{needs.project, needs.task, {}, needs.beside});
  NeedsDraft& owner = needs_[same->second];
  const auto add = [](std::vector<EntryDraft>& entries, std::vector<EntryDraft>& more) {
    for (EntryDraft& entry : more) {
      const bool known = std::ranges::any_of(entries, [&](const EntryDraft& one) {
        return one.project == entry.project && one.task == entry.task;
      });
      if (!known) entries.push_back(std::move(entry));
    }
  };
  add(owner.entries, needs.entries);
  if (needs.in_pattern) add(owner.in_pattern.emplace(), *needs.in_pattern);
}

void Draft::add_common(const std::string& task, Member member) {
  common_.push_back({task, {std::move(member)}});
}

void Draft::add_affects(const std::vector<std::string>& globs) {
  for (const std::string& glob : globs)
    if (std::ranges::find(affects_, glob) == affects_.end()) affects_.push_back(glob);
}

void Draft::remark(const std::string& sentence) {
  if (std::ranges::find(remarks_, sentence) == remarks_.end()) remarks_.push_back(sentence);
}

void Draft::miss(const std::string& what, const std::string& whose) {
  if (std::ranges::find(missing_, what) == missing_.end()) missing_.push_back(what);
  if (std::ranges::find(waiting_, whose) == waiting_.end()) waiting_.push_back(whose);
}

void Draft::leave_out(const std::string& what, const std::string& whose) {
  auto known = std::ranges::find_if(left_out_, [&](const auto& one) { return one.first == what; });
  if (known == left_out_.end()) known = left_out_.insert(known, {what, {}});
  if (std::ranges::find(known->second, whose) == known->second.end()) known->second.push_back(whose);
}

bool Draft::is_left_out(const std::string& what, const std::string& whose) const {
  const auto known = std::ranges::find_if(left_out_, [&](const auto& one) { return one.first == what; });
  return known != left_out_.end() && std::ranges::find(known->second, whose) != known->second.end();
}

void Draft::break_cycles() {
  std::map<ProjectTask, std::vector<ProjectTask>> all;
  for (const NeedsDraft& needs : needs_)
    for (const EntryDraft& entry : needs.entries)
      if (!entry.project.empty()) all[{needs.project, needs.task}].emplace_back(entry.project, entry.task);
  if (has_cycle(all)) cut_cycles();
  std::erase_if(needs_, [](const NeedsDraft& needs) { return needs.entries.empty() && !needs.in_pattern; });
}

void Draft::cut_cycles() {
  Order order;
  for (const bool weak : {false, true}) {
    for (NeedsDraft& needs : needs_) {
      const auto cut = std::erase_if(needs.entries, [&](const EntryDraft& entry) {
        if (entry.weak != weak || entry.project.empty()) return false;
        const ProjectTask task{needs.project, needs.task};
        const ProjectTask other{entry.project, entry.task};
        if (order.add(task, other)) return false;
        remark(task == other ? fmt::format("{} doesn't wait for itself.", name_of(task))
                             : fmt::format("{} doesn't wait for {}, which waits for it.", name_of(task),
                                           name_of(other)));
        return true;
      });
      if (cut > 0) needs.in_pattern = needs.entries;
    }
  }
}

}  // namespace dream::init
