#include "cli/asking.hpp"

#include "output/log.hpp"

namespace dream::cli {

AskedPlugins::AskedPlugins(const prepare::LoadedWorkspace& loaded, const Options& options)
    : log_(output::make_stderr_log(options.debug ? LogLevel::debug : LogLevel::warning)),
      services_(*log_, plugin::make_place(plugin::new_session_id(), loaded.workspace.root,
                                          plugin::own_environment())),
      registry_(prepare::plugin_search_path(loaded.workspace, options.trust), services_) {}

}  // namespace dream::cli
