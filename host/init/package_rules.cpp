#include "init/package_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <system_error>
#include <utility>

#include "shared/json.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;
using plugins::json_at;
using rapidjson::Value;

constexpr const char* build = "build";

/// After the same task of the packages that the package uses.
Rule after_used(const std::string& task) {
  return {{"^" + task}, {}, true, {}};
}

/// Those of an object of tasks.
void read_rules(const Value& json, const char* name, Rules& rules) {
  const Value& tasks = json_at(json, {name});
  if (!tasks.IsObject()) return;
  for (const auto& one : tasks.GetObject()) {
    if (!one.value.IsObject()) continue;
    Rule rule{needs_in(one.value), texts_at(one.value, "with"), one.value.HasMember("dependsOn"), {}};
    for (const char* key : {"persistent", "continuous"}) {  // the second is nx's
      const auto lasts = one.value.FindMember(key);
      if (lasts != one.value.MemberEnd() && lasts->value.IsBool()) rule.lasts = lasts->value.GetBool();
    }
    const auto caches = one.value.FindMember("cache");
    if (!texts_at(one.value, "outputs").empty())
      rule.makes = true;
    else if (caches != one.value.MemberEnd() && caches->value.IsBool())
      rule.makes = caches->value.GetBool();
    rule.extends = !json_at(one.value, {"extends"}).IsFalse();
    rule.is_taken_away = !rule.extends && one.value.MemberCount() == 1;
    rules[{one.name.GetString(), one.name.GetStringLength()}] = std::move(rule);
  }
}

bool extends_root(const Value& turbo) {
  return std::ranges::count(texts_at(turbo, "extends"), "//") > 0;
}

/// What a rule leaves open is the common one's.
void complete(Rule& rule, const Rule& common) {
  constexpr const char* as_there = "$TURBO_EXTENDS$";
  const auto extends = std::ranges::find(rule.needs, as_there);
  if (!rule.says_needs || extends != rule.needs.end()) {
    if (extends != rule.needs.end()) rule.needs.erase(extends);
    rule.needs.insert(rule.needs.begin(), common.needs.begin(), common.needs.end());
    rule.says_needs = rule.says_needs || common.says_needs;
  }
  if (rule.beside.empty()) rule.beside = common.beside;
  if (!rule.lasts) rule.lasts = common.lasts;
  if (!rule.makes) rule.makes = common.makes;
}

/// Those of a folder's project.json, and of what its package.json says to nx.
void read_rules_of_nx(const fs::path& folder, Rules& rules) {
  Rules of_manifest;
  const auto manifest = read_object(folder / "package.json");
  if (manifest && *manifest) read_rules(json_at(**manifest, {"nx"}), "targets", of_manifest);
  const auto own = read_object(folder / "project.json");
  if (own && *own) read_rules(**own, "targets", rules);
  for (auto& [task, rule] : of_manifest) {
    const auto [known, is_new] = rules.try_emplace(task, rule);
    if (!is_new) complete(known->second, rule);
  }
}

}  // namespace

fs::path turbo_in(const fs::path& folder) {
  std::error_code ignored;
  const fs::path plain = folder / "turbo.json";
  const fs::path with_comments = folder / "turbo.jsonc";
  return !fs::exists(plain, ignored) && fs::exists(with_comments, ignored) ? with_comments : plain;
}

bool turbo_rules_its_workspace(const fs::path& folder) {
  const auto turbo = read_object(turbo_in(folder));
  return turbo && *turbo && !extends_root(**turbo);
}

PackageRules::PackageRules(const fs::path& root, const Package& own, const std::vector<Package>& packages,
                           Draft& draft)
    : own_(own), packages_(packages) {
  for (const Package& package : packages_) by_name_.emplace(package.name, &package);
  by_name_.emplace("//", &own_);
  for (const Package& package : packages_) by_nx_name_.emplace(package.nx_name, &package);
  if (!own_.nx_name.empty()) by_nx_name_.emplace(own_.nx_name, &own_);
  read(root, draft);
  read_own(root, own_, draft);
  for (const Package& package : packages_) read_own(root / draft.from_base(package.path), package, draft);
  see_servers();
}

void PackageRules::read(const fs::path& root, Draft& draft) {
  const auto turbo = object_or_told(turbo_in(root), draft);
  const auto nx = object_or_told(root / "nx.json", draft);
  if (turbo) read_rules(*turbo, "pipeline", rules_);
  if (turbo) read_rules(*turbo, "tasks", rules_);
  if (nx) read_rules(*nx, "targetDefaults", rules_);
  for (auto& [task, needs] : rush_order(root)) rules_[task] = Rule{std::move(needs), {}, true, {}};
  has_nx_ = nx.has_value();
  nx_finds_targets_ = has_nx_ && has_plugins(*nx);
  read_scripts_of_root(draft);
  rules_.emplace(build, after_used(build));
}

