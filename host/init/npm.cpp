#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <deque>
#include <set>

#include "base/text.hpp"
#include "init/compose_text.hpp"
#include "init/compose_values.hpp"
#include "init/package_rules.hpp"
#include "init/packages.hpp"
#include "init/sources.hpp"
#include "shared/folder_patterns.hpp"
#include "shared/folders.hpp"
#include "shared/json.hpp"
#include "shared/packages.hpp"
#include "shared/pnpm_links.hpp"
#include "shared/runner_members.hpp"

namespace dream::init {

namespace {

namespace fs = std::filesystem;
using plugins::json_at;
using rapidjson::Value;

/// Deeper ones are hardly packages, where no workspace names them.
constexpr int most_levels = 6;

/// Where no workspace says which folders are its members.
constexpr int most_levels_without_workspace = 3;

/// More of them are told as one.
constexpr std::size_t most_without_tasks = 3;

/// The patterns of pnpm-workspace.yaml, those that take out last: with pnpm they always win.
Result<std::vector<std::string>> read_pnpm_patterns(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) return text.error();
  if (!*text) return std::vector<std::string>();
  try {
    std::vector<std::string> patterns = texts_of(member_at(read_yaml(**text), "packages"));
    std::stable_partition(patterns.begin(), patterns.end(),
                          [](const std::string& pattern) { return !pattern.starts_with("!"); });
    return patterns;
  } catch (const YAML::Exception& problem) {
    return not_understood(file.string(), problem.what());
  }
}

std::vector<std::string> pnpm_patterns(const fs::path& root, Draft& draft) {
  const auto read = read_pnpm_patterns(root / "pnpm-workspace.yaml");
  if (!read) draft.pass_over(read.error());
  return read ? *read : std::vector<std::string>();
}

plugins::RunnerMembers members_said(const fs::path& root, const std::optional<Json>& own, Draft& draft) {
  plugins::RunnerMembers members{.patterns = pnpm_patterns(root, draft)};
  if (members.patterns.empty() && own) members.patterns = texts_at(*own, "workspaces", "packages");
  if (!members.patterns.empty()) return members;
  if (const auto rush = object_or_told(root / "rush.json", draft)) return plugins::members_of_rush(*rush);
  if (const auto lerna = object_or_told(root / "lerna.json", draft)) return plugins::members_of_lerna(*lerna);
  return members;
}

/// The packages that lerna takes where they aren't those of the workspace; empty: they are.
std::vector<std::string> patterns_of_lerna(const fs::path& root) {
  const auto lerna = read_object(root / "lerna.json");
  if (!lerna || !*lerna || text_member(**lerna, "npmClient") == "pnpm") return {};
  if (plugins::json_flag(**lerna, {"useWorkspaces"})) return {};
  return texts_at(**lerna, "packages");
}

/// But for comments: `"// build": "what follows builds"`.
std::vector<std::string> script_names(const Value& json) {
  std::vector<std::string> names = keys_at(json, "scripts");
  std::erase_if(names, [](const std::string& name) { return name.starts_with("//"); });
  return names;
}

/// `counts_peers`: whether a peer is in front, which is nothing to turbo and rush.
Package package_of(const std::string& path, const Value& json, bool counts_peers) {
  Package package{path, text_member(json, "name"), {}, {}, {}};
  if (const Value& scripts = json_at(json, {"scripts"}); scripts.IsObject()) {
    for (const auto& one : scripts.GetObject())
      package.scripts.emplace(one.name.GetString(), one.value.IsString() ? one.value.GetString() : "");
  }
  for (const char* kind : {"dependencies", "optionalDependencies"}) {
    for (std::string& name : keys_at(json, kind)) package.uses[std::move(name)] = Package::Use::at_run_time;
  }
  for (std::string& name : counts_peers ? keys_at(json, "peerDependencies") : std::vector<std::string>())
    package.uses.emplace(std::move(name), Package::Use::peer);
  for (std::string& name : keys_at(json, "devDependencies"))
    package.uses.emplace(std::move(name), Package::Use::development);
  for (const char* kind : {"dependencies", "optionalDependencies", "devDependencies"}) {
    const Value& all = json_at(json, {kind});
    if (!all.IsObject()) continue;
    for (const auto& one : all.GetObject()) {
      const std::string wanted = one.value.IsString() ? one.value.GetString() : "";
      for (const std::string_view by_path : {"file:", "link:", "portal:", "workspace:./", "workspace:../"})
        if (wanted.starts_with(by_path)) package.by_path.insert(one.name.GetString());
    }
  }
  return package;
}

/// Those that a package of the workspace names, but in a version that isn't here, come from a registry: the
/// rule of dream's executor.
void keep_those_that_are_here(const plugins::PackageIndex& index, const plugins::Package& manifest,
                              Package& package) {
  std::set<std::string> here;
  for (const plugins::Dependency& one : manifest.dependencies)
    if (!index.folder_of(one, manifest.folder).empty()) here.insert(one.name);
  std::erase_if(package.uses, [&](const auto& used) { return !here.contains(used.first); });
}

/// Beside package.json.
constexpr const char* files_with_members[] = {"pnpm-workspace.yaml", "rush.json", "lerna.json"};

/// The nearest folder between the root and this one that has members of its own, as dream's executor takes
/// it; empty: none.
std::string inner_workspace(const fs::path& root, const std::string& folder) {
  for (std::string above = folder.substr(0, folder.rfind('/')); above != ".";
       above = above.substr(0, above.rfind('/'))) {
    std::error_code ignored;
    const auto json = read_object(root / above / "package.json");
    if (std::ranges::any_of(files_with_members,
                            [&](const char* name) { return fs::exists(root / above / name, ignored); }) ||
        (json && *json && (*json)->HasMember("workspaces")))
      return above;
  }
  return {};
}

constexpr const char* files_of_runners[] = {"turbo.json", "turbo.jsonc", "nx.json", "lerna.json",
                                            "rush.json"};

/// Whether a folder below a root that is no workspace is one, and says in which order its tasks run.
bool is_workspace_of_its_own(const fs::path& folder, const std::optional<Json>& manifest) {
  const auto has = [&](const char* name) {
    std::error_code ignored;
    return fs::is_regular_file(folder / name, ignored);
  };
  if (has("nx.json") || has("lerna.json") || has("rush.json")) return true;
  return turbo_rules_its_workspace(folder) &&
         (has("pnpm-workspace.yaml") || (manifest && manifest->HasMember("workspaces")));
}

/// Its paths count from its folder.
void add_inner_workspace(const fs::path& root, const std::string& folder, Draft& draft) {
  const std::string outer = draft.set_base(draft.at(folder));
  for (const char* name : files_of_runners) draft.see_read(root / folder / name);
  const Result<void> done = add_npm(root / folder, draft);
  draft.set_base(outer);
  if (!done) draft.pass_over(done.error());
}

/// The place of the first pattern that names the folder.
std::size_t pattern_of(const std::string& folder, const std::vector<std::string>& patterns) {
  const auto names_it = [parts = plugins::parts_of(folder)](const std::string& pattern) {
    return plugins::is_member(plugins::read_patterns({pattern}), parts);
  };
  return static_cast<std::size_t>(std::ranges::find_if(patterns, names_it) - patterns.begin());
}

/// Packages that the patterns of the workspace leave out: its tools run their scripts only from their own
/// folder.
void tell_of_others(const fs::path& root, const std::vector<std::string>& members, Draft& draft) {
  std::vector<std::string> others;
  std::error_code ignored;
  for (const std::string& folder : folders_below(root, most_levels)) {
    const bool is_of_rush = folder.starts_with("./common/") && fs::exists(root / "rush.json", ignored);
    if (std::ranges::find(members, folder) != members.end() || draft.has(draft.at(folder)) || is_of_rush)
      continue;
    const auto json = read_object(root / folder / "package.json");
    if (json && *json && !script_names(**json).empty()) others.push_back(draft.at(folder));
  }
  if (others.empty()) return;
  draft.remark(fmt::format(
      R"({} {} left out: the workspace doesn't name {}. To run {} scripts, write {}: {{ "executor": "npm" }} into "projects".)",
      others.size() == 1 ? others.front() : fmt::format("{} and {} more", others.front(), others.size() - 1),
      others.size() == 1 ? "is" : "are", others.size() == 1 ? "it" : "them",
      others.size() == 1 ? "its" : "their", json_string(others.front())));
}

/// Where a new package in a folder would be a member, or most of the folders in it are packages, what is said
/// of one may be said of "folder/*".
void set_patterns(const fs::path& root, const std::vector<std::string>& patterns,
                  const std::vector<Package>& packages, Draft& draft) {
  const std::vector<plugins::FolderPattern> read = plugins::read_patterns(patterns);
  const auto folder_of = [](const std::string& path) { return path.substr(0, path.rfind('/')); };
  std::map<std::string, std::size_t> counts;
  for (const Package& package : packages) counts[folder_of(package.path)] += package.is_member ? 1 : 0;
  std::map<std::string, std::size_t> all;
  for (const auto& [folder, count] : counts)
    all[folder] = folders_below(root / draft.from_base(folder), 1).size();
  for (const Package& package : packages) {
    const std::string folder = folder_of(package.path);
    const plugins::Parts new_one = plugins::parts_of(draft.from_base(folder) + "/a-new-one");
    if (package.is_member && draft.has(package.path) && counts[folder] > 1 &&
        (2 * counts[folder] > all[folder] || plugins::is_member(read, new_one))) {
      ProjectDraft& project = draft.project(package.path, "npm", {});
      project.pattern = folder + "/*";
      const bool is_hidden = package.path.find("/.", folder.size()) == folder.size();  // to patterns
      project.fills_pattern = counts[folder] == all[folder] && !is_hidden;
    }
  }
}

}  // namespace

