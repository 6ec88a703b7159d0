#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "init/files.hpp"
#include "init/sources.hpp"
#include "plan/workspace.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;
using rapidjson::Value;

/// Deeper ones are hardly packages.
constexpr int most_levels = 6;

/// Where no workspace says which folders are its members.
constexpr int most_levels_without_workspace = 3;

/// The texts of an array, or of an array in the member `within` of an object.
std::vector<std::string> texts(const Json& json, const char* name, const char* within) {
  std::vector<std::string> found;
  const auto member = json.FindMember(name);
  if (member == json.MemberEnd()) return found;
  const Value* list = &member->value;
  if (list->IsObject()) {
    const auto inner = list->FindMember(within);
    if (inner == list->MemberEnd()) return found;
    list = &inner->value;
  }
  if (!list->IsArray()) return found;
  for (const Value& one : list->GetArray()) {
    if (one.IsString()) found.emplace_back(one.GetString(), one.GetStringLength());
  }
  return found;
}

std::vector<std::string> keys(const Json& json, const char* name) {
  std::vector<std::string> found;
  const auto member = json.FindMember(name);
  if (member == json.MemberEnd() || !member->value.IsObject()) return found;
  for (const auto& one : member->value.GetObject())
    found.emplace_back(one.name.GetString(), one.name.GetStringLength());
  return found;
}

/// "package.json: build and dev"
std::string what_it_has(const std::string& file, const std::vector<std::string>& names) {
  return names.empty() ? file + " has none that can be run" : file + ": " + join_words(names);
}

/// Whether a folder is one of a workspace: of the patterns that match the last decides, and `!` takes out.
bool is_member(const std::vector<std::string>& patterns, const std::string& folder) {
  bool member = false;
  for (const std::string& pattern : patterns) {
    const bool out = pattern.starts_with("!");
    if (glob_matches(normalise_project(out ? pattern.substr(1) : pattern), folder)) member = !out;
  }
  return member;
}

/// The folders of a workspace; where there is none, all that aren't deep.
std::vector<std::string> candidates(const fs::path& root, const std::vector<std::string>& patterns) {
  if (patterns.empty()) return folders_below(root, most_levels_without_workspace);
  std::vector<std::string> members = folders_below(root, most_levels);
  std::erase_if(members, [&](const std::string& folder) { return !is_member(patterns, folder); });
  return members;
}

/// What of npm's packages matters here.
struct Package {
  std::string folder;
  std::set<std::string> scripts;
  std::vector<std::string> uses;  ///< names of packages
};

/// A file below the root that can't be understood (a test's fixture, say) is no reason to write nothing.
void leave_out(Draft& draft, const Error& error) {
  draft.remark(fmt::format("{} is left out: {}.", error.where, error.message));
}

/// The members of a pnpm workspace; nothing where there is none.
Result<std::vector<std::string>> pnpm_patterns(const fs::path& root) {
  const fs::path file = root / "pnpm-workspace.yaml";
  std::vector<std::string> patterns;
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return patterns;
  try {
    const YAML::Node workspace = YAML::Load(**text);
    const YAML::Node packages = workspace.IsMap() ? workspace["packages"] : YAML::Node();
    if (packages && packages.IsSequence()) {
      for (const YAML::Node& pattern : packages) patterns.push_back(pattern.Scalar());
    }
  } catch (const YAML::Exception& problem) {
    return Error{ErrorCode::configuration,
                 "the file can't be understood: " + printable(problem.what()),
                 printable(file.string()),
                 {}};
  }
  return patterns;
}

/// Whether a build of `from` comes to that of `to`, by what was written so far.
bool leads_to(const std::map<std::string, std::set<std::string>>& written, const std::string& from,
              const std::string& to) {
  std::vector<std::string> open{from};
  std::set<std::string> seen;
  while (!open.empty()) {
    const std::string folder = std::move(open.back());
    open.pop_back();
    if (folder == to) return true;
    const auto found = written.find(folder);
    if (!seen.insert(folder).second || found == written.end()) continue;
    open.insert(open.end(), found->second.begin(), found->second.end());
  }
  return false;
}

