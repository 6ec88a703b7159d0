#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "init/files.hpp"

/// What turbo.json, nx.json and the like say of tasks.
namespace dream::init {

/// What a tool's configuration says of a task.
struct Rule {
  std::vector<std::string> needs;   ///< "^build", "lint", "api#build"
  std::vector<std::string> beside;  ///< run at the same time
  bool says_needs = true;
  std::optional<bool> lasts = {};  ///< it doesn't end by itself
  bool extends = true;             ///< what it leaves open is the root's
  bool is_taken_away = false;      ///< the package has no such task
};

/// "build", "api#build"
using Rules = std::map<std::string, Rule, std::less<>>;

/// Those of an object of tasks.
void read_rules(const rapidjson::Value& json, const char* name, Rules& rules);

/// What a package's own turbo.json leaves open is the root's.
void complete(Rule& rule, const Rule& common);

/// turbo.json, or the turbo.jsonc that stands in its place.
[[nodiscard]] std::filesystem::path turbo_in(const std::filesystem::path& folder);

}  // namespace dream::init
