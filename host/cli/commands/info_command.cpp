#include <filesystem>

#include "cli/commands/commands.hpp"
#include "cli/terminal.hpp"
#include "cli/views/info_view.hpp"
#include "cli/workspace.hpp"

namespace dream::cli {

namespace {

PluginPaths plugin_paths(const Workspace& workspace) {
  PluginPaths paths;
  const plugin::SearchPath search = prepare::plugin_search_path(workspace);
  for (const std::string& id : search.available()) {
    if (const Result<plugin::FoundPlugin> found = search.resolve(id)) paths.emplace(id, found->path.string());
  }
  return paths;
}

}  // namespace

int show_info(const Options& options) {
  const TextStyle style = style_of_stdout(options);
  const Result<config::Discovery> search = prepare::find_workspace(options.directory, options.trust);
  if (!search) {
    complain(search.error());
    return exit_nothing_run;
  }
  Discovery shown;
  for (const auto& looked_in : search->looked_in)
    shown.looked_for.push_back((looked_in / "dream.json").string());
  if (!search->file) {
    return print(info_text(shown, nullptr, plugin_paths({}), {}, style), exit_nothing_run);
  }
  shown.found = search->file->string();
  const Result<prepare::LoadedWorkspace> loaded = load_workspace(options);
  if (!loaded) return exit_nothing_run;
  for (const auto& text : loaded->document->source().all()) {
    if (text->name() == shown.found) continue;
    const bool is_local = std::filesystem::path(text->name()).filename() == "dream.local.json";
    (is_local ? shown.above : shown.below).push_back(text->name());
  }
  const PluginPaths plugins = plugin_paths(loaded->workspace);
  return print(
      loaded->document->masked(info_text(shown, &loaded->workspace, plugins, locator(*loaded), style)));
}

}  // namespace dream::cli
