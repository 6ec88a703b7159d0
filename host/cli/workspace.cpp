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

Result<LoadedWorkspace> told_of(Result<LoadedWorkspace> loaded) {
  if (!loaded) return told(loaded.error());
  for (const config::Problem& problem : loaded->problems) {
    complain(config::render_text(loaded->document->source(), problem));
  }
  if (config::has_errors(loaded->problems)) return Error{ErrorCode::configuration, {}, {}, {}};
  return loaded;
}

}  // namespace

Result<LoadedWorkspace> load_workspace(const Options& options) {
  return told_of(prepare::read_workspace(options.directory, options.trust));
}

Result<LoadedWorkspace> workspace_if_any(const Options& options) {
  Result<config::Discovery> found = prepare::find_workspace(options.directory, options.trust);
  if (found && !found->file) return LoadedWorkspace{std::move(*found), nullptr, {}, {}};
  return told_of(prepare::read_workspace(std::move(found)));
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
