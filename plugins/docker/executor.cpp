#include <chrono>
#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "build_context.hpp"
#include "container_life.hpp"
#include "http/engine_thread.hpp"
#include "life/step_run.hpp"
#include "reaper.hpp"
#include "service_life.hpp"
#include "service_spec.hpp"
#include "shared/programs.hpp"

namespace {

using namespace dream::docker;  // NOLINT(google-build-using-namespace): this is where it comes together
namespace sdk = dream::sdk;
using sdk::Failure;
using sdk::Result;

/// One container for each task, on an engine with Docker's API; or one service of its swarm.
class Docker : public sdk::Executor {
 public:
  static constexpr sdk::PluginInfo info{.id = "docker",
                                        .version = "1.0.0",
                                        .summary = "runs a container of a docker or podman engine",
                                        .abilities = DREAM_PLUGIN_TELLS_READY | DREAM_PLUGIN_RUNS_ELSEWHERE};

  Docker(const sdk::Host& host, sdk::Project project)
      : host_(host), project_(std::move(project)), loop_(host) {}

  Result<std::unique_ptr<sdk::Run>> start(const sdk::Task& task) override {
    if (host_.post() == nullptr || host_.output() == nullptr) {
      return Failure{DREAM_E_UNSUPPORTED, "this host has no dream.post/1 or no dream.output/1"};
    }
    Result<ContainerPlan> plan = make_plan(host_, project_, task, own_lookup());
    if (!plan) return plan.failure();
    if (const auto& build = plan->options.build) {
      const auto dockerfile =
          BuildContext::find_dockerfile(plan->directory, build->context, build->dockerfile);
      if (!dockerfile) return dockerfile.failure();
    }
    const Result<asio::any_io_executor> executor = thread_.executor();
    if (!executor) return executor.failure();
    auto run = std::make_unique<dream::life::StepRun>(host_, task.raw().run);
    const auto make = [&](std::shared_ptr<LifeObserver> observer) -> std::shared_ptr<dream::life::Life> {
      if (plan->options.swarm)
        return std::make_shared<ServiceLife>(*executor, *std::move(plan), std::move(observer));
      return std::make_shared<ContainerLife>(*executor, *std::move(plan), std::move(observer));
    };
    run->begin(*executor, loop_, make);
    return std::unique_ptr<sdk::Run>(std::move(run));
  }

  Result<std::string> describe(const sdk::Task& task) {
    const Result<ContainerPlan> plan = make_plan(host_, project_, task, own_lookup());
    if (!plan) return plan.failure();
    return plan->options.swarm ? describe_service(*plan) : dream::docker::describe(*plan);
  }

  static Result<void> inside(sdk::Run& run, sdk::InsideCommand command) {
    return static_cast<dream::life::StepRun&>(run).run_inside(std::move(command));
  }

  static Result<void> health(sdk::Run& run, const sdk::HealthQuestion& question) {
    static_cast<dream::life::StepRun&>(run).ask_health(question);
    return {};
  }

  /// Without a command in dream.json there is always one: the image's own. So there is nothing to list.
  static Result<std::vector<sdk::FoundTask>> discover(const sdk::Host&, const sdk::Project&) {
    return std::vector<sdk::FoundTask>();
  }

  static Result<void> tool(const sdk::Host&, const sdk::Project& project) {
    const Result<Endpoint> endpoint = find_endpoint(sdk::Options(project.options).text("host"), own_lookup());
    if (!endpoint) return endpoint.failure();
    std::error_code ignored;
    if (endpoint->kind == Endpoint::Kind::local && !std::filesystem::exists(endpoint->path, ignored)) {
      return Failure{DREAM_E_NOT_FOUND, "there is no container engine at " + endpoint->path,
                     "start it (systemctl start docker), or install one (apt-get install docker.io)"};
    }
    if (endpoint->kind == Endpoint::Kind::program &&
        !dream::plugins::is_installed(endpoint->command.front(), dream::plugins::own_search_path())) {
      return Failure{DREAM_E_NOT_FOUND, endpoint->command.front() + " is not installed",
                     "apt-get install openssh-client"};
    }
    return {};
  }

  static Result<void> reap(const sdk::Host&, const sdk::DeadRun& run) {
    std::set<std::string> done;
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(run.limit_ms);
    Result<void> result;
    for (const std::string& options : run.options) {
      const Result<Endpoint> endpoint = find_endpoint(sdk::Options(options).text("host"), own_lookup());
      if (!endpoint) {
        result = endpoint.failure();
        continue;
      }
      if (!done.insert(endpoint->address).second) continue;
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      // An engine that doesn't answer doesn't keep the others from being asked.
      if (Result<void> removed = remove_all_of(run.session, *endpoint, left, patience_with(*endpoint));
          !removed)
        result = removed;
    }
    return result;
  }

 private:
  sdk::Host host_;
  sdk::Project project_;
  sdk::LoopQueue loop_;
  dream::http::EngineThread thread_{
      dream::life::teller(host_, loop_)};  // the last: it is joined before what it uses goes
};

}  // namespace

DREAM_PLUGIN(Docker)
