#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "options.hpp"
#include "remote_run.hpp"
#include "shared/far_command.hpp"
#include "shared/programs.hpp"
#include "shared/task_environment.hpp"

namespace dream::ssh {
namespace {

using sdk::Failure;
using sdk::Result;
using sdk::Task;

/// A step on another machine, over the system's ssh.
class Ssh : public sdk::Executor {
 public:
  static constexpr sdk::PluginInfo info{.id = "ssh",
                                        .version = "1.0.0",
                                        .summary = "runs a command on another machine over ssh",
                                        .abilities = DREAM_PLUGIN_RUNS_ELSEWHERE};

  Ssh(const sdk::Host& host, sdk::Project project) : host_(host), project_(std::move(project)), loop_(host) {}

  Result<std::unique_ptr<sdk::Run>> start(const Task& task) override {
    if (host_.post() == nullptr || host_.output() == nullptr || host_.process() == nullptr) {
      return Failure{DREAM_E_UNSUPPORTED, "this host has no dream.post/1, dream.output/1 or dream.process/1"};
    }
    Result<RemotePlan> plan = plan_of(task);
    if (!plan) return plan.failure();
    std::optional<Seat> seat;
    if (plan->options.forward.empty()) {
      Result<Seat> taken = Seat::take(host_, plan->options);
      if (!taken) return taken.failure();
      seat.emplace(std::move(*taken));
    }
    auto run = std::make_unique<RemoteRun>(host_, task.run(), std::move(*plan), std::move(seat));
    if (const Result<void> begun = run->begin(loop_, kept_); !begun) return begun.failure();
    return std::unique_ptr<sdk::Run>(std::move(run));
  }

  Result<std::string> describe(const Task& task) {
    const Result<RemotePlan> plan = plan_of(task);
    if (!plan) return plan.failure();
    std::string line = "ssh ";
    if (!plan->options.user.empty()) line += "-l " + plan->options.user + " ";
    if (plan->options.port) line += "-p " + std::to_string(*plan->options.port) + " ";
    line += plan->options.host + ": ";
    if (!plan->far.directory.empty()) line += "cd " + sdk::shell_word(plan->far.directory) + " && ";
    return line + sdk::shell_line(plan->far.argv);
  }

  /// There is nothing in a folder that would say what to run elsewhere.
  static Result<std::vector<sdk::FoundTask>> discover(const sdk::Host&, const sdk::Project&) {
    return std::vector<sdk::FoundTask>{};
  }
  static Result<void> tool(const sdk::Host&, const sdk::Project& project) {
    const sdk::Options options(project.options);
    const bool copies = options.has("sync") && options.flag("sync").value_or(true);
    return tools_in(plugins::own_search_path(), copies);
  }

  /// Whatever ran there has ended with its life line; the sockets of a killed dream are left.
  static Result<void> reap(const sdk::Host&, const sdk::DeadRun& run) {
    std::error_code failure;
    std::filesystem::remove_all(socket_folder(run.session), failure);
    if (!failure) return {};
    return Failure{DREAM_E_FAILED, socket_folder(run.session) + " can't be removed: " + failure.message()};
  }

 private:
  static Result<void> tools_in(const std::string& search_path, bool copies) {
    if (!plugins::is_installed("ssh", search_path)) {
      return Failure{DREAM_E_NOT_FOUND, "ssh is not installed: no folder of PATH has it",
                     "install it (Debian: apt-get install openssh-client)"};
    }
    if (copies && !plugins::is_installed("rsync", search_path)) {
      return Failure{DREAM_E_NOT_FOUND, "rsync is not installed: no folder of PATH has it",
                     "install it (Debian: apt-get install rsync), here and there; or leave out \"sync\""};
    }
    return {};
  }

  /// Where a task runs below its project's folder, it does so over there.
  [[nodiscard]] std::string far_folder_of(const Task& task, const std::string& folder) const {
    const std::filesystem::path below =
        std::filesystem::path(task.directory()).lexically_relative(project_.directory);
    if (below.empty() || below == "." || *below.begin() == "..") return folder;
    return folder.empty() ? below.string() : (std::filesystem::path(folder) / below).string();
  }

  [[nodiscard]] Result<RemotePlan> plan_of(const Task& task) const {
    Result<Options> options = read_options(task.options(), project_.directory);
    if (!options) return options.failure();
    Result<std::vector<std::string>> words = plugins::command_words(task, info.id);
    if (!words) return words.failure();
    const std::vector<std::string> environment = task.environment();
    const Result<void> tools = tools_in(plugins::variable(environment, "PATH"), options->sync.has_value());
    if (!tools) return tools.failure();
    RemotePlan plan{.options = std::move(*options),
                    .far = {.nonce = plugins::new_nonce(),
                            .environment = {},
                            .argv = std::move(*words),
                            .stop_signal = task.stop_signal(),
                            .grace_ms = static_cast<unsigned>(task.grace().count())},
                    .folder = project_.directory,
                    .environment = environment};
    plan.far.directory = far_folder_of(task, plan.options.directory);
    plan.far.environment = plugins::given_environment(task, plan.options.env);
    return plan;
  }

  sdk::Host host_;
  sdk::Project project_;
  sdk::LoopQueue loop_;
  std::set<std::shared_ptr<Master>> kept_;  ///< connections that wait for the next step
};

}  // namespace
}  // namespace dream::ssh

DREAM_PLUGIN(dream::ssh::Ssh)
