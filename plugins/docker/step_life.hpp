#pragma once

#include <chrono>
#include <dream/sdk/executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "container_plan.hpp"
#include "engine.hpp"
#include "life/life.hpp"
#include "program_start.hpp"
#include "registry_auth.hpp"
#include "run_network.hpp"

namespace dream::docker {

/// As people see the id of a container.
[[nodiscard]] std::string short_id(const std::string& id);

/// How long a life may go on in parts that an engine or a program can draw out.
struct LifeLimits {
  /// After a forced end: when the engine hasn't told of the container's by then, it isn't waited for any
  /// more. Together with `removal` it is less than the host's own limit, so that the run's words are heard.
  std::chrono::milliseconds force{5'000};
  /// How long the removal is tried when the engine is gone, or the end is forced.
  std::chrono::milliseconds removal{2'000};
  /// How long a credential helper may take.
  std::chrono::milliseconds helper = RegistryLogins::helper_limit;
  /// How long no node of a swarm may suit; one whose port is just given back suits in a moment.
  std::chrono::milliseconds no_node{20'000};
  /// A node of a swarm that is lost still has its tasks, as far as the swarm knows: how often to look at it.
  std::chrono::milliseconds between_looks_at_node{5'000};
  /// How long a swarm may refuse to tell of a task; one that elects its leader does so for some seconds.
  std::chrono::milliseconds refusal{10'000};
  /// How long nothing may come of a log whose task is over.
  std::chrono::milliseconds silence{30'000};
};

/// What a step has on an engine, from its image to its removal: a container, or a service of a swarm.
class StepLife : public life::Life, public std::enable_shared_from_this<StepLife> {
 public:
  void begin() final;
  void terminate(sdk::Urgency urgency) final;
  void run_inside(const std::vector<std::string>& argv, std::chrono::milliseconds limit,
                  const std::function<void(Result<CommandOutcome>)>& tell) override;

 protected:
  enum class Stage : std::uint8_t { preparing, creating, running, over };

  StepLife(const asio::any_io_executor& executor, ContainerPlan plan, std::shared_ptr<LifeObserver> observer,
           LifeLimits limits);

  // What each kind does in its own way:

  /// All of it: what comes before there is anything on the engine, and then live_on_engine().
  [[nodiscard]] virtual Async<LifeEnd> live() = 0;
  /// Makes it, and sets id_.
  [[nodiscard]] virtual Async<Result<void>> create() = 0;
  /// From its creation to its end; the stage becomes `running` as soon as it can be asked to end.
  [[nodiscard]] virtual Async<LifeEnd> run() = 0;
  /// It is to end before there is anything: what takes long is broken off.
  virtual void break_off();
  /// It is to end while it runs.
  virtual void end_running() = 0;
  /// "its container 0123456789ab"
  [[nodiscard]] virtual std::string thing() const = 0;
  [[nodiscard]] virtual Async<Result<std::vector<Listed>>> list(const std::string& label,
                                                                Engine::Limit limit) = 0;
  [[nodiscard]] virtual Async<Result<void>> remove(const std::string& id, Engine::Limit limit) = 0;

  /// Creates it, lets it run, and removes it.
  [[nodiscard]] Async<LifeEnd> live_on_engine();
  /// The run's network, where it shares one; plan_.network is its name then.
  [[nodiscard]] Async<Result<void>> join_network();
  [[nodiscard]] bool stopping() const { return signal_ != 0; }
  [[nodiscard]] sdk::Exit stopped_early() const;
  /// The image's own where dream.json names none: the engine knows what its words mean.
  [[nodiscard]] std::string stop_signal() const;

  ContainerPlan plan_;
  std::shared_ptr<LifeObserver> observer_;
  Engine engine_;
  Engine stream_;  ///< for the output
  RegistryLogins logins_;
  LifeLimits limits_;
  ProgramStart program_;
  Stage stage_ = Stage::preparing;
  int signal_ = 0;  ///< the last one that was asked for
  bool given_up_ = false;
  Image image_;     ///< what the engine has of it
  std::string id_;  ///< once it is created

 private:
  [[nodiscard]] Async<Result<void>> remove_what_is_there(Engine::Limit limit);

  bool forced_ = false;
  std::string given_up_command_;         ///< the last one that took too long; empty: none, or it has ended
  std::shared_ptr<RunNetwork> network_;  ///< while it counts as one of its users
};

}  // namespace dream::docker
