#include "packages.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "folders.hpp"
#include "json.hpp"
#include "version_range.hpp"

namespace dream::plugins {

namespace {

using rapidjson::Value;

constexpr std::array<std::pair<const char*, std::uint32_t>, 4> dependency_fields{{
    {"dependencies", DREAM_NEED_RUNTIME},
    {"peerDependencies", DREAM_NEED_PEER},
    {"devDependencies", DREAM_NEED_DEVELOPMENT},
    {"optionalDependencies", DREAM_NEED_OPTIONAL},
}};

using Names = std::unordered_set<std::string>;

Names optional_dependencies(const Value& manifest) {
  Names names;
  const Value& all = json_at(manifest, {"optionalDependencies"});
  if (!all.IsObject()) return names;
  for (const auto& one : all.GetObject()) names.insert(json_text(one.name, {}));
  return names;
}

/// `optional`: those that the manifest calls so elsewhere, too.
void add_dependencies(const Value& field, std::uint32_t kind, const Names& optional, Package& package) {
  if (!field.IsObject()) return;
  package.dependencies.reserve(package.dependencies.size() + field.MemberCount());
  for (const auto& one : field.GetObject()) {
    if (!one.value.IsString()) continue;
    const std::string name = json_text(one.name, {});
    if (kind == DREAM_NEED_RUNTIME && optional.contains(name)) continue;  // it is there a second time
    package.dependencies.push_back({name, json_text(one.value, {}), kind});
  }
}

bool is_path(std::string_view text) {
  return text == "." || text == ".." || text.starts_with("./") || text.starts_with("../") ||
         text.starts_with('/');
}

/// Cuts `prefix` off.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_any(std::string_view range) {
  return range.empty() || range == "*" || range == "x" || range == "X" || range == "latest";
}

}  // namespace

std::vector<std::string> members_of(const Value& manifest, const char* name, const char* inner) {
  return json_at(manifest, {name}).IsObject() ? json_texts(manifest, {name, inner})
                                              : json_texts(manifest, {name});
}

Package package_of(const std::string& folder, const Value& manifest) {
  Package package{.folder = folder,
                  .name = json_text(manifest, {"name"}),
                  .version = json_text(manifest, {"version"}),
                  .dependencies = {},
                  .members = {}};
  const Names optional = optional_dependencies(manifest);
  for (const auto& one : manifest.GetObject()) {
    const std::string name = json_text(one.name, {});
    for (const auto& [field, kind] : dependency_fields) {
      if (name != field) continue;
      add_dependencies(one.value, kind, optional, package);
    }
  }
  package.members = members_of(manifest, "workspaces", "packages");
  return package;
}

void PackageIndex::add(const Package& package) {
  folders_.insert(package.folder);
  if (!package.name.empty()) names_[package.name].push_back(&package);
}

std::string PackageIndex::named(const std::string& name, std::string_view range) const {
  const auto packages = names_.find(name);
  if (packages == names_.end()) return {};
  if (is_any(range)) return packages->second.front()->folder;
  const std::optional<VersionRange> wanted = VersionRange::parse(range);
  if (!wanted) return {};
  const auto found = std::ranges::find_if(packages->second, [&](const Package* package) {
    const std::optional<Version> version = parse_version(package->version);
    return !version || wanted->allows(*version);
  });
  return found == packages->second.end() ? std::string() : (*found)->folder;
}

std::string PackageIndex::folder_of(const Dependency& dependency, const std::string& from) const {
  std::string_view wanted = dependency.wanted;
  if (take(wanted, "workspace:")) {
    if (is_path(wanted)) return at(from, std::string(wanted));
    const std::size_t version = wanted.rfind('@');
    if (version != std::string_view::npos && version > 0)
      return named(std::string(wanted.substr(0, version)), "*");
    if (wanted.starts_with('@')) return named(std::string(wanted), "*");
    // yarn has paths from its root.
    if (wanted.find('/') != std::string_view::npos) return at(root_, std::string(wanted));
    return named(dependency.name, "*");
  }
  if (take(wanted, "file:") || take(wanted, "link:") || take(wanted, "portal:")) {
    take(wanted, "//");
    return at(from, std::string(wanted));
  }
  if (is_path(wanted)) return at(from, std::string(wanted));
  if (!by_range_) return {};
  if (wanted.starts_with("catalog:")) return named(dependency.name, "*");
  if (take(wanted, "npm:")) {
    const std::size_t version = wanted.rfind('@');
    if (version != std::string_view::npos && version > 0)
      return named(std::string(wanted.substr(0, version)), wanted.substr(version + 1));
    if (!VersionRange::parse(wanted)) return named(std::string(wanted), "*");
  }
  return named(dependency.name, wanted);
}

std::string PackageIndex::at(const std::string& from, const std::string& path) const {
  const std::filesystem::path folder = resolved(from, path);
  return has(folder.string()) || is_there(folder / "package.json") ? folder.string() : std::string();
}

void NeededList::add(const std::string& folder, std::uint32_t kind) {
  if (folder.empty() || folder == own_ || !told_.emplace(folder, kind).second) return;
  list_.push_back({folder, kind});
}

bool NeededList::has(const std::string& folder) const {
  const auto first = told_.lower_bound({folder, 0});
  return first != told_.end() && first->first == folder;
}

}  // namespace dream::plugins
