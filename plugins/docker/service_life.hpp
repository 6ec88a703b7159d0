#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "container_plan.hpp"
#include "engine.hpp"
#include "program_start.hpp"
#include "run_network.hpp"
#include "step_life.hpp"
#include "task_log.hpp"

namespace dream::docker {

/// One service of a swarm, with one task.
class ServiceLife final : public StepLife, public std::enable_shared_from_this<ServiceLife> {
 public:
  ServiceLife(const asio::any_io_executor& executor, ContainerPlan plan,
              std::shared_ptr<LifeObserver> observer, LifeLimits limits = {});

  void begin() override;
  void terminate(sdk::Urgency urgency) override;
  /// The standing is kept up to date without being asked for.
  void refresh() override {}

 private:
  enum class Stage : std::uint8_t { preparing, creating, running, over };

  [[nodiscard]] Async<LifeEnd> live();
  [[nodiscard]] Async<Result<void>> prepare();
  [[nodiscard]] Async<LifeEnd> live_in_swarm();
  [[nodiscard]] Async<Result<void>> create();
  [[nodiscard]] Async<Result<void>> join_network();
  [[nodiscard]] Async<Result<void>> remove(Engine::Limit limit);

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
  [[nodiscard]] bool stopping() const { return signal_ != 0; }
  /// The engine that is spoken to has the task's container, and can do more with it than the swarm.
  [[nodiscard]] bool is_here() const { return !task_.container.empty() && task_.node == own_node_; }
  [[nodiscard]] std::string stop_signal() const;
  [[nodiscard]] sdk::Exit stopped_early() const;

  using Clock = std::chrono::steady_clock;

  ContainerPlan plan_;
  std::shared_ptr<LifeObserver> observer_;
  Engine engine_;
  Engine stream_;  ///< for the output
  PullAuthorization authorization_;
  LifeLimits limits_;
  ProgramStart program_;
  Stage stage_ = Stage::preparing;
  int signal_ = 0;  ///< the last one that was asked for
  bool forced_ = false;
  bool given_up_ = false;
  bool signal_missed_ = false;    ///< there was no container yet, or it didn't run
  bool swarm_was_asked_ = false;  ///< to end the task
  Image image_;                   ///< what the engine has of it
  std::string node_authorization_;
  std::string own_node_;                 ///< of the engine that is spoken to
  std::string id_;                       ///< of the service
  std::shared_ptr<RunNetwork> network_;  ///< while it counts as one of its users
  SwarmTask task_;                       ///< as it was last seen
  std::optional<LifeEnd> end_;           ///< for another reason than the task's own end
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

/// Removes the services that dead processes of this machine have left in the swarm.
[[nodiscard]] Async<void> sweep_services(Engine& engine);

}  // namespace dream::docker
