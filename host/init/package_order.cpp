#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "init/package_rules.hpp"
#include "init/package_steps.hpp"
#include "init/packages.hpp"
#include "shared/json_file.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;
using rapidjson::Value;

bool has_plugins(const Value& nx) {
  const auto plugins = nx.FindMember("plugins");
  return plugins != nx.MemberEnd() && !(plugins->value.IsArray() && plugins->value.Empty());
}

class Arrangement {
 public:
  Arrangement(const Package& own, const std::vector<Package>& packages, Draft& draft)
      : own_(own), packages_(packages), draft_(draft) {
    for (const Package& package : packages_) by_name_.emplace(package.name, &package);
    by_name_.emplace("//", &own_);
    for (const Package& package : packages_)
      by_nx_name_.emplace(package.nx_name.empty() ? package.name : package.nx_name, &package);
  }

  /// turbo.json and nx.json of the root; what turbo.json of a package says counts there.
  void read(const fs::path& root) {
    const auto turbo = object_or_told(turbo_in(root), draft_);
    const auto nx = object_or_told(root / "nx.json", draft_);
    if (turbo) read_rules(*turbo, "pipeline", rules_);
    if (turbo) read_rules(*turbo, "tasks", rules_);
    if (nx) read_rules(*nx, "targetDefaults", rules_);
    for (auto& [task, needs] : rush_order(root)) rules_[task] = Rule{std::move(needs), {}, true, {}};
    has_nx_ = nx.has_value();
    nx_finds_targets_ = has_nx_ && has_plugins(*nx);
    const auto is_script = [&](const std::string& name) {
      return std::ranges::any_of(packages_,
                                 [&](const Package& package) { return package.scripts.contains(name); });
    };
    for (const auto& [name, line] : own_.scripts) {
      const std::string script = run_in_order(line, is_script);
      if (!script.empty()) rules_.emplace(script, Rule{{"^" + script}, {}, true, {}});
      if (const std::string of_changed = runs_in_changed(line, is_script); !of_changed.empty())
        draft_.remark(fmt::format(
            "`dream {} --affected` runs {} in the packages that have changed, like {} of the root.",
            of_changed, of_changed, name));
    }
    rules_.emplace("build", Rule{{"^build"}, {}, true, {}});
  }

  void read_own(const fs::path& folder, const Package& package) {
    Rules own;
    if (const auto turbo = read_object(turbo_in(folder)); turbo && *turbo) read_rules(**turbo, "tasks", own);
    if (const auto json = read_object(folder / "package.json"); has_nx_ && json && *json) {
      if (const Value* nx = plugins::member(**json, "nx"); nx != nullptr) read_rules(*nx, "targets", own);
    }
    for (auto& [task, rule] : own) {
      const auto common = rules_.find(task);
      if (rule.extends && common != rules_.end()) complete(rule, common->second);
      if (rule.is_taken_away && package.scripts.contains(task))
        draft_.remark(fmt::format("turbo has no task {} of {}; dream runs its script also with --all.", task,
                                  package.path));
      rules_[package.name + "#" + task] = std::move(rule);
    }
  }

  /// Where packages need one another in a circle, and without a workspace, each entry is a package's.
  void add(bool by_manifest) {
    by_manifest_ = by_manifest;
    std::vector<NeedsDraft> all = needs_of_all();
    if (by_manifest && PackageSteps(packages_, by_name_, all).has_cycle()) {
      by_manifest_ = false;
      all = needs_of_all();
    }
    for (NeedsDraft& needs : all) draft_.add_needs(std::move(needs));
    add_those_that_last();
    collect_in_root();
  }

 private:
  using Names = std::set<std::string>;

  std::vector<NeedsDraft> needs_of_all() {
    std::map<std::string, std::string> patterns;
    for (const ProjectDraft& project : draft_.projects()) patterns[project.path] = project.pattern;
    std::map<std::string, Names> scripts;  // of the packages of a pattern
    for (const Package& package : packages_)
      for (const auto& [script, command] : package.scripts) scripts[patterns[package.path]].insert(script);
    std::vector<NeedsDraft> all;
    add_package(own_, nullptr, all);
    for (const Package& package : packages_) {
      const std::string& pattern = patterns[package.path];
      add_package(package, pattern.empty() ? nullptr : &scripts[pattern], all);
    }
    return all;
  }

