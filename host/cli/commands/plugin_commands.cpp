#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/commands/plugin_check.hpp"
#include "cli/commands/plugin_info.hpp"
#include "cli/commands/plugin_new.hpp"
#include "cli/plugin_trust.hpp"
#include "cli/terminal.hpp"
#include "cli/views/plugin_view.hpp"
#include "cli/workspace.hpp"

namespace dream::cli {

namespace {

void tell_problem(PluginRow& row, const Error& error) {
  row.problem =
      error.where.empty() || error.where == row.path ? error.message : error.where + ": " + error.message;
  row.hint = error.hint;
}

PluginRow describe_plugin(const std::string& id, plugin::Registry& registry) {
  PluginRow row{.id = id};
  const plugin::SearchPath& search = registry.search_path();
  const Result<plugin::FoundPlugin> found = search.resolve(id);
  if (!found) {
    tell_problem(row, found.error());
    return row;
  }
  row.path = found->path.string();
  row.why = plugin::describe_origin(*found, search.trust);
  const Result<void> trusted =
      found->of_workspace ? search.trust.check(*found->file, found->path) : Result<void>{};
  row.trusted = trusted.has_value();
  if (!trusted) row.why = found->why;
  const Result<plugin::LoadedPlugin*> loaded = registry.load(id);
  if (!loaded) {
    tell_problem(row, loaded.error());
    return row;
  }
  row.version = (*loaded)->info().version;
  row.summary = (*loaded)->info().summary;
  return row;
}

int list_plugins(const Options& options) {
  const Result<prepare::LoadedWorkspace> loaded = workspace_if_any(options);
  if (!loaded) return exit_nothing_run;
  AskedPlugins plugins(*loaded, options);
  const plugin::SearchPath& search = plugins.registry().search_path();
  std::set<std::string> ids;
  for (std::string& id : search.available()) ids.insert(std::move(id));
  for (std::string& id : search.present()) ids.insert(std::move(id));
  std::vector<PluginRow> rows;
  rows.reserve(ids.size());
  for (const std::string& id : ids) rows.push_back(describe_plugin(id, plugins.registry()));
  return print(options.json ? plugin_list_json(rows) : plugin_list_text(rows, style_of_stdout(options)));
}

int say_which_plugin_command(const Options&) {
  std::vector<std::string> usages;
  for (const Subcommand* command : family_of("plugin")) usages.push_back("dream " + usage_of(*command));
  complain(Error{ErrorCode::usage, "plugin needs a command", {}, join_words(usages)});
  return exit_nothing_run;
}

}  // namespace

const Subcommand plugin_command{
    .name = "plugin",
    .takes = "list|info|check|new|trust",
    .help = "shows, checks, creates and confirms executor plugins",
    .examples = {"dream plugin list", "dream plugin info docker"},
    .define = [](Definition&, Options&) {},
    .run = say_which_plugin_command,
};

const Subcommand plugin_list{
    .name = "plugin list",
    .takes = "",
    .help = "shows the executors there are, and where each comes from",
    .examples = {"dream plugin list", "dream plugin list --json"},
    .define =
        [](Definition& definition, Options& options) {
          define_place(definition, options);
          define_look(definition, options);
        },
    .run = list_plugins,
};

const Subcommand plugin_info{

    .name = "plugin info",
    .takes = "ID|FILE",
    .help = "tells what one executor is, and which options it takes",
    .examples = {"dream plugin info docker", "dream plugin info ./build/libdream_acme.so"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.words, 1, 1);
          define_place(definition, options);
          definition.text("--options", "JSON", options.plugin_options, "the options that its tasks need");
          define_look(definition, options);
        },
    .run = show_plugin,
};

const Subcommand plugin_check{

    .name = "plugin check",
    .takes = "ID|FILE",
    .help = "checks whether a plugin keeps the rules of the plugin interface",
    .examples = {"dream plugin check ./build/libdream_acme.so", "dream plugin check shell --only order.any"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.words, 1, 1);
          define_place(definition, options);
          definition.text("--only", "RULE", options.only_rule, "this rule alone");
          definition.number("--seed", "NUMBER", options.seed, 0, any_number,
                            "the seed for calls in random order");
          definition.text("--options", "JSON", options.plugin_options, "the options that its tasks need");
          define_look(definition, options);
        },
    .run = check_plugin,
};

const Subcommand plugin_new{
    .name = "plugin new",
    .takes = "NAME [DIR]",
    .help = "writes a repository that builds a plugin of this name",
    .examples = {"dream plugin new acme", "dream plugin new acme ../executors/acme"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.words, 1, 2);
          define_directory(definition, options);
        },
    .run = new_plugin,
};

const Subcommand plugin_trust{
    .name = "plugin trust",
    .takes = "FILE",
    .help = "confirms a plugin of a workspace, until its file changes",
    .examples = {"dream plugin trust tools/libdream_acme.so",
                 "dream -C ../theirs plugin trust tools/libdream_acme.so"},
    .define =
        [](Definition& definition, Options& options) {
          definition.words(options.words, 1, 1);
          define_directory(definition, options);
        },
    .run =
        [](const Options& options) {
          return trust_plugin(options.directory.value_or("") / options.words[0]);
        },
};

}  // namespace dream::cli
