#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/open_file.hpp"
#include "base/result.hpp"
#include "plan/workspace.hpp"
#include "plugin/trust.hpp"

namespace dream::plugin {

/// A plugin file, and why it was this one.
struct FoundPlugin {
  std::filesystem::path path;             ///< absolute, as it was named
  std::shared_ptr<const FoundFile> file;  ///< what is judged, hashed and loaded
  std::string why;            ///< "installed with dream", "named by executors.acme.plugin in dream.json"
  bool of_workspace = false;  ///< it came with the workspace: the user has to confirm it (trust.hpp)
};

/// Where executor plugins are looked for, best first. docs/plugin-abi.md, "Loading".
struct SearchPath {
  std::filesystem::path root;  ///< of the workspace; empty: none, its .dream/plugins is not searched
  std::map<std::string, std::filesystem::path> configured;  ///< by executor id: `executors.X.plugin`
  std::vector<std::filesystem::path> environment;           ///< DREAM_PLUGIN_PATH
  std::vector<std::string> ignored;                         ///< of it, as they aren't absolute
  std::filesystem::path user;                               ///< $XDG_DATA_HOME/dream/plugins; empty: none
  std::filesystem::path installed;                          ///< lib/dream/plugins beside the binary
  /// The ids that dream.json or the command line names. Any other is taken from `environment` or `installed`
  /// alone: a cloned repository must not run code just because a file lies in it.
  std::set<std::string, std::less<>> named;
  Trust trust;  ///< what of the workspace may be loaded

  /// The file of an executor, not yet looked into. An Error{plugin} says where it was looked for.
  [[nodiscard]] Result<FoundPlugin> resolve(const std::string& id) const;

  /// The same for a file that an earlier run had. `of_workspace` when it lies in none of the folders that are
  /// the user's or dream's own.
  [[nodiscard]] Result<FoundPlugin> find_again(const std::filesystem::path& path, std::string why) const;

  /// The ids of all plugins that resolve() would find, sorted.
  [[nodiscard]] std::vector<std::string> available() const;

  /// The ids of all plugin files that lie in one of the folders, named or not, sorted.
  [[nodiscard]] std::vector<std::string> present() const;
};

/// The plugin file at a path that somebody named; `of_workspace` is the caller's to set. An Error{plugin}
/// when there is none, or others can change it.
[[nodiscard]] Result<FoundPlugin> find_plugin_file(const std::filesystem::path& path, std::string why);

/// Whether an executor may be called so: lower-case letters, digits, - and _.
[[nodiscard]] bool is_id(std::string_view id);

/// Why it was this file, and why it may be loaded: "named by … in dream.json, confirmed".
[[nodiscard]] std::string describe_origin(const FoundPlugin& plugin, const Trust& trust);

/// The value of an environment variable of dream, if set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// This process's own.
[[nodiscard]] EnvironmentLookup own_lookup();

/// The search path of a workspace. `installed` is the folder of dream's own plugins.
[[nodiscard]] SearchPath make_search_path(const Workspace& workspace, std::filesystem::path installed,
                                          const EnvironmentLookup& lookup);

}  // namespace dream::plugin