  [[nodiscard]] const Rule* rule_of(const Package& package, const std::string& task) const {
    const bool is_root = &package == &own_;
    const auto own = rules_.find((is_root ? "//" : package.name) + "#" + task);
    if (own != rules_.end()) return &own->second;
    const auto common = rules_.find(task);
    return is_root || common == rules_.end() ? nullptr : &common->second;
  }

  /// `in_pattern`: the scripts of all packages that one pattern may stand for.
  void add_package(const Package& package, const Names* in_pattern, std::vector<NeedsDraft>& all) {
    Names lacking;
    for (const auto& [script, command] : package.scripts) {
      if (command == "wireit") {
        draft_.remark("wireit runs itself what its scripts need.");
        continue;
      }
      if (has_nx_ && only_calls_nx(command)) {
        draft_.remark(what_nx_does);
        continue;
      }
      NeedsDraft needs = needs_of(package, script, nullptr);
      if (in_pattern != nullptr) {
        needs.in_pattern = needs_of(package, script, in_pattern).entries;
        see_lacking(package, *needs.in_pattern, lacking);
      }
      all.push_back(std::move(needs));
    }
    for (Names seen = lacking; !lacking.empty();) {
      const std::string task = *lacking.begin();
      lacking.erase(lacking.begin());
      NeedsDraft needs = needs_of(package, task, in_pattern);
      Names more;
      see_lacking(package, needs.entries, more);
      for (const std::string& one : more)
        if (seen.insert(one).second) lacking.insert(one);
      needs.in_pattern = std::exchange(needs.entries, {});
      all.push_back(std::move(needs));
    }
  }

  /// Tasks that a pattern names and this package has no script for.
  static void see_lacking(const Package& package, const std::vector<EntryDraft>& entries, Names& lacking) {
    for (const EntryDraft& entry : entries)
      if (entry.project == package.path && !package.scripts.contains(entry.task)) lacking.insert(entry.task);
  }

  NeedsDraft needs_of(const Package& package, const std::string& task, const Names* in_pattern) {
    NeedsDraft needs{package.path, task, {}, true};
    in_pattern_ = in_pattern;
    through_.clear();
    if (const Rule* rule = rule_of(package, task); rule != nullptr) {
      for (const std::string& need : rule->needs) add_need(package, need, needs, false);
      for (const std::string& other : rule->beside) add_need(package, other, needs, true);
    }
    if (in_pattern_ != nullptr) {
      std::erase_if(needs.entries, [&](const EntryDraft& entry) {
        return entry.project == needs.project && entry.task == needs.task;
      });
    }
    in_pattern_ = nullptr;
    return needs;
  }

  /// A task that its package has no script for runs nothing there, but what it needs still comes before.
  void add_need(const Package& package, const std::string& need, NeedsDraft& needs, bool beside) {
    std::vector<std::pair<const Package*, std::string>> open{{&package, need}};
    while (!open.empty()) {
      const auto [owner, name] = std::move(open.back());
      open.pop_back();
      if (name.starts_with('^')) {
        add_upwards(*owner, name.substr(1), needs);
        continue;
      }
      const auto [other, task] = named(*owner, name);
      if (other == nullptr) continue;
      add_entry(*other, task, false, needs, beside);
      const Rule* rule = has(*other, task, needs) ? nullptr : rule_of(*other, task);
      if (rule == nullptr || beside || !through_.emplace(other, task).second) continue;
      for (std::size_t at = rule->needs.size(); at > 0; --at) open.emplace_back(other, rule->needs[at - 1]);
    }
  }

  void add_upwards(const Package& package, const std::string& task, NeedsDraft& needs) {
    add_all_used(package, task, needs);
    for (const std::string& other : standing_for(task)) add_all_used(package, other, needs);
  }