std::optional<Json> object_or_told(const fs::path& file, Draft& draft) {
  Result<std::optional<Json>> read = read_object(file);
  if (!read) draft.pass_over(read.error());
  return read ? std::move(*read) : std::optional<Json>();
}

std::vector<std::string> texts_at(const Value& json, const char* name, const char* within) {
  return within == nullptr ? plugins::json_texts(json, {name}) : plugins::members_of(json, name, within);
}

std::vector<std::string> keys_at(const Value& json, const char* name) {
  std::vector<std::string> found;
  const Value& object = json_at(json, {name});
  if (!object.IsObject()) return found;
  for (const auto& one : object.GetObject())
    found.emplace_back(one.name.GetString(), one.name.GetStringLength());
  return found;
}

std::vector<std::string> members_of(const fs::path& root, const std::vector<std::string>& patterns) {
  if (patterns.empty()) return folders_below(root, most_levels_without_workspace);
  std::vector<std::string> members;
  for (const std::string& folder : plugins::member_folders(root, patterns))
    if (const fs::path inner = fs::path(folder).lexically_relative(root); inner != ".")
      members.push_back("./" + inner.string());
  return members;
}

std::string what_it_has(const std::string& file, const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  if (names.empty()) return file + " has none that can be run";
  if (names.size() <= most) return file + ": " + join_words(names);
  const std::vector<std::string> first(names.begin(), names.begin() + most - 1);
  return fmt::format("{}: {} and {} more", file, fmt::join(first, ", "), names.size() - first.size());
}

