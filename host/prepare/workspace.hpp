#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/discovery.hpp"
#include "config/load.hpp"
#include "plan/plan.hpp"
#include "plugin/search_path.hpp"

/// A workspace, opened.
namespace dream::prepare {

/// The configuration that a command works on.
struct LoadedWorkspace {
  config::Discovery discovery;
  std::shared_ptr<const config::Document> document;
  Workspace workspace;
  std::vector<config::Problem> problems;
};

/// What env files are read for.
enum class EnvFiles : std::uint8_t {
  run,   ///< pipes are read, too
  look,  ///< a pipe counts as empty: it is the run's
};

/// The folder a command works in: `directory`, from the command line, or the current one. Absolute, and as it
/// was reached: symbolic links and dots stay.
[[nodiscard]] Result<std::filesystem::path> starting_folder(
    const std::optional<std::filesystem::path>& directory);

/// Finds dream.json from there upwards, if it is one that is obeyed: of the user, root or the owner of the
/// folder, or trusted. `trust`: whoever owns it.
[[nodiscard]] Result<config::Discovery> find_workspace(const std::optional<std::filesystem::path>& directory,
                                                       bool trust);

/// The folder of the dream.json that is found there. The file isn't read: it may be broken.
[[nodiscard]] Result<std::filesystem::path> find_root(const std::optional<std::filesystem::path>& directory,
                                                      bool trust);

/// Reads what was found, whatever is wrong with its content. Variables in it are expanded with dream's own
/// environment.
[[nodiscard]] Result<LoadedWorkspace> read_workspace(Result<config::Discovery> found,
                                                     EnvFiles files = EnvFiles::look);

/// Finds and reads it.
[[nodiscard]] Result<LoadedWorkspace> read_workspace(const std::optional<std::filesystem::path>& directory,
                                                     bool trust, EnvFiles files = EnvFiles::look);

/// A problem of dream.json with its place.
[[nodiscard]] Error error_of(const config::Problem& problem, const config::Document& document);
/// The first one that keeps its tasks from being run; none: there is none.
[[nodiscard]] std::optional<Error> first_error(const LoadedWorkspace& loaded);

/// A word after `-p`, which may be a glob or begin with `!`, as it would be written from the root. It is
/// already, unless it is `.` (the project one stands in), or begins with `..` or `/`: then it counts from
/// `directory`, which shells and people mean.
[[nodiscard]] Result<std::string> project_from_root(const std::string& written,
                                                    const std::optional<std::filesystem::path>& directory,
                                                    const Workspace& workspace);

/// `project`, from the command line, normalised; the project one stands in without it.
[[nodiscard]] Result<std::string> requested_project(const std::optional<std::string>& project,
                                                    const std::optional<std::filesystem::path>& directory,
                                                    const Workspace& workspace);

/// The plan of a request. An Error names the place in dream.json where it has one.
[[nodiscard]] Result<Plan> plan_request(const LoadedWorkspace& loaded, const Request& request,
                                        Manifests* manifests);

/// The plan of a request in the same workspace, if its dream.json had this text. An Error tells its first
/// problem.
[[nodiscard]] Result<Plan> plan_of_text(const LoadedWorkspace& loaded, std::string text,
                                        const Request& request, Manifests* manifests);

/// A path that is relative to the folder of dream's binary: what was installed with it.
[[nodiscard]] std::filesystem::path from_binary(const std::filesystem::path& relative);

/// Where executor plugins are looked for. `trust`: those of the workspace need no confirmation.
[[nodiscard]] plugin::SearchPath plugin_search_path(const Workspace& workspace, bool trust = false);

}  // namespace dream::prepare