/// A package is built after those of the workspace that it uses; an edge that would close a cycle is left out
/// and told.
void add_builds(const std::vector<Package>& packages, const std::map<std::string, std::size_t>& by_name,
                Draft& draft) {
  std::map<std::string, std::set<std::string>> written;
  for (const Package& package : packages) {
    if (!package.scripts.contains("build")) continue;
    NeedsDraft needs{package.folder, "build", {}};
    for (const std::string& name : package.uses) {
      const auto used = by_name.find(name);
      if (used == by_name.end() || !packages[used->second].scripts.contains("build")) continue;
      const std::string& other = packages[used->second].folder;
      if (other == package.folder || written[package.folder].contains(other)) continue;
      if (leads_to(written, other, package.folder)) {
        draft.remark(fmt::format("The build of {} doesn't wait for that of {}, which waits for it.",
                                 package.folder, other));
        continue;
      }
      written[package.folder].insert(other);
    }
    for (const std::string& other : written[package.folder]) needs.entries.push_back(json_string(other));
    if (!needs.entries.empty()) draft.add_needs(std::move(needs));
  }
}

}  // namespace

Result<void> add_npm(const fs::path& root, Draft& draft) {
  const auto own = read_object(root / "package.json");
  if (!own) return own.error();
  Result<std::vector<std::string>> pnpm = pnpm_patterns(root);
  if (!pnpm) return pnpm.error();
  std::vector<std::string> patterns = std::move(*pnpm);
  if (*own) {
    const std::vector<std::string> scripts = keys(**own, "scripts");
    if (!scripts.empty())
      draft.project(draft.at("./"), "npm", what_it_has("package.json", scripts)).found = scripts;
    if (patterns.empty()) patterns = texts(**own, "workspaces", "packages");
  }
  std::vector<Package> packages;
  std::map<std::string, std::size_t> by_name;
  for (const std::string& folder : candidates(root, patterns)) {
    const auto json = read_object(root / folder / "package.json");
    if (!json) {
      leave_out(draft, json.error());
      continue;
    }
    if (!*json) continue;
    const std::vector<std::string> names = keys(**json, "scripts");
    if (names.empty() && patterns.empty()) continue;
    draft.project(draft.at(folder), "npm", what_it_has("package.json", names)).found = names;
    Package package{draft.at(folder), {names.begin(), names.end()}, {}};
    for (const char* kind : {"dependencies", "devDependencies", "optionalDependencies", "peerDependencies"}) {
      for (std::string& name : keys(**json, kind)) package.uses.push_back(std::move(name));
    }
    by_name.emplace(text_member(**json, "name"), packages.size());
    packages.push_back(std::move(package));
  }
  add_builds(packages, by_name, draft);
  return {};
}

Result<void> add_deno(const fs::path& root, Draft& draft) {
  const auto add = [&](const std::string& folder,
                       bool even_without_tasks) -> Result<std::vector<std::string>> {
    for (const char* name : {"deno.json", "deno.jsonc"}) {
      const auto json = read_object(root / folder / name);
      if (!json && folder == "./") return json.error();
      if (!json) leave_out(draft, json.error());
      if (!json || !*json) continue;
      const std::vector<std::string> tasks = keys(**json, "tasks");
      const std::string project = draft.at(folder);
      if (draft.has(project)) {
        if (!tasks.empty()) draft.remark(fmt::format("{} of {} is left out: npm runs it.", name, project));
      } else if (!tasks.empty() || even_without_tasks) {
        draft.project(project, "deno", what_it_has(name, tasks)).found = tasks;
      }
      return texts(**json, "workspace", "members");
    }
    return std::vector<std::string>();
  };
  const Result<std::vector<std::string>> patterns = add("./", false);
  if (!patterns) return patterns.error();
  for (const std::string& folder : candidates(root, *patterns)) {
    if (const auto added = add(folder, !patterns->empty()); !added) return added.error();
  }
  return {};
}

}  // namespace dream::init
