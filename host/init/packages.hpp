#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "init/draft.hpp"
#include "init/files.hpp"

/// What the packages of JavaScript's tools have in common.
namespace dream::init {

/// One package of a workspace.
struct Package {
  enum class Use : std::uint8_t { at_run_time, development, peer };
  std::string path;  ///< of the project
  std::string name;
  std::string nx_name = {};  ///< what nx calls it; empty: it is no project of nx
  std::map<std::string, std::string> scripts;
  std::map<std::string, Use> uses;     ///< by the names of packages
  std::set<std::string> by_path = {};  ///< those of them that it names by their folders: "file:../b"
  /// The folder above it, but not the root, that says that it has members.
  std::string inner_workspace = {};
  bool is_member = false;                           ///< of the root's workspace
  std::size_t pattern = 0;                          ///< the first that names it
  bool is_of_lerna = true;                          ///< lerna.json doesn't leave it out of the workspace
  std::set<std::string> targets = {};               ///< tasks beside the scripts: nx runs them
  std::set<std::string> targets_over_scripts = {};  ///< what nx runs in place of scripts of these names

  [[nodiscard]] bool has(const std::string& task) const {
    return scripts.contains(task) || targets.contains(task);
  }
  [[nodiscard]] std::set<std::string> tasks() const {
    std::set<std::string> names = targets;
    for (const auto& [script, line] : scripts) names.insert(script);
    return names;
  }

  /// Whether the package of this name that it uses is `other`: that of another workspace comes from a
  /// registry.
  [[nodiscard]] bool means(const std::string& used, const Package& other) const {
    return (is_member && other.is_member) || inner_workspace == other.inner_workspace ||
           by_path.contains(used);
  }
};

/// The object in a JSON file; nothing where there is no such file, or where it can't be understood, which is
/// told.
[[nodiscard]] std::optional<Json> object_or_told(const std::filesystem::path& file, Draft& draft);

/// The texts of an array, or of an array in the member `within` of an object.
[[nodiscard]] std::vector<std::string> texts_at(const rapidjson::Value& json, const char* name,
                                                const char* within = nullptr);
/// The keys of an object's member that is an object.
[[nodiscard]] std::vector<std::string> keys_at(const rapidjson::Value& json, const char* name);

/// The folders of a workspace by its patterns, of which the last that matches decides, and `!` takes out;
/// where there are none, all folders that aren't deep.
[[nodiscard]] std::vector<std::string> members_of(const std::filesystem::path& root,
                                                  const std::vector<std::string>& patterns);

/// What a task needs by its `dependsOn`, in turbo's words: "^build", "lint", "api#build".
[[nodiscard]] std::vector<std::string> needs_in(const rapidjson::Value& task);

/// "package.json: build and dev"
[[nodiscard]] std::string what_it_has(const std::string& file, const std::vector<std::string>& names);

/// Whether a line of a script does nothing but run the script of this name in all packages: "turbo run
/// build", "pnpm -r build".
[[nodiscard]] bool only_runs_in_all(const std::string& line, const std::string& script);

/// Whether one of a line's commands runs the script of this name in some packages, or in all of them.
[[nodiscard]] bool runs_in_others(const std::string& line, const std::string& script);
/// The script of the same package that a line does nothing but call: "npm run test:all"; empty: none.
[[nodiscard]] std::string script_called_by(const std::string& line);
/// What says that a line that runs a script in all packages goes on after a failure: "--continue", or the
/// name of its tool, which does so by itself; empty: it doesn't.
[[nodiscard]] std::string goes_on_said_by(const std::string& line);

/// Whether such a line starts it in all of them at once, however many there are: "pnpm -r --parallel dev".
/// `has_order`: some come after others, where the tool sees to that.
[[nodiscard]] bool starts_all_at_once(const std::string& line, bool has_order);

/// Whether such a line runs it in one package after the other: "npm run build -ws".
[[nodiscard]] bool runs_one_by_one(const std::string& line);

/// How many such a line runs at a time: "1" of "pnpm -r --workspace-concurrency=1 build", "50% of the
/// processors"; empty: it doesn't say.
[[nodiscard]] std::string jobs_said_by(const std::string& line);
/// The option of dream that says it: "-j 1"; of a part "-j N".
[[nodiscard]] std::string option_of_jobs(const std::string& jobs);

/// Whether a line does nothing but call this tool: "pnpm exec nx build".
[[nodiscard]] bool only_calls(const std::string& tool, const std::string& line);

/// The script that a line runs in all packages, each after those that it uses: "pnpm -r build"; empty: it
/// does nothing of the kind. `is_script`: whether some package has a script of this name.
[[nodiscard]] std::string run_in_order(const std::string& line,
                                       const std::function<bool(const std::string&)>& is_script);

/// The script that a line runs in those packages that have changed: "nx affected -t test"; empty: it does
/// nothing of the kind. `is_script`: whether some package has a script of this name.
[[nodiscard]] std::string runs_in_changed(const std::string& line,
                                          const std::function<bool(const std::string&)>& is_script);

/// Members without tasks of their own: each a project, or, where they are many and no other folder lies
/// beside them, one pattern for all that lie together.
void add_without_tasks(const std::filesystem::path& root, const std::vector<std::string>& paths,
                       const std::string& executor, const std::string& file, Draft& draft);

/// What rush's bulk commands and phases need, in the words of turbo's `dependsOn`.
[[nodiscard]] std::map<std::string, std::vector<std::string>> rush_order(const std::filesystem::path& root);
/// rush's global commands: tasks of the root, run by rush.
void add_rush_commands(const std::filesystem::path& root, Draft& draft);

/// Whether nx.json names plugins, which may find targets that no file names.
[[nodiscard]] bool has_plugins(const rapidjson::Value& nx);

/// A remark where nx is called.
inline constexpr const char* what_nx_does =
    "nx runs itself what its targets, and the scripts that call it, need.";

/// Beside an nx.json: each target in a folder's project.json or package.json that isn't only about a script
/// is a task of the folder, run by nx. `own`, the root's package, and the others get them; folders that are
/// no packages become some.
void add_nx_projects(const std::filesystem::path& root, Package& own, std::vector<Package>& packages,
                     Draft& draft);

/// The files of a workspace's root whose changes count for every package.
void add_affects(const std::filesystem::path& root, Draft& draft);

/// What runs before what, by turbo.json, nx.json and scripts of the root that run one in all packages;
/// without them a build comes after those of the packages that it uses. `own`: the root's package;
/// `is_workspace`: it says which packages there are.
void add_order(const std::filesystem::path& root, const Package& own, const std::vector<Package>& packages,
               bool is_workspace, Draft& draft);

}  // namespace dream::init
