#include <algorithm>
#include <dream/sdk.hpp>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using dream::sdk::Command;
using dream::sdk::Failure;
using dream::sdk::Host;
using dream::sdk::NeededProject;
using dream::sdk::Project;
using dream::sdk::Result;

/// The text between the first two quotes behind `key`.
std::optional<std::string> quoted_after(const std::string& line, std::string_view key) {
  const std::size_t at = line.find(key);
  const std::size_t open = line.find('"', std::min(at, line.size()));
  const std::size_t close = line.find('"', std::min(open, line.size() - 1) + 1);
  if (close == std::string::npos) return std::nullopt;
  return line.substr(open + 1, close - open - 1);
}

/// How the dependencies of a table are needed; nothing: it has none.
std::optional<std::uint32_t> kind_of(std::string_view table) {
  if (table == "[dependencies]") return DREAM_NEED_RUNTIME;
  if (table == "[dev-dependencies]" || table == "[build-dependencies]") return DREAM_NEED_DEVELOPMENT;
  return std::nullopt;
}

/// Runs tasks with cargo, and reads from Cargo.toml which crates beside it a crate needs: lines like
/// `util = { path = "../util" }`.
class Cargo : public dream::sdk::CommandExecutor {
 public:
  static constexpr dream::sdk::PluginInfo info{
      .id = "cargo", .version = "1.0.0", .summary = "runs cargo's commands"};
  using CommandExecutor::CommandExecutor;

  Result<Command> command(const dream::sdk::Task& task) override {
    return Command{.argv = {"cargo", std::string(task.name())}};
  }

  static Result<std::vector<NeededProject>> depends(const Host&, const Project& project) {
    std::vector<NeededProject> needed;
    std::ifstream manifest(project.directory + "/Cargo.toml");
    std::optional<std::uint32_t> kind;
    int number = 0;
    for (std::string line; std::getline(manifest, line);) {
      ++number;
      if (line.starts_with('[')) kind = kind_of(line);
      if (!kind || line.find("path") == std::string::npos) continue;
      const auto path = quoted_after(line, "path");
      if (!path) {
        return Failure{DREAM_E_FAILED, project.directory + "/Cargo.toml:" + std::to_string(number) +
                                           ": expected a path in quotes"};
      }
      const bool optional = line.find("optional = true") != std::string::npos;
      needed.push_back({project.directory + "/" + *path, optional ? DREAM_NEED_OPTIONAL : *kind});
    }
    return needed;
  }
};
DREAM_PLUGIN(Cargo)