void PackageRules::read_scripts_of_root(Draft& draft) {
  const auto is_script = [&](const std::string& name) {
    return std::ranges::any_of(packages_,
                               [&](const Package& package) { return package.scripts.contains(name); });
  };
  // The script of the same name is the task that collects them, and servers that wait for others never start.
  const auto is_collected_in_no_order = [&](const std::string& script) {
    const auto same = own_.scripts.find(script);
    return same != own_.scripts.end() && only_runs_in_all(same->second, script) &&
           run_in_order(same->second, is_script).empty();
  };
  for (const auto& [name, line] : own_.scripts) {
    const std::string script = run_in_order(line, is_script);
    if (!script.empty() && script != build && is_collected_in_no_order(script)) {
      if (common(script) == nullptr)
        draft.remark(
            fmt::format("{} of the packages has no order, as {} of the root runs them in none; "
                        "`dream {}` runs each after those of the packages that it uses.",
                        script, script, name));
    } else if (!script.empty()) {
      rules_.emplace(script, after_used(script));
    }
    if (const std::string of_changed = runs_in_changed(line, is_script); !of_changed.empty()) {
      const std::string jobs = jobs_said_by(line);
      draft.remark(
          fmt::format("`dream {0} --affected{1}` runs {0} in the packages that have changed{2}, like {3} "
                      "of the root.",
                      of_changed, jobs.empty() ? "" : " " + option_of_jobs(jobs),
                      jobs.empty() ? "" : ", " + jobs + " at a time", name));
    }
  }
}

/// What turbo.json of a package says counts there; that of the root is everybody's.
void PackageRules::read_own(const fs::path& folder, const Package& package, Draft& draft) {
  Rules own;
  const fs::path file = turbo_in(folder);
  if (const auto turbo = read_object(file); &package != &own_ && turbo && *turbo) {
    if (extends_root(**turbo)) {
      read_rules(**turbo, "tasks", own);
    } else if (!draft.is_read(file)) {
      draft.see_read(file);
      draft.tell_unread(fmt::format(
          R"(Not read: {}/{}: without "extends": ["//"] it is not of a package of this workspace.)",
          package.path.substr(2), file.filename().string()));
    }
  }
  if (has_nx_) read_rules_of_nx(folder, own);
  for (auto& [task, rule] : own) {
    const Rule* everywhere = common(task);
    if (rule.extends && everywhere != nullptr) complete(rule, *everywhere);
    if (rule.is_taken_away && package.scripts.contains(task))
      draft.remark(fmt::format("turbo has no task {} of {}; dream runs its script also with --all.", task,
                               package.path));
    rules_[key_of(package, task)] = std::move(rule);
  }
}

/// A server of which nobody says that it lasts: by its name, if it makes nothing and nobody waits for its
/// end.
void PackageRules::see_servers() {
  std::set<std::string> needed;
  for (const auto& [key, rule] : rules_)
    for (const std::string& need : rule.needs) needed.insert(need.substr(need.find_last_of("^#:") + 1));
  for (auto& [key, rule] : rules_) {
    static const std::set<std::string, std::less<>> names{"dev", "serve", "start", "watch"};
    const std::string name = key.substr(key.find('#') + 1);
    if (names.contains(name) && !needed.contains(name) && !rule.lasts && !rule.makes.value_or(true))
      rule.lasts = true;
  }
}

std::string PackageRules::key_of(const Package& package, const std::string& task) const {
  return (&package == &own_ ? "//" : package.name) + "#" + task;
}

const Rule* PackageRules::own(const Package& package, const std::string& task) const {
  const auto found = rules_.find(key_of(package, task));
  return found == rules_.end() ? nullptr : &found->second;
}

const Rule* PackageRules::common(const std::string& task) const {
  const auto found = rules_.find(task);
  return found == rules_.end() ? nullptr : &found->second;
}

const Rule* PackageRules::of(const Package& package, const std::string& task) const {
  if (const Rule* said = own(package, task); said != nullptr) return said;
  const bool is_foreign = &package == &own_ && own_.nx_name.empty();  // to turbo and the like
  return is_foreign ? nullptr : common(task);
}

bool PackageRules::lasts_everywhere(const std::string& task) const {
  const Rule* rule = common(task);
  return rule != nullptr && rule->lasts.value_or(false);
}

std::pair<const Package*, std::string> PackageRules::named(const Package& package,
                                                           const std::string& need) const {
  const std::size_t hash = need.find('#');
  const std::size_t end = hash != std::string::npos ? hash : need.find(':');
  const auto of_nx = by_nx_name_.find(need.substr(0, end));
  const Package* other = of_nx == by_nx_name_.end() ? nullptr : of_nx->second;
  if (hash != std::string::npos) {
    const auto known = by_name_.find(need.substr(0, hash));
    return {known == by_name_.end() ? other : known->second, need.substr(hash + 1)};
  }
  if (has_nx_ && !package.has(need) && end != std::string::npos && other != nullptr)
    return {other, need.substr(end + 1)};
  return {&package, need};
}

}  // namespace dream::init