  /// What some package that lacks a task has of what the task needs there: it comes in the task's place.
  const Names& standing_for(const std::string& task) {
    const auto [known, is_new] = standing_for_.try_emplace(task);
    if (!is_new) return known->second;
    for (const Package& package : packages_) {
      std::vector<std::string> open;
      if (!package.scripts.contains(task)) open.push_back(task);
      for (Names seen; !open.empty();) {
        const Rule* rule = rule_of(package, open.back());
        open.pop_back();
        if (rule == nullptr) continue;
        for (const std::string& need : rule->needs) {
          if (need.find_first_of("^#") != std::string::npos || !seen.insert(need).second) continue;
          if (package.scripts.contains(need))
            known->second.insert(need);
          else
            open.push_back(need);
        }
      }
    }
    known->second.erase(task);
    return known->second;
  }

  void add_all_used(const Package& package, const std::string& task, NeedsDraft& needs) {
    const bool by_manifest = by_manifest_ && &package != &own_ && package.inner_workspace.empty();
    if (by_manifest && package.path == needs.project) {
      const bool is_there = std::ranges::any_of(needs.entries, [&](const EntryDraft& entry) {
        return entry.project.empty() && entry.task == task;
      });
      if (!is_there && leads_somewhere(task)) needs.entries.push_back({{}, task});
      return;
    }
    std::set<const Package*> seen{&package};
    add_used(package, task, false, seen, needs);
  }

  /// The package and the task that a need of a package names; no package: there is none of this name.
  [[nodiscard]] std::pair<const Package*, std::string> named(const Package& package,
                                                             const std::string& need) const {
    const std::size_t hash = need.find('#');
    const std::size_t end = hash != std::string::npos ? hash : need.find(':');
    const auto of_nx = by_nx_name_.find(need.substr(0, end));
    const Package* other = of_nx == by_nx_name_.end() ? nullptr : of_nx->second;
    if (hash != std::string::npos) {
      const auto known = by_name_.find(need.substr(0, hash));
      return {known == by_name_.end() ? other : known->second, need.substr(hash + 1)};
    }
    if (has_nx_ && !package.scripts.contains(need) && end != std::string::npos && other != nullptr)
      return {other, need.substr(end + 1)};
    return {&package, need};
  }

  void add_entry(const Package& package, const std::string& task, bool weak, NeedsDraft& needs, bool beside) {
    const Rule* rule = rule_of(package, task);
    if (!has(package, task, needs) || (rule != nullptr && rule->is_taken_away)) return;
    EntryDraft entry{package.path, task, {}, weak};
    if (beside || (rule != nullptr && rule->lasts.value_or(false) && !lasts_everywhere(task)))
      entry.members.emplace_back("async", "true");
    needs.entries.push_back(std::move(entry));
  }

  /// A pattern names what any of its packages has.
  [[nodiscard]] bool has(const Package& package, const std::string& task, const NeedsDraft& needs) const {
    return package.scripts.contains(task) ||
           (in_pattern_ != nullptr && package.path == needs.project && in_pattern_->contains(task));
  }

  [[nodiscard]] bool lasts_everywhere(const std::string& task) const {
    const auto common = rules_.find(task);
    return common != rules_.end() && common->second.lasts.value_or(false);
  }

  /// Servers and watchers take no slot of those that end, and their stdin stays open.
  void add_those_that_last() {
    std::set<std::string> common;
    for (const Package& package : packages_) {
      for (const auto& [script, command] : package.scripts) {
        const bool everywhere = lasts_everywhere(script);
        const Rule* rule = rule_of(package, script);
        const bool lasts = rule != nullptr && rule->lasts.value_or(false);
        if (everywhere && common.insert(script).second) draft_.add_common(script, {"async", "true"});
        if (lasts != everywhere) set_async(package, script, lasts);
      }
    }
  }

  void set_async(const Package& package, const std::string& script, bool async) {
    draft_.project(package.path, "npm", {}).tasks.push_back({script, {{"async", async ? "true" : "false"}}});
  }

