#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "config/document.hpp"
#include "init/draft.hpp"
#include "init/files.hpp"
#include "init/layout.hpp"
#include "plan/workspace.hpp"

namespace dream::init {

namespace {

/// No line break of a name found somewhere ends a comment.
std::string comment_line(std::string_view indentation, const std::string& text) {
  return text.empty() ? std::string() : fmt::format("{}// {}\n", indentation, printable(text));
}

/// All that the same ones lack.
using Owners = std::vector<std::string>;
std::vector<std::pair<std::vector<std::string>, Owners>> by_owners(
    const std::vector<std::pair<std::string, Owners>>& left_out) {
  std::vector<std::pair<std::vector<std::string>, Owners>> grouped;
  for (const auto& [what, whose] : left_out) {
    const auto same = std::ranges::find(grouped, whose, [](const auto& one) { return one.second; });
    if (same != grouped.end())
      same->first.push_back(what);
    else
      grouped.push_back({{what}, whose});
  }
  return grouped;
}

/// "a, b and c", however many: what is lost must not be hidden.
std::string all_of(const std::vector<std::string>& names) {
  if (names.size() < 2) return names.front();
  return fmt::format("{} and {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

std::string sentence_of(const Renamed& renamed) {
  const auto& [comment, path, kind, names] = renamed;
  if (names.size() == 1)
    return fmt::format(R"("{}" is "{}" {}: {} has another task of that name.)", names[0].second,
                       names[0].first, comment, path);
  std::vector<std::string> old;
  old.reserve(names.size());
  for (const auto& [name, given] : names) old.push_back(name);
  return fmt::format(R"({} tasks {} have "{}-" in front, as {} has others of their names: {}.)", names.size(),
                     comment, kind, path, first_of(old));
}

std::string member_line(std::size_t indentation, const std::string& key, const std::string& json) {
  const std::string begin = std::string(indentation, ' ') + json_string(key) + ": ";
  return begin + laid_out(json, indentation, begin.size()) + ",\n";
}

/// An object whose members have a line each, unless there is but one.
std::string members_text(std::size_t indentation, const std::string& key,
                         const std::vector<Member>& members) {
  if (members.size() < 2) return member_line(indentation, key, object_json(members));
  const std::string begin(indentation, ' ');
  std::string text = begin + json_string(key) + ": {\n";
  for (const auto& [name, json] : members) text += member_line(indentation + 2, name, json);
  return text + begin + "},\n";
}

/// Whether dream.json reads "./db:start" as the id of this step.
bool is_id(const EntryDraft& entry) {
  return entry.project.starts_with("./") && entry.task.find('/') == std::string::npos &&
         entry.project.find(':', entry.project.rfind('/')) == std::string::npos;
}

/// The shortest form that says it all.
std::string entry_json(const NeedsDraft& owner, const EntryDraft& entry) {
  const bool same_task = entry.task == owner.task;
  if (entry.project.empty()) return json_string(same_task ? "^" : "^" + entry.task);
  const bool own = entry.project == owner.project;
  if (entry.members.empty()) {
    if (own) return json_string(":" + entry.task);
    if (same_task) return json_string(entry.project);
    if (is_id(entry)) return json_string(entry.project + ":" + entry.task);
  }
  std::vector<Member> members;
  if (!own) members.emplace_back("projectPath", json_string(entry.project));
  members.emplace_back("task", json_string(entry.task));
  members.insert(members.end(), entry.members.begin(), entry.members.end());
  return object_json(members);
}

/// What a project says of a task; empty: nothing.
std::string text_in(const std::map<std::string, std::map<std::string, std::string>>& said,
                    const std::string& project, const std::string& task) {
  const auto of_project = said.find(project);
  if (of_project == said.end()) return {};
  const auto found = of_project->second.find(task);
  return found == of_project->second.end() ? std::string() : found->second;
}

/// More projects of a pattern are written as one where nothing more is said of them.
constexpr std::size_t most_one_by_one = 20;

/// Nothing is said of it but its executor.
bool is_plain(const ProjectDraft& project) {
  return project.fills_pattern && project.tasks.empty() && project.members.empty();
}

/// "40 packages: build and test"
std::string what_they_have(const std::vector<const ProjectDraft*>& projects) {
  std::set<std::string> tasks;
  for (const ProjectDraft* project : projects) tasks.insert(project->found.begin(), project->found.end());
  const std::vector<std::string> names(tasks.begin(), tasks.end());
  return fmt::format("{} packages: {}", projects.size(), join_words(names));
}

std::string joined(const std::vector<std::string>& elements) {
  return fmt::format("[{}]", fmt::join(elements, ", "));
}

std::string needs_json(const NeedsDraft& needs, const std::vector<EntryDraft>& entries) {
  if (entries.empty()) return {};
  std::vector<std::string> elements;
  std::vector<std::string> at_end;  // are in no group
  for (const EntryDraft& entry : entries) {
    const bool ends = std::ranges::find(entry.members, "finally", &Member::first) != entry.members.end();
    (ends ? at_end : elements).push_back(entry_json(needs, entry));
  }
  if (needs.beside && elements.size() > 1) elements = {joined(elements)};
  elements.insert(elements.end(), at_end.begin(), at_end.end());
  return joined(elements);
}

}  // namespace

Draft::NeedsByProject Draft::needs_by_project() const {
  NeedsByProject all;
  for (const NeedsDraft& needs : needs_) {
    if (needs.entries.empty()) continue;
    auto owner = std::ranges::find(all, needs.project, &NeedsByProject::value_type::first);
    if (owner == all.end()) owner = all.insert(owner, {needs.project, {}});
    owner->second.emplace_back(needs.task, needs_json(needs, needs.entries));
  }
  return all;
}

/// What the most projects say of each task, as a pattern would have to say it; not of a task that most say
/// nothing of.
Draft::Needs Draft::said_by_most(const std::string& pattern, const SaidByTask& said) const {
  std::vector<std::string> tasks;
  std::map<std::string, std::map<std::string, int>> counts;
  for (const ProjectDraft& project : projects_) {
    if (project.pattern != pattern) continue;
    for (const std::string& task : project.found) {
      if (counts.try_emplace(task).second) tasks.push_back(task);
      ++counts[task][text_in(said, project.path, task)];
    }
  }
  Needs common;
  for (const std::string& task : tasks) {
    const auto most = std::ranges::max_element(counts[task], {}, [](const auto& one) { return one.second; });
    if (!most->first.empty()) common.emplace_back(task, most->first);
  }
  return common;
}

/// What most projects of a pattern say of a task they found, the pattern says; a project that says something
/// else stays for itself. A pattern for one project among others, or for none, is not worth its line.
void Draft::gather_alike(NeedsByProject& all) const {
  SaidByTask said;
  for (const NeedsDraft& needs : needs_)
    said[needs.project][needs.task] = needs_json(needs, needs.in_pattern.value_or(needs.entries));
  std::vector<std::string> patterns;
  for (const ProjectDraft& project : projects_) {
    if (!project.pattern.empty() && std::ranges::find(patterns, project.pattern) == patterns.end())
      patterns.push_back(project.pattern);
  }
  NeedsByProject gathered;
  for (const std::string& pattern : patterns) {
    Needs common = said_by_most(pattern, said);
    if (common.empty()) continue;
    const auto is_common = [&](const std::string& path, const std::string& task) {
      const auto found = std::ranges::find(common, task, &Member::first);
      return text_in(said, path, task) == (found == common.end() ? std::string() : found->second);
    };
    std::set<std::string> gathered_ones;
    NeedsByProject spared;  // a project with a key takes nothing from patterns
    std::size_t others = 0;
    for (const ProjectDraft& project : projects_) {
      if (!glob_matches(pattern, project.path)) continue;
      std::vector<std::string> tasks = project.found;
      for (const TaskDraft& task : project.tasks) tasks.push_back(task.name);
      for (const auto& [task, text] : said[project.path]) tasks.push_back(task);
      const bool same =
          std::ranges::all_of(tasks, [&](const auto& task) { return is_common(project.path, task); });
      const bool has_own =
          std::ranges::find(all, project.path, &NeedsByProject::value_type::first) != all.end();
      const auto first = std::ranges::find_first_of(tasks, common, {}, {}, &Member::first);
      if (same && has_own) gathered_ones.insert(project.path);
      if (!same && !has_own && first != tasks.end()) spared.emplace_back(project.path, Needs{{*first, "[]"}});
      others += same ? 0 : 1;
    }
    if (gathered_ones.empty() || (gathered_ones.size() == 1 && others > 0)) continue;
    std::erase_if(all, [&](const auto& one) { return gathered_ones.contains(one.first); });
    all.insert(all.end(), spared.begin(), spared.end());
    gathered.emplace_back(pattern, std::move(common));
  }
  all.insert(all.begin(), gathered.begin(), gathered.end());
}

void Draft::render_needs(std::string& out) const {
  NeedsByProject all = needs_by_project();
  gather_alike(all);
  if (all.empty()) return;
  out += "  // what runs before what: project, task, and what it needs\n  \"workspace\": {\n";
  for (const auto& [owner, needs] : all) out += members_text(4, owner, needs);
  out += "  },\n\n";
  const std::set<std::string> projects = leading_projects();
  std::vector<std::string> leading;
  for (const auto& [owner, needs] : all) {
    const auto is_owned = [&owner = owner](const std::string& project) {
      return glob_matches(owner, project);
    };
    if (projects.contains(owner) || (is_glob(owner) && std::ranges::any_of(projects, is_owned)))
      leading.push_back(owner);
    if (leading.size() == 2) break;
  }
  if (leading.empty()) return;
  // To the others it makes no difference.
  out += fmt::format(
      "  // what a task needs needs its own, too\n  \"recursive\": [{{ \"project\": {}, \"tasks\": [\"*\"] "
      "}}],\n\n",
      json_string(leading.size() == 1 ? leading.front() : "./**"));
}

/// Whether what some task of the project needs, needs something itself. What manifests name is always
/// followed.
std::set<std::string> Draft::leading_projects() const {
  std::set<ProjectTask> needing;
  std::set<std::string> needing_anywhere;  // no manifest names the root
  for (const NeedsDraft& needs : needs_) {
    needing.emplace(needs.project, needs.task);
    const bool names_some =
        std::ranges::any_of(needs.entries, [](const EntryDraft& one) { return !one.project.empty(); });
    if (names_some && needs.project != at("./")) needing_anywhere.insert(needs.task);
  }
  const auto has_needs = [&](const EntryDraft& entry) {
    return entry.project.empty() ? needing_anywhere.contains(entry.task)
                                 : needing.contains({entry.project, entry.task});
  };
  std::set<std::string> leading;
  for (const NeedsDraft& needs : needs_)
    if (std::ranges::any_of(needs.entries, has_needs)) leading.insert(needs.project);
  return leading;
}

void Draft::render_common(std::string& out) const {
  if (common_.empty()) return;
  std::vector<Member> tasks;
  tasks.reserve(common_.size());
  for (const TaskDraft& task : common_) tasks.emplace_back(task.name, object_json(task.members));
  out += "  // what these tasks are in each project\n" + members_text(2, "tasks", tasks) + "\n";
}

/// The projects of which only their executor is said, by the pattern that can say it of all when they are
/// many.
std::map<std::string, std::vector<const ProjectDraft*>> Draft::plain_by_pattern() const {
  std::map<std::string, std::vector<const ProjectDraft*>> plain;
  for (const ProjectDraft& project : projects_)
    if (is_plain(project)) plain[project.pattern].push_back(&project);
  std::erase_if(plain, [](const auto& one) { return one.second.size() <= most_one_by_one; });
  return plain;
}

void Draft::render_projects(std::string& out) const {
  out += "  // how each project runs its tasks\n  \"projects\": {\n";
  const auto plain = plain_by_pattern();
  for (const ProjectDraft& project : projects_) {
    if (const auto alike = plain.find(project.pattern); alike != plain.end() && is_plain(project)) {
      if (&project == alike->second.front() && !has(project.pattern)) {
        out += comment_line("    ", what_they_have(alike->second));
        out += member_line(4, project.pattern, object_json({{"executor", json_string(project.executor)}}));
      }
      continue;
    }
    out += comment_line("    ", project.comment);
    std::vector<Member> members{{"executor", json_string(project.executor)}};
    members.insert(members.end(), project.members.begin(), project.members.end());
    std::vector<Member> tasks;
    tasks.reserve(project.tasks.size());
    for (const TaskDraft& task : project.tasks) tasks.emplace_back(task.name, object_json(task.members));
    if (tasks.size() < 2) {
      if (!tasks.empty()) members.emplace_back("tasks", object_json(tasks));
      out += member_line(4, project.path, object_json(members));
      continue;
    }
    out += fmt::format("    {}: {{\n", json_string(project.path));
    for (const auto& [key, value] : members) out += member_line(6, key, value);
    out += members_text(6, "tasks", tasks) + "    },\n";
  }
  out += "  },\n";
}

std::string Draft::render() const {
  std::string out(config::begin_of_init);
  out += " `dream list` shows what there is, `dream validate` what is wrong.\n";
  for (const std::string& sentence : remarks_) out += comment_line("  ", sentence);
  for (const Renamed& one : renamed_) out += comment_line("  ", sentence_of(one));
  if (!missing_.empty())
    out += comment_line("  ", fmt::format("{} {} wait for {}, which {} there.", first_of(waiting_),
                                          waiting_.size() == 1 ? "doesn't" : "don't", first_of(missing_),
                                          missing_.size() == 1 ? "isn't" : "aren't"));
  for (const auto& [whats, whose] : by_owners(left_out_))
    out += comment_line("  ", fmt::format("Not taken over: {} of {}.", all_of(whats), first_of(whose)));
  out += "\n";
  render_needs(out);
  render_common(out);
  if (!affects_.empty())
    out += "  // a change of these counts for every project with --affected\n" +
           member_line(2, "affects", list_json(affects_)) + "\n";
  if (!container_options_.empty())
    out += "  // what all containers have in common\n" +
           member_line(2, "executors",
                       fmt::format(R"({{ "docker": {{ "options": {} }} }})", container_options_)) +
           "\n";
  render_projects(out);
  return out + "}\n";
}

}  // namespace dream::init
