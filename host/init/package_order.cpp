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

class Arrangement {
 public:
  Arrangement(const PackageRules& rules, const Package& own, const std::vector<Package>& packages,
              Draft& draft)
      : rules_(rules), own_(own), packages_(packages), by_name_(rules.by_name()), draft_(draft) {}

  /// Without a workspace, and of a task that would need itself in a circle, each entry is a package's: of
  /// these some can be left out.
  void add(bool by_manifest) {
    by_manifest_ = by_manifest;
    std::vector<NeedsDraft> all = needs_of_all();
    while (by_manifest) {
      const std::size_t known = named_one_by_one_.size();
      named_one_by_one_.merge(PackageSteps(packages_, by_name_, all).named_in_cycles());
      if (named_one_by_one_.size() == known) break;
      all = needs_of_all();
    }
    const PackageSteps steps(packages_, by_name_, all);
    for (NeedsDraft& needs : all) draft_.add_needs(std::move(needs));
    add_those_that_last();
    collect_in_root(steps);
  }

 private:
  using Names = std::set<std::string>;

  std::vector<NeedsDraft> needs_of_all() {
    std::map<std::string, std::string> patterns;
    for (const ProjectDraft& project : draft_.projects()) patterns[project.path] = project.pattern;
    std::map<std::string, Names> tasks;  // of the packages of a pattern
    for (const Package& package : packages_) tasks[patterns[package.path]].merge(package.tasks());
    std::vector<NeedsDraft> all;
    add_package(own_, nullptr, all);
    for (const Package& package : packages_) {
      const std::string& pattern = patterns[package.path];
      add_package(package, pattern.empty() ? nullptr : &tasks[pattern], all);
    }
    return all;
  }

