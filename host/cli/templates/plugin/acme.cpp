#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <string>
#include <utility>
#include <vector>

/// Runs a task by the program that the option `program` names: its words, then the task's name, then what
/// stood after `--` on the command line.
class AcmePlugin : public dream::sdk::CommandExecutor {
 public:
  static constexpr dream::sdk::PluginInfo info{
      .id = "acme", .version = "0.1.0", .summary = "runs tasks by acme"};
  using CommandExecutor::CommandExecutor;

  dream::sdk::Result<dream::sdk::Command> command(const dream::sdk::Task& task) override {
    if (task.has_command_line() || task.has_command_argv()) {
      return dream::sdk::Failure{DREAM_E_UNSUPPORTED,
                                 "the acme executor runs the task of the name, and no command",
                                 "remove the command from dream.json"};
    }
    std::vector<std::string> argv = dream::sdk::Options(task.options()).texts("program");
    if (argv.empty()) argv = {"echo", "acme", "runs"};
    argv.emplace_back(task.name());
    for (std::string& argument : task.arguments()) argv.push_back(std::move(argument));
    return dream::sdk::Command{.argv = std::move(argv)};
  }
};
DREAM_PLUGIN(AcmePlugin)
