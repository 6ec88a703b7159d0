#include "cli/workspace_loader.hpp"

#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "cli/terminal.hpp"
#include "config/diagnostics.hpp"

namespace dream::cli {

namespace {

namespace fs = std::filesystem;

/// What has been told to the user already.
Error told(ErrorCode code) {
  return {code, {}, {}, {}};
}

/// dream's own executors, which may not all be installed, and every plugin that lies where plugins are looked
/// for.
std::vector<std::string> known_executors(const fs::path& root) {
  std::vector<std::string> ids{"shell", "npm", "deno", "docker"};
  Workspace empty;
  empty.root = root;
  for (std::string& id : plugin_search_path(empty).present()) ids.push_back(std::move(id));
  return ids;
}

Result<std::string> requested_folder(const Options& options, const Workspace& workspace) {
  if (!options.project) {
    Result<fs::path> folder = starting_folder(options);
    if (!folder) return folder.error();
    return config::project_of_folder(workspace, *folder);
  }
  std::string project = normalise_project(*options.project);
  if (project.empty()) {
    return Error{ErrorCode::usage,
                 "--project \"" + printable(*options.project) + "\" is no folder of the workspace",
                 {},
                 "it is a path from the folder of dream.json"};
  }
  return project;
}

/// --project as a path from the root: as written from the root, or from the folder one stands in when it
/// starts with `.`.
Result<std::string> requested_project(const Options& options, const Workspace& workspace) {
  Result<std::string> project = requested_folder(options, workspace);
  if (project && !is_printable(*project)) {
    return Error{ErrorCode::usage,
                 "a character that can't be shown in the folder's name (a control character, or no UTF-8)",
                 printable(*project),
                 {}};
  }
  return project;
}

}  // namespace

fs::path from_binary(const fs::path& relative) {
  std::error_code ignored;
  const fs::path binary = fs::read_symlink("/proc/self/exe", ignored);
  return (binary.parent_path() / relative).lexically_normal();
}

Result<fs::path> starting_folder(const Options& options) {
  if (options.directory && options.directory->empty())
    return Error{ErrorCode::usage, "the folder after --directory is empty", {}, {}};
  std::error_code failure;
  fs::path folder = options.directory ? fs::absolute(*options.directory, failure) : fs::current_path(failure);
  if (failure)
    return Error{ErrorCode::usage, "the current folder can't be told: " + failure.message(), {}, {}};
  return folder;
}

Result<LoadedWorkspace> read_workspace(const Options& options) {
  const Result<fs::path> folder = starting_folder(options);
  if (!folder) return folder.error();
  Result<config::Discovery> discovery = config::discover(*folder);
  if (!discovery) return discovery.error();
  if (!discovery->file) return config::no_configuration(*discovery);
  Result<config::LoadResult> loaded =
      config::load(*discovery->file, known_executors(discovery->file->parent_path()));
  if (!loaded) return loaded.error();
  return LoadedWorkspace{std::move(*discovery), std::move(loaded->document), std::move(loaded->workspace),
                         std::move(loaded->problems)};
}

Result<LoadedWorkspace> load_workspace(const Options& options) {
  Result<LoadedWorkspace> loaded = read_workspace(options);
  if (!loaded) {
    complain(loaded.error());
    return told(loaded.error().code);
  }
  for (const config::Problem& problem : loaded->problems) {
    complain(config::render_text(loaded->document->source(), problem));
  }
  if (config::has_errors(loaded->problems)) return told(ErrorCode::configuration);
  return loaded;
}

Result<LoadedWorkspace> workspace_if_any(const Options& options) {
  const Result<std::filesystem::path> folder = starting_folder(options);
  const Result<config::Discovery> search = folder ? config::discover(*folder) : folder.error();
  if (search && !search->file) return LoadedWorkspace{*search, nullptr, {}, {}};
  return load_workspace(options);
}

Result<Plan> plan_request(const Options& options, const LoadedWorkspace& loaded) {
  Result<std::string> project = requested_project(options, loaded.workspace);
  if (!project) {
    complain(project.error());
    return told(project.error().code);
  }
  const Request request{.id = {std::move(*project), options.task},
                        .recursive = options.recursive,
                        .stop_grace = options.grace,
                        .arguments = options.arguments};
  auto plan = make_plan(loaded.workspace, request);
  if (plan) return std::move(*plan);
  Error error = plan.error().error;
  if (plan.error().where.known()) error.where = loaded.document->place(plan.error().where);
  complain(error);
  return told(ErrorCode::plan);
}

plugin::SearchPath plugin_search_path(const Workspace& workspace, bool trust) {
  plugin::SearchPath search =
      plugin::make_search_path(workspace, from_binary(DREAM_PLUGIN_FOLDER), plugin::own_environment());
  search.trust.everything = trust;
  return search;
}

Locate locator(const LoadedWorkspace& loaded) {
  return [document = loaded.document](SourceOffset offset) { return document->place(offset); };
}

}  // namespace dream::cli
