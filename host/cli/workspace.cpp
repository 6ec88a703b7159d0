#include "cli/workspace.hpp"

#include <utility>

#include "cli/terminal.hpp"
#include "config/diagnostics.hpp"

namespace dream::cli {

using prepare::LoadedWorkspace;

namespace {

/// Tells an error; what is left of it is that it was told.
Error told(const Error& error) {
  complain(error);
  return {error.code, {}, {}, {}};
}

}  // namespace

Result<LoadedWorkspace> load_workspace(const Options& options) {
  Result<LoadedWorkspace> loaded = prepare::read_workspace(options.directory);
  if (!loaded) return told(loaded.error());
  for (const config::Problem& problem : loaded->problems) {
    complain(config::render_text(loaded->document->source(), problem));
  }
  if (config::has_errors(loaded->problems)) return Error{ErrorCode::configuration, {}, {}, {}};
  return loaded;
}

Result<LoadedWorkspace> workspace_if_any(const Options& options) {
  const Result<std::filesystem::path> folder = prepare::starting_folder(options.directory);
  const Result<config::Discovery> search = folder ? config::discover(*folder) : folder.error();
  if (search && !search->file) return LoadedWorkspace{*search, nullptr, {}, {}};
  return load_workspace(options);
}

Result<Plan> plan_of(const Options& options, const LoadedWorkspace& loaded) {
  Result<std::string> project =
      prepare::requested_project(options.project, options.directory, loaded.workspace);
  if (!project) return told(project.error());
  Result<Plan> plan = prepare::plan_request(loaded, {.id = {std::move(*project), options.task},
                                                     .recursive = options.recursive,
                                                     .stop_grace = options.grace,
                                                     .arguments = options.arguments});
  if (!plan) return told(plan.error());
  return plan;
}

Locate locator(const LoadedWorkspace& loaded) {
  return [document = loaded.document](SourceOffset offset) { return document->place(offset); };
}

}  // namespace dream::cli
