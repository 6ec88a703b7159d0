#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "step_life.hpp"
#include "task_log.hpp"

namespace dream::docker {

/// One service of a swarm, with one task.
class ServiceLife final : public StepLife {
 public:
  ServiceLife(const asio::any_io_executor& executor, ContainerPlan plan,
              std::shared_ptr<LifeObserver> observer, LifeLimits limits = {});

  /// The standing is kept up to date without being asked for.
  void refresh() override {}
  [[nodiscard]] Result<void> takes_commands() const override {
    return Failure{DREAM_E_UNSUPPORTED, "a command can't be run in a task of a swarm",
                   R"(use the probe "healthcheck": the engine of its node runs that)"};
  }

  /// The swarm itself ends a task that isn't.
  void ask_health(const TellHealth& tell) override { tell({}); }

 private:
  [[nodiscard]] Async<LifeEnd> live() override;
  [[nodiscard]] Async<Result<void>> create() override;
  [[nodiscard]] Async<LifeEnd> run() override { return follow_task(); }
  void end_running() override;
  [[nodiscard]] std::string thing() const override;
  [[nodiscard]] Async<Result<std::vector<Listed>>> list(const std::string& label,
                                                        Engine::Limit limit) override {
    return engine_.list_services(label, limit);
  }
  [[nodiscard]] Async<Result<void>> remove(const std::string& id, Engine::Limit limit) override {
    return engine_.remove_service(id, limit);
  }
  [[nodiscard]] Async<Result<void>> prepare();

  // service_task.cpp: how the task fares

  [[nodiscard]] Async<LifeEnd> follow_task();
  [[nodiscard]] Async<void> watch();
  [[nodiscard]] Async<void> look();
  [[nodiscard]] Async<void> look_at_node();
  [[nodiscard]] Async<void> look_for_program();
  void take(SwarmTask task);
  [[nodiscard]] std::optional<Failure> no_node_suits();
  [[nodiscard]] LifeEnd end_of_task() const;
  [[nodiscard]] sdk::Exit given_up() const;
  [[nodiscard]] std::string doing() const;
  [[nodiscard]] std::string node() const;

  // service_output.cpp

  void open_log();
  [[nodiscard]] Async<void> follow_output();
  [[nodiscard]] Async<void> read_rest();
  [[nodiscard]] Async<Result<void>> read_log(Engine& engine, bool follow);
  [[nodiscard]] Async<void> take_output(std::string bytes);

  void send_signal();
  [[nodiscard]] Async<void> signal_container(Engine& engine);
  [[nodiscard]] Async<void> ask_swarm_to_end(Engine& engine);
  /// The engine that is spoken to has the task's container, and can do more with it than the swarm.
  [[nodiscard]] bool is_here() const { return !task_.container.empty() && task_.node == own_node_; }

  using Clock = std::chrono::steady_clock;

  bool signal_missed_ = false;    ///< there was no container yet, or it didn't run
  bool swarm_was_asked_ = false;  ///< to end the task
  std::string node_authorization_;
  std::string own_node_;        ///< of the engine that is spoken to
  SwarmTask task_;              ///< as it was last seen
  std::optional<LifeEnd> end_;  ///< for another reason than the task's own end
  asio::steady_timer next_look_;
  Clock::time_point changed_at_;  ///< when the task's state was last seen to be another one
  std::optional<Clock::time_point> without_node_since_;
  std::optional<Clock::time_point> refused_since_;  ///< to tell of the task
  std::string node_name_;
  std::string told_;  ///< of its standing
  Clock::time_point node_seen_at_;
  bool ready_ = false;
  TaskLog log_;
  bool log_is_open_ = false;
  asio::steady_timer log_turn_;  ///< ends when there is something to do for the output
};

}  // namespace dream::docker
