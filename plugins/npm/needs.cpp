#include "needs.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "manifest.hpp"
#include "pnpm_members.hpp"
#include "shared/folders.hpp"
#include "shared/json_file.hpp"
#include "shared/packages.hpp"
#include "shared/pnpm_links.hpp"

namespace dream::plugins {

namespace {

namespace fs = std::filesystem;
using sdk::Host;
using sdk::NeededProject;
using sdk::Project;
using sdk::Result;

/// All that was read, for the whole of a process: a manifest once.
class Manifests {
 public:
  Result<std::vector<NeededProject>> needs_of(const Project& project) {
    const std::vector<fs::path> folders = folders_up(project.directory, project.root);
    const Result<const Package*> own = package_in(folders.front());
    if (!own) return own.failure();
    if (*own == nullptr) return std::vector<NeededProject>{};
    const PackageIndex* members = &no_members_;
    bool counts_peers = true;
    for (const fs::path& folder : folders) {
      const Result<const PackageIndex*> workspace = workspace_in(folder);
      if (!workspace) return workspace.failure();
      if (*workspace == nullptr || !(*workspace)->has((*own)->folder)) continue;
      members = *workspace;
      counts_peers = !turbo_orders(folder);
      break;
    }
    NeededList needs((*own)->folder);
    for (const Dependency& dependency : (*own)->dependencies)
      if (counts_peers || dependency.kind != DREAM_NEED_PEER)
        needs.add(members->folder_of(dependency, (*own)->folder), dependency.kind);
    return needs.take();
  }

  /// Those that weren't taken before.
  std::vector<std::string> take_warnings() { return std::exchange(warnings_, {}); }

 private:
  using Kept = Result<std::shared_ptr<const Manifest>>;
  using Workspace = Result<std::optional<PackageIndex>>;

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
  Result<const PackageIndex*> workspace_in(const fs::path& root) {
    const auto [kept, is_new] = workspaces_.try_emplace(root.string(), std::optional<PackageIndex>());
    if (is_new) kept->second = read_workspace(root);
    if (!kept->second) return kept->second.failure();
    return *kept->second ? &**kept->second : nullptr;
  }

  /// To turbo a peer is no reason to wait.
  bool turbo_orders(const fs::path& root) {
    const auto [kept, is_new] = turbos_.try_emplace(root.string(), false);
    if (is_new) kept->second = is_there(root / "turbo.json") || is_there(root / "turbo.jsonc");
    return kept->second;
  }

  Workspace read_workspace(const fs::path& root) {
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
    if (patterns.empty()) return std::optional<PackageIndex>();
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
    PackageIndex members(root.string(), ranges_mean_members(root, manager));
    for (const Package* one : packages) members.add(*one);
    return std::optional(std::move(members));
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
  std::unordered_map<std::string, Workspace> workspaces_;
  std::unordered_map<std::string, bool> turbos_;  ///< by roots: whether one is there
  PackageIndex no_members_;
};

}  // namespace

Result<std::vector<NeededProject>> npm_needs(const Host& host, const Project& project) {
  static Manifests manifests;
  Result<std::vector<NeededProject>> needs = manifests.needs_of(project);
  for (const std::string& warning : manifests.take_warnings()) host.log(DREAM_LOG_WARNING, warning);
  return needs;
}

}  // namespace dream::plugins
