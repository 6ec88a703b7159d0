#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "init/packages.hpp"

/// What turbo.json, nx.json and the like say of tasks.
namespace dream::init {

/// What a tool's configuration says of a task.
struct Rule {
  std::vector<std::string> needs;   ///< "^build", "lint", "api#build"
  std::vector<std::string> beside;  ///< run at the same time
  bool says_needs = true;
  std::optional<bool> lasts = {};  ///< it doesn't end by itself
  std::optional<bool> makes = {};  ///< what is kept: it is cached, or has outputs
  bool extends = true;             ///< what it leaves open is the root's
  bool is_taken_away = false;      ///< the package has no such task
};

/// "build", "api#build"
using Rules = std::map<std::string, Rule, std::less<>>;

using PackagesByName = std::map<std::string, const Package*>;

/// turbo.json, or the turbo.jsonc that stands in its place.
[[nodiscard]] std::filesystem::path turbo_in(const std::filesystem::path& folder);
/// Whether it is the one of a workspace's root: one of a package says that it extends that. False where there
/// is none.
[[nodiscard]] bool turbo_rules_its_workspace(const std::filesystem::path& folder);

/// What turbo.json, nx.json, project.json, rush and scripts of the root say of the packages' tasks; where
/// they say nothing of it, a build comes after those of the packages that it uses.
class PackageRules {
 public:
  /// `own`: the root's package. The packages must outlive this.
  PackageRules(const std::filesystem::path& root, const Package& own, const std::vector<Package>& packages,
               Draft& draft);

  /// What counts for a task of a package; nullptr: nothing is said.
  [[nodiscard]] const Rule* of(const Package& package, const std::string& task) const;
  /// What is said of this package's alone.
  [[nodiscard]] const Rule* own(const Package& package, const std::string& task) const;
  /// What is said of this task of all packages.
  [[nodiscard]] const Rule* common(const std::string& task) const;
  [[nodiscard]] bool lasts_everywhere(const std::string& task) const;

  /// The package and the task that a need of a package names; no package: there is none of this name.
  [[nodiscard]] std::pair<const Package*, std::string> named(const Package& package,
                                                             const std::string& need) const;
  /// The root is "//".
  [[nodiscard]] const PackagesByName& by_name() const { return by_name_; }

  [[nodiscard]] bool has_nx() const { return has_nx_; }
  [[nodiscard]] bool nx_finds_targets() const { return nx_finds_targets_; }

 private:
  void read(const std::filesystem::path& root, Draft& draft);
  void read_scripts_of_root(Draft& draft);
  void read_own(const std::filesystem::path& folder, const Package& package, Draft& draft);
  void see_servers();
  [[nodiscard]] std::string key_of(const Package& package, const std::string& task) const;

  const Package& own_;
  const std::vector<Package>& packages_;
  PackagesByName by_name_, by_nx_name_;
  Rules rules_;
  bool has_nx_ = false;
  bool nx_finds_targets_ = false;
};

}  // namespace dream::init
