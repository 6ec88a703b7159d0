#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/commands/commands.hpp"
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

/// One way to say `dream plugin …`.
struct PluginCommand {
  const char* name;
  const char* arguments;  ///< as usage shows them
  std::size_t least;
  std::size_t most;
  int (*run)(const Options& options);
};

const std::vector<PluginCommand>& plugin_commands() {
  static const std::vector<PluginCommand> commands{
      {"list", "", 0, 0, &list_plugins},
      {"info", " ID|FILE", 1, 1, &plugin_info},
      {"check", " ID|FILE", 1, 1, &check_plugin},
      {"new", " NAME [DIR]", 1, 2, &new_plugin},
      {"trust", " FILE", 1, 1, [](const Options& options) {
         return trust_plugin(options.directory.value_or("") / options.words[1]);
       }}};
  return commands;
}

std::string usage_of(const PluginCommand& command) {
  return std::string("dream plugin ") + command.name + command.arguments;
}

int refuse(const std::string& message, const std::string& hint) {
  complain(Error{ErrorCode::usage, message, {}, hint});
  return exit_nothing_run;
}

int refuse_unknown(const std::string& word) {
  std::vector<std::string> names;
  std::vector<std::string> usages;
  for (const PluginCommand& command : plugin_commands()) {
    names.emplace_back(command.name);
    usages.push_back(usage_of(command));
  }
  if (word.empty()) return refuse("plugin needs a command", join_words(usages));
  const std::string meant = nearest_name(word, names);
  return refuse(
      "unknown plugin command " + in_quotes(word),
      meant.empty() ? "there are " + join_words(names) : "did you mean dream plugin " + meant + "?");
}

}  // namespace

int plugin_command(const Options& options) {
  if (options.words.empty()) return refuse_unknown("");
  for (const PluginCommand& command : plugin_commands()) {
    if (options.words[0] != command.name) continue;
    const std::size_t count = options.words.size() - 1;
    if (count < command.least || count > command.most) {
      const std::string problem = count < command.least ? "plugin " + options.words[0] + " needs more words"
                                                        : "unexpected " + in_quotes(options.words.back());
      return refuse(problem, "usage: " + usage_of(command));
    }
    return command.run(options);
  }
  return refuse_unknown(options.words[0]);
}

}  // namespace dream::cli
