#include <chrono>
#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "http/engine_thread.hpp"
#include "leftovers.hpp"
#include "life/step_run.hpp"
#include "pod_life.hpp"

namespace {

using namespace dream::kubernetes;  // NOLINT(google-build-using-namespace): this is where it comes together
namespace sdk = dream::sdk;
using dream::plugins::own_lookup;

/// One Pod for each task.
class Kubernetes : public sdk::Executor {
 public:
  static constexpr sdk::PluginInfo info{.id = "kubernetes",
                                        .version = "1.0.0",
                                        .summary = "runs a Pod of a Kubernetes cluster",
                                        .abilities = DREAM_PLUGIN_TELLS_READY | DREAM_PLUGIN_RUNS_ELSEWHERE};

  Kubernetes(const sdk::Host& host, sdk::Project project)
      : host_(host), project_(std::move(project)), loop_(host) {}

  sdk::Result<std::unique_ptr<sdk::Run>> start(const sdk::Task& task) override {
    if (host_.post() == nullptr || host_.output() == nullptr) {
      return sdk::Failure{DREAM_E_UNSUPPORTED, "this host has no dream.post/1 or no dream.output/1"};
    }
    sdk::Result<PodPlan> plan = make_plan(host_, project_, task, own_lookup());
    if (!plan) return plan.failure();
    notes_->find_place(host_);
    plan->notes = notes_;
    const sdk::Result<dream::http::asio::any_io_executor> executor = thread_.executor();
    if (!executor) return executor.failure();
    auto run = std::make_unique<dream::life::StepRun>(host_, task.run());
    const auto make = [&](std::shared_ptr<dream::life::LifeObserver> observer) {
      auto login = login_of(*executor, plan->access);
      return std::make_shared<PodLife>(*executor, std::move(login), *std::move(plan), std::move(observer));
    };
    run->begin(*executor, loop_, make);
    return std::unique_ptr<sdk::Run>(std::move(run));
  }

  sdk::Result<std::string> describe(const sdk::Task& task) {
    const sdk::Result<PodPlan> plan = make_plan(host_, project_, task, own_lookup());
    if (!plan) return plan.failure();
    return dream::kubernetes::describe(*plan);
  }

  static sdk::Result<void> inside(sdk::Run& run, sdk::InsideCommand command) {
    return static_cast<dream::life::StepRun&>(run).run_inside(std::move(command));
  }

  static sdk::Result<void> health(sdk::Run& run, const sdk::HealthQuestion& question) {
    static_cast<dream::life::StepRun&>(run).ask_health(question);
    return {};
  }

  /// Without a command in dream.json there is always one: the image's own. So there is nothing to list.
  static sdk::Result<std::vector<sdk::FoundTask>> discover(const sdk::Host&, const sdk::Project&) {
    return std::vector<sdk::FoundTask>();
  }

  static sdk::Result<void> tool(const sdk::Host&, const sdk::Project& project) {
    const auto access = find_access(AccessOptions::read(project.options), own_lookup());
    if (!access) return access.failure();
    return {};
  }

  static sdk::Result<void> reap(const sdk::Host& host, const sdk::DeadRun& run) {
    const dream::plugins::DeadNotes notes(host, run.session);
    if (notes.lines() && notes.lines()->empty()) return {};  // it made nothing
    std::set<std::string> done;
    // The last tenth is for telling of it, and for ending a login program.
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(run.limit_ms) * 9 / 10;
    sdk::Result<void> result;
    for (const std::string& options : run.options) {
      const auto access = find_access(AccessOptions::read(options), own_lookup());
      if (!access) {
        result = access.failure();
        continue;
      }
      if (!done.insert(access->endpoint.address + " " + access->name_space).second) continue;
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      // A cluster that doesn't answer doesn't keep the others from being asked.
      if (sdk::Result<void> removed = remove_all_of(run.session, *access, left); !removed) result = removed;
    }
    if (result) notes.drop();
    return result;
  }

 private:
  /// One for all steps that reach a cluster in the same way.
  [[nodiscard]] std::shared_ptr<Login> login_of(const dream::http::asio::any_io_executor& executor,
                                                const Access& access) {
    std::shared_ptr<Login>& login = logins_[access.files + " " + access.context + " " + access.name_space];
    if (login == nullptr) login = std::make_shared<Login>(executor, access);
    return login;
  }

  sdk::Host host_;
  sdk::Project project_;
  sdk::LoopQueue loop_;
  std::shared_ptr<dream::plugins::RunNotes> notes_ = std::make_shared<dream::plugins::RunNotes>();
  dream::http::EngineThread thread_{dream::life::teller(host_, loop_)};  // joined before what it uses goes
  std::map<std::string, std::shared_ptr<Login>> logins_;                 // has timers of the thread
};

}  // namespace

DREAM_PLUGIN(Kubernetes)
