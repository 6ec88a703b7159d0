#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <string>

class Acme : public dream::sdk::CommandExecutor {
 public:
  static constexpr dream::sdk::PluginInfo info{
      .id = "acme", .version = "3.1.4", .summary = "runs tasks at Acme", .homepage = "https://acme.example"};
  using CommandExecutor::CommandExecutor;

  dream::sdk::Result<dream::sdk::Command> command(const dream::sdk::Task& task) override {
    const std::string region = dream::sdk::Options(task.options()).text("region").value_or("eu");
    return dream::sdk::Command{.argv = {"acme", "--region", region, std::string(task.name())}};
  }
};
DREAM_PLUGIN(Acme)