  /// What its scripts need; nx sees to what its targets need. `in_pattern`: the tasks of all packages that
  /// one pattern may stand for.
  void add_package(const Package& package, const Names* in_pattern, std::vector<NeedsDraft>& all) {
    Names lacking;
    for (const auto& [script, command] : package.scripts) {
      if (command == "wireit") {
        draft_.remark("wireit runs itself what its scripts need.");
        continue;
      }
      if (rules_.has_nx() && only_calls("nx", command)) {
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

  /// Tasks that a pattern names and this package lacks.
  static void see_lacking(const Package& package, const std::vector<EntryDraft>& entries, Names& lacking) {
    for (const EntryDraft& entry : entries)
      if (entry.project == package.path && !package.has(entry.task)) lacking.insert(entry.task);
  }

  NeedsDraft needs_of(const Package& package, const std::string& task, const Names* in_pattern) {
    NeedsDraft needs{package.path, task, {}, true};
    in_pattern_ = in_pattern;
    through_.clear();
    if (const Rule* rule = rules_.of(package, task); rule != nullptr) {
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

  /// A task that its package lacks runs nothing there, but what it needs still comes before.
  void add_need(const Package& package, const std::string& need, NeedsDraft& needs, bool beside) {
    std::vector<std::pair<const Package*, std::string>> open{{&package, need}};
    while (!open.empty()) {
      const auto [owner, name] = std::move(open.back());
      open.pop_back();
      if (name.starts_with('^')) {
        add_upwards(*owner, name.substr(1), needs);
        continue;
      }
      const auto [other, task] = rules_.named(*owner, name);
      if (other == nullptr) continue;
      add_entry(*other, task, false, needs, beside);
      const Rule* rule = has(*other, task, needs) ? nullptr : rules_.of(*other, task);
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
      if (!package.has(task)) open.push_back(task);
      for (Names seen; !open.empty();) {
        const Rule* rule = rules_.of(package, open.back());
        open.pop_back();
        if (rule == nullptr) continue;
        for (const std::string& need : rule->needs) {
          if (need.find_first_of("^#") != std::string::npos || !seen.insert(need).second) continue;
          if (package.has(need))
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
    const bool by_manifest = by_manifest_ && !named_one_by_one_.contains(task) && &package != &own_ &&
                             package.inner_workspace.empty();
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

  void add_entry(const Package& package, const std::string& task, bool weak, NeedsDraft& needs, bool beside) {
    const Rule* rule = rules_.of(package, task);
    const bool is_itself = package.path == needs.project && task == needs.task;
    if (!has(package, task, needs) || (beside && is_itself) || (rule != nullptr && rule->is_taken_away))
      return;
    EntryDraft entry{package.path, task, {}, weak};
    if (beside || (rule != nullptr && rule->lasts.value_or(false) && !rules_.lasts_everywhere(task)))
      entry.members.emplace_back("async", "true");
    needs.entries.push_back(std::move(entry));
  }

  /// A pattern names what any of its packages has.
  [[nodiscard]] bool has(const Package& package, const std::string& task, const NeedsDraft& needs) const {
    return package.has(task) ||
           (in_pattern_ != nullptr && package.path == needs.project && in_pattern_->contains(task));
  }

  /// Servers and watchers take no slot of those that end, and their stdin stays open.
  void add_those_that_last() {
    std::set<std::string> common;
    for (const Package& package : packages_) {
      for (const std::string& task : package.tasks()) {
        const bool everywhere = rules_.lasts_everywhere(task);
        const Rule* rule = rules_.of(package, task);
        const bool lasts = rule != nullptr && rule->lasts.value_or(false);
        if (everywhere && common.insert(task).second) draft_.add_common(task, {"async", "true"});
        if (lasts != everywhere) set_async(package, task, lasts);
      }
    }
    for (const std::string& task : own_.tasks())
      if (const Rule* rule = rules_.of(own_, task); rule != nullptr && rule->lasts.value_or(false))
        if (!rules_.lasts_everywhere(task)) set_async(own_, task, true);
  }

  void set_async(const Package& package, const std::string& task, bool async) {
    std::vector<TaskDraft>& tasks = draft_.project(package.path, "npm", {}).tasks;
    auto known = std::ranges::find(tasks, task, &TaskDraft::name);
    if (known == tasks.end()) known = tasks.insert(known, {task, {}});
    known->members.emplace_back("async", async ? "true" : "false");
  }

  /// The line of a script of the root, or of the one that it does nothing but call.
  std::string line_of(const std::string& script) {
    std::string line = own_.scripts.at(script);
    const auto called = own_.scripts.find(script_called_by(line));
    if (called == own_.scripts.end() || !only_runs_in_all(called->second, script) ||
        !hooks_of(called->first).empty())
      return line;
    return called->second;
  }

  /// Whether a script of the root runs those of packages, be it through other scripts that it calls.
  [[nodiscard]] bool runs_those_of_packages(const std::string& script) const {
    std::set<std::string> seen{script};
    for (std::vector<std::string> open{script}; !open.empty();) {
      const std::string line = own_.scripts.at(open.back());
      open.pop_back();
      if (runs_in_others(line, script)) return true;
      for (const std::string& command : shell_commands(line))
        if (const std::string called = script_called_by(command);
            own_.scripts.contains(called) && seen.insert(called).second)
          open.push_back(called);
    }
    return false;
  }

  /// Scripts of the root that only run those of the packages: `--all` would run each of them twice.
  void collect_in_root(const PackageSteps& steps) {
    std::vector<std::string> collected, others;
    std::map<std::string, std::vector<std::string>> going_on;  // by what says so
    for (const auto& [script, written] : own_.scripts) {
      const std::string line = line_of(script);
      if (!collect(script, line, steps)) {
        const bool is_there =
            std::ranges::any_of(packages_, [&](const Package& one) { return one.scripts.contains(script); });
        if (is_there && runs_those_of_packages(script) && hooks_of(script).empty()) others.push_back(script);
        continue;
      }
      collected.push_back(script);
      if (const std::string why = goes_on_said_by(line); !why.empty())
        going_on[why].push_back("`dream " + script + " -k`");
      if (const std::string jobs = jobs_said_by(line); !jobs.empty())
        draft_.remark(fmt::format("{} of the root runs {} at a time: `dream {} {}`.", script, jobs, script,
                                  option_of_jobs(jobs)));
    }
    if (!collected.empty())
      draft_.remark(fmt::format("{} of the root {} those of all packages, as in package.json.",
                                join_words(collected), collected.size() == 1 ? "runs" : "run"));
    for (const auto& [why, calls] : going_on)
      draft_.remark(fmt::format("{} {} on after a failure, as {} does.", join_words(calls),
                                calls.size() == 1 ? "goes" : "go", why));
    if (!others.empty())
      draft_.remark(
          fmt::format("{} of the root {} those of packages, too, so `--all` would run them twice: "
                      "`dream {} --all -p '!./'` leaves the root out.",
                      join_words(others), others.size() == 1 ? "runs" : "run", others.front()));
  }

  /// Whether the root's script is a task for those of the packages.
  bool collect(const std::string& script, const std::string& line, const PackageSteps& steps) {
    if (rules_.own(own_, script) != nullptr || !only_runs_in_all(line, script)) return false;
    const bool is_of_nx = line.find("run-many") != std::string::npos;
    // Each target is a call of nx, which runs again what it needs: all of them in one call do not.
    const auto is_target = [&task = script](const Package& package) {
      return package.targets.contains(task) || package.targets_over_scripts.contains(task);
    };
    if (is_of_nx && (rules_.nx_finds_targets() || std::ranges::any_of(packages_, is_target))) return false;
    if (has_hooks(script)) return false;
    // In the order of `workspaces`; `yarn workspaces foreach` sorts them by their folders.
    const bool one_by_one = runs_one_by_one(line);
    NeedsDraft needs{own_.path, script, {}, !one_by_one};
    const Rule* rule = rules_.common(script);
    const bool at_once = starts_all_at_once(line, rule != nullptr && !rule->needs.empty());
    std::vector<std::reference_wrapper<const Package>> packages(packages_.begin(), packages_.end());
    if (one_by_one && line.find(" foreach ") == std::string::npos)
      std::ranges::stable_sort(packages, {}, [](const Package& package) { return package.pattern; });
    for (const Package& package : packages) {
      if (!package.scripts.contains(script) || (only_calls("lerna", line) && !package.is_of_lerna)) continue;
      const Rule* own = rules_.of(package, script);
      if (rules_.lasts_everywhere(script) && (own == nullptr || !own->is_taken_away))
        needs.entries.push_back({package.path, script});
      else
        add_entry(package, script, false, needs, at_once);
    }
    if (needs.entries.empty()) return false;
    if (only_calls("turbo", line)) add_needs_of_lacking(script, steps, needs);
    draft_.project(own_.path, "npm", {}).tasks.push_back({script, {{"command", "null"}}});
    draft_.add_needs(std::move(needs));
    return true;
  }

  /// For turbo each package has each task: what one needs is run, also where the package lacks its script.
  void add_needs_of_lacking(const std::string& script, const PackageSteps& steps, NeedsDraft& needs) {
    NeedsDraft all{own_.path, script, needs.entries};
    for (const Package& package : packages_) {
      const Rule* rule = rules_.of(package, script);
      if (package.has(script) || rule == nullptr || rule->is_taken_away) continue;
      through_.clear();
      for (const std::string& need : rule->needs) add_need(package, need, all, false);
    }
    const std::set<ProjectTask> known = steps.needed_by(all.entries);
    for (auto entry = all.entries.begin() + static_cast<std::ptrdiff_t>(needs.entries.size());
         entry != all.entries.end(); ++entry)
      if (!known.contains({entry->project, entry->task})) needs.entries.push_back(*entry);
  }

  [[nodiscard]] std::vector<std::string> hooks_of(const std::string& script) const {
    std::vector<std::string> hooks;
    for (const char* when : {"pre", "post"})
      if (own_.scripts.contains(when + script)) hooks.push_back(when + script);
    return hooks;
  }

  /// What npm runs around a script would be lost.
  bool has_hooks(const std::string& script) {
    const std::vector<std::string> hooks = hooks_of(script);
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
        if (used->second->has(task))
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

  const PackageRules& rules_;
  const Package& own_;
  const std::vector<Package>& packages_;
  const PackagesByName& by_name_;
  Draft& draft_;
  std::map<std::string, bool> leads_;
  std::map<std::string, Names> standing_for_;
  const Names* in_pattern_ = nullptr;  ///< as add_package has it, while what a pattern would say is made
  std::set<std::pair<const Package*, std::string>> through_;  ///< tasks without a script, of one task's needs
  Names named_one_by_one_;                                    ///< tasks that "^" can't say
  bool by_manifest_ = true;                                   ///< "^" says it, not the packages one by one
};

}  // namespace

void add_order(const fs::path& root, const Package& own, const std::vector<Package>& packages,
               bool is_workspace, Draft& draft) {
  const PackageRules rules(root, own, packages, draft);
  Arrangement(rules, own, packages, draft).add(is_workspace);
}

}  // namespace dream::init
