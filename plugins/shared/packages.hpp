#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <dream/sdk.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

/// Packages of a workspace, and what they say that they need.
namespace dream::plugins {

/// What a manifest says of one package that it needs.
struct Dependency {
  std::string name;    ///< "@acme/util"
  std::string wanted;  ///< "^1.2", "workspace:*", "file:../util"
  std::uint32_t kind = DREAM_NEED_RUNTIME;
};

/// What is kept of a manifest.
struct Package {
  std::string folder;  ///< absolute
  std::string name;
  std::string version;
  std::vector<Dependency> dependencies;  ///< in the manifest's order
  std::vector<std::string> members;      ///< patterns of the workspace whose root it is
};

/// A workspace's patterns: a list as `name`, or one as `inner` of an object there.
[[nodiscard]] std::vector<std::string> members_of(const rapidjson::Value& manifest, const char* name,
                                                  const char* inner);

/// A package.json. What it has both as a dependency and as an optional one is optional, as for npm. An
/// optional peer is a peer: whoever wants it in front has it as a development dependency, too.
[[nodiscard]] Package package_of(const std::string& folder, const rapidjson::Value& manifest);

/// The members of one workspace.
class PackageIndex {
 public:
  /// Most that is asked for isn't here, which many empty places tell soonest.
  /// `by_range`: a range of versions may mean a member.
  explicit PackageIndex(std::string root = {}, bool by_range = true)
      : root_(std::move(root)), by_range_(by_range) {
    names_.max_load_factor(0.25F);
  }

  /// `package` must outlive the index.
  void add(const Package& package);

  [[nodiscard]] bool has(const std::string& folder) const { return folders_.contains(folder); }

  /// The folder of the first package of this name whose version is in the range, or that has no version. `*`,
  /// "latest" and an empty range are any version. Empty: there is none; nor for what is no range.
  [[nodiscard]] std::string named(const std::string& name, std::string_view range) const;

  /// The folder of this workspace that a dependency in a package.json means; empty: what isn't here.
  [[nodiscard]] std::string folder_of(const Dependency& dependency, const std::string& from) const;

 private:
  /// The folder that a path means: a member, or one that has a package.json.
  [[nodiscard]] std::string at(const std::string& from, const std::string& path) const;

  std::string root_;
  bool by_range_;
  std::unordered_map<std::string, std::vector<const Package*>> names_;
  std::unordered_set<std::string> folders_;
};

/// What a project needs, each folder once for each kind, and never the project itself.
class NeededList {
 public:
  explicit NeededList(std::string own) : own_(std::move(own)) {}

  /// Nothing for an empty folder.
  void add(const std::string& folder, std::uint32_t kind);

  /// In whatever way.
  [[nodiscard]] bool has(const std::string& folder) const;
  [[nodiscard]] std::vector<sdk::NeededProject> take() { return std::move(list_); }

 private:
  std::string own_;
  std::vector<sdk::NeededProject> list_;
  std::set<std::pair<std::string, std::uint32_t>> told_;
};

}  // namespace dream::plugins