void add_without_tasks(const fs::path& root, const std::vector<std::string>& paths,
                       const std::string& executor, const std::string& file, Draft& draft) {
  const auto folder_of = [](const std::string& path) { return path.substr(0, path.rfind('/')); };
  std::map<std::string, bool> are_all_members;  // of the folders in a folder
  const auto is_member = [&](const std::string& path) {
    return draft.has(path) || std::ranges::find(paths, path) != paths.end();
  };
  for (const std::string& path : paths) {
    const std::string folder = folder_of(path);
    const auto beside = std::ranges::count(paths, folder, folder_of);
    const auto [all, is_new] = are_all_members.try_emplace(folder, false);
    if (is_new)
      all->second = std::ranges::all_of(folders_below(root / draft.from_base(folder), 1),
                                        [&](const auto& one) { return is_member(folder + one.substr(1)); });
    if (static_cast<std::size_t>(beside) <= most_without_tasks || !all->second)
      draft.project(path, executor, what_it_has(file, {}));
    else
      draft.project(folder + "/*", executor, "those whose " + file + " has no tasks");
  }
}

Result<void> add_npm(const fs::path& root, Draft& draft) {
  const auto own = read_object(root / "package.json");
  if (!own) return own.error();
  const plugins::RunnerMembers said = members_said(root, *own, draft);
  const std::vector<std::string>& patterns = said.patterns;
  std::error_code ignored;
  const bool counts_peers = !said.are_of_rush && !fs::exists(turbo_in(root), ignored);
  Package root_package{draft.at("./"), {}, {}, {}, {}};
  if (*own) {
    root_package = package_of(draft.at("./"), **own, counts_peers);
    const std::vector<std::string> scripts = script_names(**own);
    if (!scripts.empty())
      draft.project(draft.at("./"), "npm", what_it_has("package.json", scripts)).found = scripts;
  }
  std::vector<Package> packages;
  std::deque<plugins::Package> manifests;  // of these
  const std::string manager = *own ? text_member(**own, "packageManager") : std::string();
  plugins::PackageIndex index(root.string(), plugins::ranges_mean_members(root, manager));
  std::vector<std::string> without_tasks, inner;
  const std::vector<std::string> members = members_of(root, patterns);
  for (const std::string& folder : members) {
    if (std::ranges::any_of(inner, [&](const auto& one) { return folder.starts_with(one + "/"); })) continue;
    const auto json = read_object(root / folder / "package.json");
    if (!json) {
      // A test's fixture, say, is no reason to write nothing.
      draft.remark(fmt::format("{}/package.json is left out: {}.", draft.at(folder), json.error().message));
      continue;
    }
    if (patterns.empty() && is_workspace_of_its_own(root / folder, *json)) {
      inner.push_back(folder);
      continue;
    }
    if (!*json) continue;
    const std::vector<std::string> scripts = script_names(**json);
    if (scripts.empty() && patterns.empty()) continue;
    packages.push_back(package_of(draft.at(folder), **json, counts_peers));
    manifests.push_back(plugins::package_of((root / folder).lexically_normal().string(), **json));
    index.add(manifests.back());
    packages.back().inner_workspace = inner_workspace(root, folder);
    packages.back().is_member = !patterns.empty();
    packages.back().pattern = pattern_of(folder.substr(2), patterns);
    if (const auto others = said.decoupled.find(folder.substr(2)); others != said.decoupled.end())
      for (const std::string& name : others->second) packages.back().uses.erase(name);
    if (scripts.empty())
      without_tasks.push_back(draft.at(folder));
    else
      draft.project(draft.at(folder), "npm", what_it_has("package.json", scripts)).found = scripts;
  }
  for (std::size_t at = 0; at < packages.size(); ++at)
    keep_those_that_are_here(index, manifests[at], packages[at]);
  if (const auto of_lerna = patterns_of_lerna(root); !of_lerna.empty()) {
    const std::vector<plugins::FolderPattern> read = plugins::read_patterns(of_lerna);
    for (Package& package : packages)
      package.is_of_lerna = plugins::is_member(read, plugins::parts_of(draft.from_base(package.path)));
  }
  add_nx_projects(root, root_package, packages, draft);
  std::erase_if(without_tasks, [&](const std::string& path) { return draft.has(path); });
  add_without_tasks(root, without_tasks, "npm", "package.json", draft);
  if (!patterns.empty()) {
    tell_of_others(root, members, draft);
    if (!said.are_of_rush) set_patterns(root, patterns, packages, draft);
    add_affects(root, draft);
  }
  add_order(root, root_package, packages, !patterns.empty(), draft);
  add_rush_commands(root, draft);
  for (const std::string& folder : inner) add_inner_workspace(root, folder, draft);
  return {};
}

}  // namespace dream::init
