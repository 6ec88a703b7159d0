#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "manifest.hpp"
#include "needs.hpp"
#include "package_manager.hpp"
#include "shared/json_file.hpp"
#include "shared/programs.hpp"
#include "shared/tasks.hpp"

namespace dream::plugins {
namespace {

namespace fs = std::filesystem;
using sdk::Command;
using sdk::CommandExecutor;
using sdk::Failure;
using sdk::Host;
using sdk::Options;
using sdk::PluginInfo;
using sdk::Project;
using sdk::Result;
using sdk::Task;

Result<const PackageManager*> package_manager(const Options& options, const std::string& folder,
                                              const std::string& root) {
  const std::string wanted = options.text("packageManager").value_or("auto");
  if (wanted == "auto") return detect_package_manager(folder, root);
  return find_package_manager(wanted);
}

Failure not_installed(const PackageManager& manager) {
  return {DREAM_E_NOT_FOUND, manager.name + " is not installed: no folder of PATH has it",
          manager.how_to_install};
}

/// Runs scripts of package.json with the package manager of the project.
class Npm : public CommandExecutor {
 public:
  static constexpr PluginInfo info{
      .id = "npm", .version = "1.0.0", .summary = "runs scripts of package.json with npm, pnpm, yarn or bun"};
  using CommandExecutor::CommandExecutor;

  Result<Command> command(const Task& task) override {
    if (task.has_command_line() || task.has_command_argv()) {
      return Failure{DREAM_E_UNSUPPORTED, "the npm executor runs scripts of package.json, and no command",
                     R"(name the script in the option "script", or set "executor": "shell")"};
    }
    const Options options(task.options());
    const std::string folder(task.directory());
    const Result<std::shared_ptr<const Manifest>> manifest = manifest_in(folder);
    if (!manifest) return manifest.failure();
    if (*manifest == nullptr) return no_package();
    const Result<const PackageManager*> manager = package_manager(options, folder, project().root);
    if (!manager) return manager.failure();

    const std::string script = options.text("script").value_or(std::string(task.name()));
    if (!(*manifest)->scripts) return (*manifest)->scripts.failure();
    const Tasks& scripts = *(*manifest)->scripts;
    const bool implied =
        script == "start" && (*manager)->starts_servers && is_file(fs::path(folder) / "server.js");
    const sdk::FoundTask* found = find_task(scripts, script);
    if (found != nullptr && found->unusable) return is_no_command(project().path, *found);
    if (found == nullptr && !implied) {
      if (options.flag("ifPresent").value_or(false)) return Command{.argv = {"true"}};
      return no_script(script, scripts);
    }
    const fs::path program = find_program((*manager)->name, variable(task.environment(), "PATH"));
    if (program.empty()) return not_installed(**manager);
    std::vector<std::string> argv{(*manager)->name, "run"};
    // As if its folder were alone, which costs the .npmrc of the workspace's root.
    if (argv.front() == "npm" && !keeps_exit_code_in_workspaces(program))
      argv.emplace_back("--workspaces=false");
    // It would be an option.
    if (script.starts_with('-')) argv.emplace_back("--");
    argv.push_back(script);
    return run_script(std::move(argv), **manager, task, options);
  }

  static Result<std::vector<sdk::FoundTask>> discover(const Host&, const Project& project) {
    const Result<std::shared_ptr<const Manifest>> manifest = manifest_in(project.directory);
    if (!manifest) return manifest.failure();
    if (*manifest == nullptr) return Tasks{};
    if (!(*manifest)->scripts) return (*manifest)->scripts.failure();
    return sorted(*(*manifest)->scripts);
  }

  static Result<std::vector<sdk::NeededProject>> depends(const Host& host, const Project& project) {
    return npm_needs(host, project);
  }

  static Result<void> tool(const Host&, const Project& project) {
    const Result<const PackageManager*> manager =
        package_manager(Options(project.options), project.directory, project.root);
    if (!manager) return manager.failure();
    if (!is_installed((*manager)->name, own_search_path())) return not_installed(**manager);
    return {};
  }

 private:
  static Command run_script(std::vector<std::string> argv, const PackageManager& manager, const Task& task,
                            const Options& options) {
    Command command{.argv = std::move(argv), .environment = task.environment(), .relays = script_runners()};
    command.relays.push_back("bun run " + command.argv.back());
    std::vector<std::string> arguments = options.texts("args");
    for (std::string& argument : task.arguments()) arguments.push_back(std::move(argument));
    const bool is_separated = *(command.argv.end() - 2) == "--";
    const bool wants_separator = manager.separates_arguments && !is_separated && !arguments.empty();
    const bool drops_first = manager.drops_dashes && !arguments.empty() && arguments.front() == "--";
    if (wants_separator || drops_first) command.argv.emplace_back("--");
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    add_node_options(manager, options.texts("nodeOptions"), command.environment);
    // It would ask the registry at the end of a run.
    set_default(command.environment, "npm_config_update_notifier", "false");
    return command;
  }

  // The package manager is a program of Node's too, where it can be told what is for its scripts alone: else
  // it would take the port of --inspect itself.
  static void add_node_options(const PackageManager& manager, const std::vector<std::string>& added,
                               std::vector<std::string>& environment) {
    if (added.empty()) return;
    std::string all = variable(environment, "NODE_OPTIONS");
    for (const std::string& option : added) all += (all.empty() ? "" : " ") + option;
    set_variable(environment, manager.node_options, all);
  }

  [[nodiscard]] Failure no_package() const {
    return {DREAM_E_NOT_FOUND, project().path + " has no package.json",
            "make one (npm init), or give the project another executor"};
  }

  [[nodiscard]] Failure no_script(const std::string& script, const Tasks& scripts) const {
    return {DREAM_E_NOT_FOUND,
            project().path + " has no script \"" + script + "\" in its package.json" +
                those_there_are(scripts, "scripts"),
            R"(write it, or name another one in the option "script")"};
  }
};

}  // namespace
}  // namespace dream::plugins

DREAM_PLUGIN(dream::plugins::Npm)
