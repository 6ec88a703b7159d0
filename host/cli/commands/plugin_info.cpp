#include "cli/commands/plugin_info.hpp"

#include <rapidjson/document.h>

#include <filesystem>
#include <memory>
#include <string>

#include "cli/asking.hpp"
#include "cli/terminal.hpp"
#include "cli/views/plugin_view.hpp"
#include "cli/workspace.hpp"
#include "conformance/check.hpp"
#include "output/log.hpp"

namespace dream::cli {

namespace {

std::vector<std::string> option_names(const std::string& schema) {
  rapidjson::Document document;
  document.Parse(schema);
  if (document.HasParseError()) return {};
  const rapidjson::Value& root = document;
  if (!root.IsObject() || !root.HasMember("properties") || !root["properties"].IsObject()) return {};
  std::vector<std::string> names;
  for (const auto& property : root["properties"].GetObject()) names.emplace_back(property.name.GetString());
  return names;
}

bool is_json(const std::string& text) {
  rapidjson::Document document;
  return !document.Parse(text).HasParseError();
}

PluginFacts facts_of(plugin::LoadedPlugin& loaded, const plugin::SearchPath& search, const Options& options) {
  const plugin::PluginInfo& info = loaded.info();
  const conformance::Usage usage =
      conformance::look_at_usage(loaded.table(), options.plugin_options.value_or("{}"));
  const bool sound = is_json(info.options_schema);
  return {.row = {.id = info.id,
                  .version = info.version,
                  .summary = info.summary,
                  .path = info.path.string(),
                  .why = plugin::describe_origin({info.path, info.file, info.why, info.of_workspace},
                                                 search.trust),
                  .trusted = true,
                  .problem = sound || info.options_schema.empty() ? "" : "its options schema is no JSON",
                  .hint = ""},
          .homepage = info.homepage,
          .options_schema = sound ? info.options_schema : "",
          .options = option_names(info.options_schema),
          .abilities = usage.abilities,
          .extensions = usage.extensions,
          .services = usage.services};
}

}  // namespace

bool names_file(const std::string& word) {
  return word.find('/') != std::string::npos || word.ends_with(".so");
}

Result<plugin::FoundPlugin> find_plugin(const Options& options, const plugin::SearchPath& search) {
  const std::string& word = options.words[0];
  if (!names_file(word)) {
    Result<plugin::FoundPlugin> found = search.resolve(word);
    if (!found || !found->of_workspace) return found;
    if (const Result<void> trusted = search.trust.check(*found->file, found->path); !trusted)
      return trusted.error();
    return found;
  }
  const std::filesystem::path path = std::filesystem::absolute(options.directory.value_or("") / word);
  return plugin::find_plugin_file(path, "named on the command line");
}

int show_plugin(const Options& options) {
  const Result<prepare::LoadedWorkspace> workspace = workspace_if_any(options);
  if (!workspace) return exit_nothing_run;
  const plugin::SearchPath search = prepare::plugin_search_path(workspace->workspace, options.trust);
  const auto log = output::make_stderr_log(options.debug ? LogLevel::debug : LogLevel::warning);
  plugin::IdleServices services(
      *log, plugin::make_place(plugin::new_session_id(), search.root, plugin::own_lookup()));
  const Result<plugin::FoundPlugin> found = find_plugin(options, search);
  const auto loaded = found ? plugin::LoadedPlugin::load(options.words[0], *found, services)
                            : Result<std::unique_ptr<plugin::LoadedPlugin>>(found.error());
  if (!loaded) {
    complain(loaded.error());
    return exit_nothing_run;
  }
  const PluginFacts facts = facts_of(**loaded, search, options);
  return print(options.json ? plugin_info_json(facts) : plugin_info_text(facts, style_of_stdout(options)));
}

}  // namespace dream::cli
