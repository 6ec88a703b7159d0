#include <chrono>
#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "leftovers.hpp"
#include "life/engine_executor.hpp"
#include "pod_life.hpp"

namespace {

using namespace dream::kubernetes;  // NOLINT(google-build-using-namespace): this is where it comes together
namespace sdk = dream::sdk;
using dream::plugins::own_lookup;

/// One Pod for each task.
class Kubernetes : public dream::life::EngineExecutor {
 public:
  static constexpr sdk::PluginInfo info{.id = "kubernetes",
                                        .version = "1.0.0",
                                        .summary = "runs a Pod of a Kubernetes cluster",
                                        .abilities = DREAM_PLUGIN_TELLS_READY | DREAM_PLUGIN_RUNS_ELSEWHERE};

  using EngineExecutor::EngineExecutor;

  sdk::Result<std::unique_ptr<sdk::Run>> start(const sdk::Task& task) override {
    if (const sdk::Result<void> checked = check_host(); !checked) return checked.failure();
    sdk::Result<PodPlan> plan = make_plan(host_, project_, task, own_lookup());
    if (!plan) return plan.failure();
    notes_->find_place(host_);
    plan->notes = notes_;
    return begin(task, [&](const dream::http::asio::any_io_executor& executor,
                           std::shared_ptr<dream::life::LifeObserver> observer) {
      auto login = login_of(executor, plan->access);
      return std::make_shared<PodLife>(executor, std::move(login), *std::move(plan), std::move(observer));
    });
  }

  sdk::Result<std::string> describe(const sdk::Task& task) {
    const sdk::Result<PodPlan> plan = make_plan(host_, project_, task, own_lookup());
    if (!plan) return plan.failure();
    return dream::kubernetes::describe(*plan);
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

  std::shared_ptr<dream::plugins::RunNotes> notes_ = std::make_shared<dream::plugins::RunNotes>();
  std::map<std::string, std::shared_ptr<Login>>
      logins_;  // with timers of the thread: they go before its loop
};

}  // namespace

DREAM_PLUGIN(Kubernetes)
