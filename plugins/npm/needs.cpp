#include "needs.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "manifest.hpp"
#include "pnpm_members.hpp"
#include "shared/folders.hpp"
#include "shared/json_file.hpp"
#include "shared/packages.hpp"
#include "shared/pnpm_links.hpp"
#include "shared/runner_members.hpp"

namespace dream::plugins {

namespace {

namespace fs = std::filesystem;
using sdk::Host;
using sdk::NeededProject;
using sdk::Project;
using sdk::Result;

/// What rush.json names, else lerna.json.
Result<RunnerMembers> runner_members(const fs::path& root) {
  const bool is_rushs = is_there(root / "rush.json");
  const fs::path file = root / (is_rushs ? "rush.json" : "lerna.json");
  if (!is_rushs && !is_there(file)) return RunnerMembers();
  const Result<rapidjson::Document> json = read_object(file, Dialect::with_comments);
  if (!json) return json.failure();
  return is_rushs ? members_of_rush(*json) : members_of_lerna(*json);
}

/// All that was read, for the whole of a process: a manifest once.
class Manifests {
 public:
  Result<std::vector<NeededProject>> needs_of(const Project& project) {
    const std::vector<fs::path> folders = folders_up(project.directory, project.root);
    const Result<const Package*> own = package_in(folders.front());
    if (!own) return own.failure();
    if (*own == nullptr) return std::vector<NeededProject>{};
    const Workspace* around = &none_;
    for (const fs::path& folder : folders) {
      const Result<const Workspace*> workspace = workspace_in(folder);
      if (!workspace) return workspace.failure();
      if (*workspace == nullptr || !(*workspace)->members.has((*own)->folder)) continue;
      around = *workspace;
      break;
    }
    NeededList needs((*own)->folder);
    for (const Dependency& dependency : (*own)->dependencies)
      if (around->counts(dependency, **own))
        needs.add(around->members.folder_of(dependency, (*own)->folder), dependency.kind);
    return needs.take();
  }

  /// Those that weren't taken before.
  std::vector<std::string> take_warnings() { return std::exchange(warnings_, {}); }

 private:
  using Kept = Result<std::shared_ptr<const Manifest>>;

  struct Workspace {
    PackageIndex members;
    bool counts_peers = true;
    std::map<std::string, std::vector<std::string>> decoupled = {};  ///< of rush, by folders

    /// Whether a dependency may mean a member at all.
    [[nodiscard]] bool counts(const Dependency& dependency, const Package& own) const {
      if (!counts_peers && dependency.kind == DREAM_NEED_PEER) return false;
      const auto others = decoupled.find(own.folder);
      return others == decoupled.end() ||
             std::ranges::find(others->second, dependency.name) == others->second.end();
    }
  };

  /// nullptr: it has none.
  Result<const Package*> package_in(const fs::path& folder) {
    const Kept& kept = manifest_of(folder);
    if (!kept) return kept.failure();
    return *kept ? &(*kept)->package : nullptr;
  }

  const Kept& manifest_of(const fs::path& folder) {
    const auto [kept, is_new] = packages_.try_emplace(folder.string(), std::shared_ptr<const Manifest>());
    if (is_new) kept->second = manifest_in(folder);
    return kept->second;
  }

  /// The workspace whose root a folder is; nullptr: it is none.
  Result<const Workspace*> workspace_in(const fs::path& root) {
    const auto [kept, is_new] = workspaces_.try_emplace(root.string(), std::optional<Workspace>());
    if (is_new) kept->second = read_workspace(root);
    if (!kept->second) return kept->second.failure();
    return *kept->second ? &**kept->second : nullptr;
  }

  Result<std::optional<Workspace>> read_workspace(const fs::path& root) {
    const Result<const Package*> own = package_in(root);
    if (!own) return own.failure();
    std::vector<std::string> patterns;
    const bool is_pnpms = is_there(root / "pnpm-workspace.yaml");
    if (is_pnpms) {
      Result<std::vector<std::string>> found = pnpm_members(root / "pnpm-workspace.yaml");
      if (!found) return found.failure();
      patterns = std::move(*found);
    }
    if (patterns.empty() && *own != nullptr) patterns = (*own)->members;
    RunnerMembers of_runner;
    if (patterns.empty()) {
      Result<RunnerMembers> found = runner_members(root);
      if (!found) return found.failure();
      of_runner = std::move(*found);
      patterns = of_runner.patterns;
    }
    if (patterns.empty()) return std::optional<Workspace>();
    std::vector<const Package*> packages;
    for (const std::string& folder : member_folders(root, patterns)) {
      const Result<const Package*> one = package_in(folder);
      if (!one) return one.failure();
      if (*one != nullptr && *one != *own) packages.push_back(*one);
    }
    if (!is_pnpms) warn_of_same_names(packages);
    if (*own != nullptr) packages.push_back(*own);
    // After they were all read, so that the index lies together in memory.
    const std::string manager = *own != nullptr ? (*manifest_of(root))->package_manager : std::string();
    // To turbo and rush a peer is no reason to wait.
    const bool orders_peers =
        !of_runner.are_of_rush && !is_there(root / "turbo.json") && !is_there(root / "turbo.jsonc");
    Workspace workspace{PackageIndex(root.string(), ranges_mean_members(root, manager)), orders_peers};
    for (const Package* one : packages) workspace.members.add(*one);
    for (auto& [folder, names] : of_runner.decoupled)
      workspace.decoupled.emplace((root / folder).lexically_normal().string(), std::move(names));
    return std::optional(std::move(workspace));
  }

  /// npm and yarn refuse such a workspace; pnpm takes the one whose version fits.
  void warn_of_same_names(const std::vector<const Package*>& packages) {
    std::unordered_map<std::string_view, const Package*> named;
    for (const Package* one : packages) {
      const auto [first, is_new] = named.emplace(one->name, one);
      if (!is_new && !one->name.empty())
        warnings_.push_back("two packages of the workspace are called \"" + one->name +
                            "\": " + first->second->folder + " and " + one->folder +
                            "; whoever needs it gets the first");
    }
  }

  std::vector<std::string> warnings_;
  std::unordered_map<std::string, Kept> packages_;
  std::unordered_map<std::string, Result<std::optional<Workspace>>> workspaces_;
  Workspace none_;
};

}  // namespace

Result<std::vector<NeededProject>> npm_needs(const Host& host, const Project& project) {
  static Manifests manifests;
  Result<std::vector<NeededProject>> needs = manifests.needs_of(project);
  for (const std::string& warning : manifests.take_warnings()) host.log(DREAM_LOG_WARNING, warning);
  return needs;
}

}  // namespace dream::plugins
