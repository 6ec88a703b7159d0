#include "needs.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "manifest.hpp"
#include "shared/folders.hpp"
#include "shared/json_file.hpp"

namespace dream::plugins {

namespace {

namespace fs = std::filesystem;
using sdk::NeededProject;
using sdk::Project;
using sdk::Result;

/// An import map that names more members than that says nothing of one of them.
constexpr std::size_t most_inherited = 100;

/// The members of a Deno workspace, by the names that they have on JSR and on npm.
struct Members {
  PackageIndex jsr;
  PackageIndex npm;
  std::vector<std::string> of_all = {};  ///< what the root's import map has, for each member to use
};

/// The nearest folder above a file that has manifests; empty: there is none up to `top`.
std::string folder_with_manifest(const fs::path& file, const fs::path& top) {
  for (const fs::path& folder : folders_up(file, top)) {
    for (const char* name : {"deno.json", "deno.jsonc", "package.json"}) {
      if (is_there(folder / name)) return folder.string();
    }
  }
  return {};
}

bool has_within(const std::string& outer, const std::string& folder) {
  return folder == outer || outer == "/" || folder.starts_with(outer + "/");
}

/// The project that an import of `from` names; empty: none of this workspace.
std::string folder_of(const Dependency& import, const std::string& from, const Members& members,
                      const fs::path& top) {
  if (import.wanted.starts_with('/')) {
    const std::string found = folder_with_manifest(import.wanted, top);
    // A file of one's own, or of what one is a part of.
    return has_within(found, from) ? std::string() : found;
  }
  if (import.wanted.starts_with("workspace:")) {
    std::string folder = members.jsr.folder_of(import, from);
    return folder.empty() ? members.npm.folder_of(import, from) : folder;
  }
  const DenoImport parsed = parse_import(import.wanted);
  if (parsed.registry == DenoImport::Registry::jsr) return members.jsr.named(parsed.name, parsed.range);
  if (parsed.registry == DenoImport::Registry::npm) return members.npm.named(parsed.name, parsed.range);
  return {};
}

/// All that was read, for the whole of a process: a manifest once.
class Manifests {
 public:
  Result<std::vector<NeededProject>> needs_of(const Project& project) {
    const std::vector<fs::path> folders = folders_up(project.directory, project.root);
    const Result<const DenoManifest*> read = manifest_in(folders.front());
    if (!read) return read.failure();
    const DenoManifest& own = **read;
    if (!own.has_configuration && !own.has_package) return std::vector<NeededProject>{};
    const Members* members = &no_members_;
    for (const fs::path& folder : folders) {
      const Result<const Members*> workspace = workspace_in(folder);
      if (!workspace) return workspace.failure();
      if (*workspace == nullptr || !(*workspace)->jsr.has(folders.front().string())) continue;
      members = *workspace;
      break;
    }
    // A package alone is npm's.
    if (!own.has_configuration && members == &no_members_) return std::vector<NeededProject>{};
    return needs_in(own, *members, project.root);
  }

 private:
  using Workspace = Result<std::optional<Members>>;

  static std::vector<NeededProject> needs_in(const DenoManifest& own, const Members& members,
                                             const fs::path& top) {
    const std::string& from = own.configuration.folder;
    NeededList needs(from);
    for (const Dependency& import : own.configuration.dependencies)
      needs.add(folder_of(import, from, members, top), import.kind);
    for (const Dependency& dependency : own.package.dependencies)
      needs.add(members.npm.folder_of(dependency, from), dependency.kind);
    // Only the code of a member tells whether it uses them.
    for (const std::string& folder : members.of_all) {
      if (!needs.has(folder)) needs.add(folder, DREAM_NEED_DEVELOPMENT);
    }
    return needs.take();
  }

  Result<const DenoManifest*> manifest_in(const fs::path& folder) {
    const auto [kept, is_new] = manifests_.try_emplace(folder.string(), DenoManifest());
    if (is_new) kept->second = read_deno_manifest(folder);
    if (!kept->second) return kept->second.failure();
    return &*kept->second;
  }

  /// The workspace whose root a folder is; nullptr: it is none.
  Result<const Members*> workspace_in(const fs::path& root) {
    const auto [kept, is_new] = workspaces_.try_emplace(root.string(), std::optional<Members>());
    if (is_new) kept->second = read_workspace(root);
    if (!kept->second) return kept->second.failure();
    return *kept->second ? &**kept->second : nullptr;
  }

  Workspace read_workspace(const fs::path& root) {
    const Result<const DenoManifest*> own = manifest_in(root);
    if (!own) return own.failure();
    std::vector<std::string> patterns = (*own)->configuration.members;
    patterns.insert(patterns.end(), (*own)->package.members.begin(), (*own)->package.members.end());
    if (patterns.empty()) return std::optional<Members>();
    Members members{PackageIndex(root.string()), PackageIndex(root.string())};
    std::vector<std::string> folders = member_folders(root, patterns);
    if (std::ranges::find(folders, root.string()) == folders.end()) folders.push_back(root.string());
    for (const std::string& folder : folders) {
      const Result<const DenoManifest*> one = manifest_in(folder);
      if (!one) return one.failure();
      if (!(*one)->has_configuration && !(*one)->has_package) continue;
      members.jsr.add((*one)->configuration);
      members.npm.add((*one)->package);
    }
    NeededList of_all(root.string());
    for (const Dependency& import : (*own)->configuration.dependencies)
      of_all.add(folder_of(import, root.string(), members, root), import.kind);
    for (NeededProject& one : of_all.take()) members.of_all.push_back(std::move(one.folder));
    if (members.of_all.size() > most_inherited) members.of_all.clear();
    return std::optional(std::move(members));
  }

  std::unordered_map<std::string, Result<DenoManifest>> manifests_;
  std::unordered_map<std::string, Workspace> workspaces_;
  Members no_members_;
};

}  // namespace

Result<std::vector<NeededProject>> deno_needs(const Project& project) {
  static Manifests manifests;
  return manifests.needs_of(project);
}

}  // namespace dream::plugins
