#pragma once

#include <dream/sdk.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "http/engine_thread.hpp"
#include "step_run.hpp"

namespace dream::life {

/// An executor whose steps live on an engine, which a thread of its own speaks to.
class EngineExecutor : public sdk::Executor {
 public:
  EngineExecutor(const sdk::Host& host, sdk::Project project)
      : host_(host), project_(std::move(project)), loop_(host) {}

  static sdk::Result<void> inside(sdk::Run& run, sdk::InsideCommand command) {
    return static_cast<StepRun&>(run).run_inside(std::move(command));
  }
  static sdk::Result<void> health(sdk::Run& run, const sdk::HealthQuestion& question) {
    static_cast<StepRun&>(run).ask_health(question);
    return {};
  }
  /// Without a command in dream.json there is always one: the image's own. So there is nothing to list.
  static sdk::Result<std::vector<sdk::FoundTask>> discover(const sdk::Host&, const sdk::Project&) {
    return std::vector<sdk::FoundTask>();
  }

 protected:
  /// Whether the host has what a step needs.
  [[nodiscard]] sdk::Result<void> check_host() const {
    if (host_.post() != nullptr && host_.output() != nullptr) return {};
    return sdk::Failure{DREAM_E_UNSUPPORTED, "this host has no dream.post/1 or no dream.output/1"};
  }
  /// `make` is given the executor of the thread, and who hears of the life that it makes.
  template <class Make>
  [[nodiscard]] sdk::Result<std::unique_ptr<sdk::Run>> begin(const sdk::Task& task, const Make& make) {
    const sdk::Result<asio::any_io_executor> executor = thread_.executor();
    if (!executor) return executor.failure();
    auto run = std::make_unique<StepRun>(host_, task.run());
    run->begin(*executor, loop_,
               [&](std::shared_ptr<LifeObserver> observer) { return make(*executor, std::move(observer)); });
    return std::unique_ptr<sdk::Run>(std::move(run));
  }

  sdk::Host host_;
  sdk::Project project_;

 private:
  sdk::LoopQueue loop_;
  http::EngineThread thread_{teller(host_, loop_)};  // the last: it is joined before what it uses goes
};

}  // namespace dream::life
