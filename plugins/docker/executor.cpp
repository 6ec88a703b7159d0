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
#include "life/engine_executor.hpp"
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
class Docker : public dream::life::EngineExecutor {
 public:
  static constexpr sdk::PluginInfo info{.id = "docker",
                                        .version = "1.0.0",
                                        .summary = "runs a container of a docker or podman engine",
                                        .abilities = DREAM_PLUGIN_TELLS_READY | DREAM_PLUGIN_RUNS_ELSEWHERE};

  using EngineExecutor::EngineExecutor;

  Result<std::unique_ptr<sdk::Run>> start(const sdk::Task& task) override {
    if (const Result<void> checked = check_host(); !checked) return checked.failure();
    Result<ContainerPlan> plan = make_plan(host_, project_, task, own_lookup());
    if (!plan) return plan.failure();
    if (const auto& build = plan->options.build) {
      const auto dockerfile =
          BuildContext::find_dockerfile(plan->directory, build->context, build->dockerfile);
      if (!dockerfile) return dockerfile.failure();
    }
    return begin(task,
                 [&](const asio::any_io_executor& executor,
                     std::shared_ptr<LifeObserver> observer) -> std::shared_ptr<dream::life::Life> {
                   if (plan->options.swarm)
                     return std::make_shared<ServiceLife>(executor, *std::move(plan), std::move(observer));
                   return std::make_shared<ContainerLife>(executor, *std::move(plan), std::move(observer));
                 });
  }

  Result<std::string> describe(const sdk::Task& task) {
    const Result<ContainerPlan> plan = make_plan(host_, project_, task, own_lookup());
    if (!plan) return plan.failure();
    return plan->options.swarm ? describe_service(*plan) : dream::docker::describe(*plan);
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
};

}  // namespace

DREAM_PLUGIN(Docker)
