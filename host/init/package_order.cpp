#include <algorithm>
#include <optional>
#include <set>

#include "init/packages.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;
using rapidjson::Value;

/// What a tool's configuration says of a task.
struct Rule {
  std::vector<std::string> needs;   ///< "^build", "lint", "api#build"
  std::vector<std::string> beside;  ///< run at the same time
  bool says_needs = true;
  std::optional<bool> lasts = {};  ///< it doesn't end by itself
};

/// "build", "api#build"
using Rules = std::map<std::string, Rule, std::less<>>;

const Value* object_at(const Value& json, const char* name) {
  const auto found = json.FindMember(name);
  return found != json.MemberEnd() && found->value.IsObject() ? &found->value : nullptr;
}

/// The names in `dependsOn`; nx has objects, too: what they name is in their member `target`.
std::vector<std::string> needs_in(const Value& task) {
  std::vector<std::string> needs;
  const auto list = task.FindMember("dependsOn");
  if (list == task.MemberEnd() || !list->value.IsArray()) return needs;
  for (const Value& one : list->value.GetArray()) {
    if (one.IsString()) needs.emplace_back(one.GetString(), one.GetStringLength());
    if (!one.IsObject()) continue;
    const auto of_others = one.FindMember("dependencies");
    const bool upwards = (of_others != one.MemberEnd() && of_others->value.IsTrue()) ||
                         text_member(one, "projects") == "dependencies";
    if (const std::string target = text_member(one, "target"); !target.empty())
      needs.push_back(upwards ? "^" + target : target);
  }
  return needs;
}

void read_rules(const Value& json, const char* name, Rules& rules) {
  const Value* tasks = object_at(json, name);
  if (tasks == nullptr) return;
  for (const auto& one : tasks->GetObject()) {
    if (!one.value.IsObject()) continue;
    Rule rule{needs_in(one.value), texts_at(one.value, "with"), one.value.HasMember("dependsOn"), {}};
    const auto persistent = one.value.FindMember("persistent");
    if (persistent != one.value.MemberEnd() && persistent->value.IsBool())
      rule.lasts = persistent->value.GetBool();
    rules[{one.name.GetString(), one.name.GetStringLength()}] = std::move(rule);
  }
}

/// What a package's own turbo.json leaves open is the root's.
void complete(Rule& rule, const Rule& common) {
  constexpr const char* as_there = "$TURBO_EXTENDS$";
  const auto extends = std::ranges::find(rule.needs, as_there);
  if (!rule.says_needs || extends != rule.needs.end()) {
    if (extends != rule.needs.end()) rule.needs.erase(extends);
    rule.needs.insert(rule.needs.begin(), common.needs.begin(), common.needs.end());
  }
  if (rule.beside.empty()) rule.beside = common.beside;
  if (!rule.lasts) rule.lasts = common.lasts;
}

class Order {
 public:
  Order(const Package& own, const std::vector<Package>& packages, Draft& draft)
      : own_(own), packages_(packages), draft_(draft) {
    for (const Package& package : packages_) by_name_.emplace(package.name, &package);
    by_name_.emplace("//", &own_);
  }

  /// turbo.json and nx.json of the root; what turbo.json of a package says counts there.
  Result<void> read(const fs::path& root) {
    const auto turbo = read_object(root / "turbo.json");
    if (!turbo) return turbo.error();
    const auto nx = read_object(root / "nx.json");
    if (!nx) return nx.error();
    if (*turbo) read_rules(**turbo, "pipeline", rules_);
    if (*turbo) read_rules(**turbo, "tasks", rules_);
    if (*nx) read_rules(**nx, "targetDefaults", rules_);
    if (!rules_.contains("build")) rules_["build"] = {{"^build"}, {}, true, {}};
    return {};
  }

  void read_own(const fs::path& folder, const Package& package) {
    const auto turbo = read_object(folder / "turbo.json");
    if (turbo && *turbo) {
      Rules own;
      read_rules(**turbo, "tasks", own);
      for (auto& [task, rule] : own) {
        if (const auto common = rules_.find(task); common != rules_.end()) complete(rule, common->second);
        rules_[package.name + "#" + task] = std::move(rule);
      }
    }
  }

  void add() {
    add_package(own_);
    for (const Package& package : packages_) add_package(package);
  }

 private:
  [[nodiscard]] const Rule* rule_of(const Package& package, const std::string& task) const {
    const bool is_root = &package == &own_;
    const auto own = rules_.find((is_root ? "//" : package.name) + "#" + task);
    if (own != rules_.end()) return &own->second;
    const auto common = rules_.find(task);
    return is_root || common == rules_.end() ? nullptr : &common->second;
  }

  void add_package(const Package& package) {
    for (const auto& [script, command] : package.scripts) {
      const Rule* rule = rule_of(package, script);
      if (rule == nullptr || command == "wireit") continue;  // wireit runs first itself what is needed
      NeedsDraft needs{package.path, script, {}};
      for (const std::string& need : rule->needs) add_need(package, need, needs, false);
      for (const std::string& other : rule->beside) add_need(package, other, needs, true);
      draft_.add_needs(std::move(needs));
    }
  }

  void add_need(const Package& package, const std::string& need, NeedsDraft& needs, bool beside) {
    const std::size_t hash = need.find('#');
    if (need.starts_with('^')) {
      std::set<const Package*> seen{&package};
      add_used(package, need.substr(1), false, seen, needs);
    } else if (hash != std::string::npos) {
      const auto other = by_name_.find(need.substr(0, hash));
      if (other != by_name_.end()) add_entry(*other->second, need.substr(hash + 1), false, needs, beside);
    } else {
      add_entry(package, need, false, needs, beside);
    }
  }

  void add_entry(const Package& package, const std::string& task, bool weak, NeedsDraft& needs, bool beside) {
    if (!package.scripts.contains(task)) return;
    EntryDraft entry{package.path, task, {}, weak};
    const Rule* rule = rule_of(package, task);
    if (beside || (rule != nullptr && rule->lasts.value_or(false)))
      entry.members.emplace_back("async", "true");
    needs.entries.push_back(std::move(entry));
  }

  /// The next packages that have the task, also behind those that haven't.
  void add_used(const Package& package, const std::string& task, bool weak, std::set<const Package*>& seen,
                NeedsDraft& needs) {
    for (const bool development : {false, true}) {
      for (const auto& [name, is_development] : package.uses) {
        const auto used = by_name_.find(name);
        if (is_development != development || used == by_name_.end() || name == "//" ||
            !seen.insert(used->second).second)
          continue;
        if (used->second->scripts.contains(task))
          add_entry(*used->second, task, weak || development, needs, false);
        else
          add_used(*used->second, task, weak || development, seen, needs);
      }
    }
  }

  const Package& own_;
  const std::vector<Package>& packages_;
  Draft& draft_;
  std::map<std::string, const Package*> by_name_;
  Rules rules_;
};

}  // namespace

Result<void> add_order(const fs::path& root, const Package& own, const std::vector<Package>& packages,
                       Draft& draft) {
  Order order(own, packages, draft);
  if (Result<void> read = order.read(root); !read) return read;
  const std::string base = draft.at("./");
  for (const Package& package : packages) {
    // A package's path counts from the workspace, `root` may be a folder of it.
    const std::string inner = base == "./" ? package.path : "." + package.path.substr(base.size());
    order.read_own(root / inner, package);
  }
  order.add();
  return {};
}

}  // namespace dream::init
