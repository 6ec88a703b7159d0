#include "cli/asking.hpp"

#include "output/log.hpp"

namespace dream::cli {

AskedPlugins::AskedPlugins(const prepare::LoadedWorkspace& loaded, const Options& options)
    : log_(output::make_stderr_log(options.debug ? LogLevel::debug : LogLevel::warning)),
      services_(*log_,
                plugin::make_place(plugin::new_session_id(), loaded.workspace.root, plugin::own_lookup())),
      registry_(prepare::plugin_search_path(loaded.workspace, options.trust), services_) {}

AskedProjects::AskedProjects(const prepare::LoadedWorkspace& loaded, const Options& options)
    : graph_(
          loaded,
          [this, &loaded, &options]() -> plugin::Registry& {
            if (!plugins_) plugins_ = std::make_unique<AskedPlugins>(loaded, options);
            return plugins_->registry();
          },
          [](std::string_view warning) {
            output::make_stderr_log(LogLevel::warning)->write(LogLevel::warning, warning);
          }) {}

bool has_task(const std::string& task, const Options& options) {
  const auto loaded = prepare::read_workspace(options.directory, options.trust);
  if (!loaded || config::has_errors(loaded->problems)) return false;
  const auto project = options.projects.empty() ? std::nullopt : std::optional(options.projects.front());
  const auto name = prepare::requested_project(project, options.directory, loaded->workspace);
  if (!name) return false;
  const Step settings = settings_of_step(loaded->workspace, {*name, task});
  if (settings.command || settings.gathers) return true;
  AskedProjects projects(*loaded, options);
  const Result<bool> has = projects.graph().has_task(*name, task);
  return has && *has;
}

}  // namespace dream::cli
