/// An executor whose tasks leave something outside of this machine's processes: the file left-SESSION in the
/// workspace, which stays until it is removed. The option `reap` says how reaping goes wrong.
#include <unistd.h>

#include <cstdlib>
#include <dream/sdk.hpp>
#include <fstream>
#include <string>

namespace {

using namespace dream::sdk;

std::string left_by(const std::string& root, const std::string& session) {
  return root + "/left-" + session;
}

/// Tells by one pipe that reaping has begun, and goes on when something comes through another.
void await_gate(std::string_view root) {
  std::ofstream(std::string(root) + "/reaping") << "now\n";
  std::string line;
  std::ifstream file(std::string(root) + "/reap-gate");
  std::getline(file, line);
}

class Leaving : public CommandExecutor {
 public:
  static constexpr PluginInfo info{
      .id = "leaving", .version = "1.0.0", .summary = "leaves a file behind until it is reaped"};

  using CommandExecutor::CommandExecutor;
  ~Leaving() override {
    if (!left_.empty()) ::unlink(left_.c_str());
  }

  Result<Command> command(const Task& task) override {
    if (task.raw().arguments.count != 0) return Failure{DREAM_E_UNSUPPORTED, "it takes no arguments", ""};
    if (task.has_command_argv()) return Failure{DREAM_E_UNSUPPORTED, "it takes lines only", ""};
    return Command{.argv = {"sh", "-c", std::string(task.command_line())}};
  }
  [[nodiscard]] Result<std::string> describe(const Task& task) override {
    return "leaves something: " + std::string(task.command_line());
  }

  static Result<std::vector<FoundTask>> discover(const Host&, const Project& project) {
    std::vector<FoundTask> found;
    std::string command;
    std::ifstream file(project.directory + "/leaving.txt");
    for (std::string name; file >> name && std::getline(file >> std::ws, command);) {
      found.push_back({.name = name, .summary = command, .source = "leaving.txt"});
    }
    return found;
  }
  static Result<void> tool(const Host&, const Project& project) {
    if (::access((project.directory + "/no-tool").c_str(), F_OK) != 0) return {};
    return Failure{DREAM_E_NOT_FOUND, "the leaving tool is not installed", "apt install leaving"};
  }

  static Result<void> reap(const Host&, const DeadRun& run) {
    for (const std::string& options : run.options) {
      if (options.find("crash") != std::string::npos) std::abort();
      if (options.find("hang") != std::string::npos) ::pause();
      if (options.find("wait") != std::string::npos) await_gate(run.root);
      if (options.find("fail") != std::string::npos) return Failure{DREAM_E_FAILED, "nobody answers"};
    }
    ::unlink(left_by(run.root, run.session).c_str());
    return {};
  }

 private:
  /// As soon as there is an executor: it is enough for a test.
  std::string leave() const {
    std::string file = left_by(project().root, host().session());
    std::ofstream(file) << "left\n";
    return file;
  }

  std::string left_ = leave();
};

}  // namespace

DREAM_PLUGIN(Leaving)