  /// A script of the root that only runs those of the packages: `--all` would run each of them twice.
  void collect_in_root() {
    std::vector<std::string> collected;
    for (const auto& [script, line] : own_.scripts) {
      if (rules_.contains("//#" + script) || !only_runs_in_all(line, script)) continue;
      const bool is_of_nx = line.find("run-many") != std::string::npos;
      if (is_of_nx && (nx_finds_targets_ || is_target_of_nx(script))) continue;
      if (has_hooks(script)) continue;
      NeedsDraft needs{own_.path, script, {}, true};
      const auto rule = rules_.find(script);
      const bool at_once = starts_all_at_once(line, rule != rules_.end() && !rule->second.needs.empty());
      for (const Package& package : packages_) {
        if (!package.scripts.contains(script)) continue;
        const Rule* own = rule_of(package, script);
        if (lasts_everywhere(script) && (own == nullptr || !own->is_taken_away))
          needs.entries.push_back({package.path, script});
        else
          add_entry(package, script, false, needs, at_once);
      }
      if (needs.entries.empty()) continue;
      draft_.project(own_.path, "npm", {}).tasks.push_back({script, {{"command", "null"}}});
      draft_.add_needs(std::move(needs));
      collected.push_back(script);
      if (const std::string jobs = jobs_said_by(line); !jobs.empty())
        draft_.remark(
            fmt::format("{} of the root runs {} at a time: `dream {} -j {}`.", script, jobs, script, jobs));
    }
    if (!collected.empty())
      draft_.remark(fmt::format("{} of the root {} those of all packages, as in package.json.",
                                join_words(collected), collected.size() == 1 ? "runs" : "run"));
  }

  /// Each such target is a call of nx, which runs again what it needs: all of them in one call do not.
  [[nodiscard]] bool is_target_of_nx(const std::string& name) const {
    return std::ranges::any_of(draft_.projects(), [&](const ProjectDraft& project) {
      return std::ranges::any_of(project.tasks, [&](const TaskDraft& task) {
        return task.name == name && project.path != own_.path && !task.members.empty() &&
               task.members.front().first == "command";
      });
    });
  }

  /// What npm runs around a script would be lost.
  bool has_hooks(const std::string& script) {
    std::vector<std::string> hooks;
    for (const char* when : {"pre", "post"})
      if (own_.scripts.contains(when + script)) hooks.push_back(when + script);
    if (hooks.empty()) return false;
    draft_.remark(fmt::format(
        "{} of the root stays as it is, with {}: `dream {} --all` would run those of the packages "
        "twice.",
        script, join_words(hooks), script));
    return true;
  }

  /// The next packages that have the task, also behind those that haven't.
  void add_used(const Package& package, const std::string& task, bool weak, std::set<const Package*>& seen,
                NeedsDraft& needs) {
    for (const bool development : {false, true}) {
      for (const auto& [name, use] : package.uses) {
        const auto used = by_name_.find(name);
        if ((use != Package::Use::at_run_time) != development || used == by_name_.end() || name == "//" ||
            !package.means(name, *used->second) || !seen.insert(used->second).second)
          continue;
        if (used->second->scripts.contains(task))
          add_entry(*used->second, task, weak || development, needs, false);
        else
          add_used(*used->second, task, weak || development, seen, needs);
      }
    }
  }

  /// Whether any package uses one that has the task.
  bool leads_somewhere(const std::string& task) {
    const auto [known, is_new] = leads_.try_emplace(task, false);
    if (!is_new) return known->second;
    NeedsDraft used;
    for (const Package& package : packages_) {
      std::set<const Package*> seen{&package};
      if (used.entries.empty()) add_used(package, task, false, seen, used);
    }
    return known->second = !used.entries.empty();
  }

  const Package& own_;
  const std::vector<Package>& packages_;
  Draft& draft_;
  PackagesByName by_name_;
  std::map<std::string, const Package*, std::less<>> by_nx_name_;
  Rules rules_;
  std::map<std::string, bool> leads_;
  std::map<std::string, Names> standing_for_;
  const Names* in_pattern_ = nullptr;  ///< as add_package has it, while what a pattern would say is made
  std::set<std::pair<const Package*, std::string>> through_;  ///< tasks without a script, of one task's needs
  bool has_nx_ = false;
  bool nx_finds_targets_ = false;
  bool by_manifest_ = true;  ///< "^" says it, not the packages one by one
};

}  // namespace

void add_order(const fs::path& root, const Package& own, const std::vector<Package>& packages,
               bool is_workspace, Draft& draft) {
  Arrangement order(own, packages, draft);
  order.read(root);
  for (const Package& package : packages) order.read_own(root / draft.from_base(package.path), package);
  order.add(is_workspace);
}

}  // namespace dream::init
