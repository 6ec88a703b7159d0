#include "init/package_rules.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "init/packages.hpp"
#include "shared/json_file.hpp"

namespace dream::init {

namespace fs = std::filesystem;

void read_rules(const rapidjson::Value& json, const char* name, Rules& rules) {
  const rapidjson::Value* tasks = plugins::member(json, name);
  if (tasks == nullptr || !tasks->IsObject()) return;
  for (const auto& one : tasks->GetObject()) {
    if (!one.value.IsObject()) continue;
    Rule rule{needs_in(one.value), texts_at(one.value, "with"), one.value.HasMember("dependsOn"), {}};
    for (const char* key : {"persistent", "continuous"}) {  // the second is nx's
      const auto lasts = one.value.FindMember(key);
      if (lasts != one.value.MemberEnd() && lasts->value.IsBool()) rule.lasts = lasts->value.GetBool();
    }
    const rapidjson::Value* extends = plugins::member(one.value, "extends");
    rule.extends = extends == nullptr || !extends->IsFalse();
    rule.is_taken_away = !rule.extends && one.value.MemberCount() == 1;
    rules[{one.name.GetString(), one.name.GetStringLength()}] = std::move(rule);
  }
}

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

fs::path turbo_in(const fs::path& folder) {
  std::error_code ignored;
  const fs::path plain = folder / "turbo.json";
  const fs::path with_comments = folder / "turbo.jsonc";
  return !fs::exists(plain, ignored) && fs::exists(with_comments, ignored) ? with_comments : plain;
}

}  // namespace dream::init
