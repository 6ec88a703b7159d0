#pragma once

#include <dream/sdk/executor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "container_plan.hpp"
#include "context_reader.hpp"
#include "engine.hpp"
#include "program_start.hpp"
#include "run_network.hpp"
#include "step_life.hpp"

namespace dream::docker {

/// One container.
class ContainerLife final : public StepLife, public std::enable_shared_from_this<ContainerLife> {
 public:
  ContainerLife(const asio::any_io_executor& executor, ContainerPlan plan,
                std::shared_ptr<LifeObserver> observer, LifeLimits limits = {});

  void begin() override;
  void terminate(sdk::Urgency urgency) override;
  void refresh() override;

 private:
  enum class Stage : std::uint8_t { preparing, creating, running, over };

  [[nodiscard]] Async<LifeEnd> live();
  [[nodiscard]] Async<Result<Image>> prepare_image();
  [[nodiscard]] Async<Result<Image>> build_image();
  [[nodiscard]] Async<Result<void>> pull_image();
  [[nodiscard]] Async<LifeEnd> live_with_image();
  [[nodiscard]] Async<Result<void>> join_network();
  [[nodiscard]] Async<Result<void>> create();
  [[nodiscard]] Async<LifeEnd> run_container();
  [[nodiscard]] Async<void> forward_output();
  [[nodiscard]] Async<void> await_exit();
  [[nodiscard]] Async<void> await_program();
  [[nodiscard]] Async<void> await_health();
  [[nodiscard]] Async<sdk::Exit> describe_exit(int code);
  [[nodiscard]] Async<std::string> remove();
  [[nodiscard]] Async<Result<void>> remove_container(Engine::Limit limit);
  void send_signal();
  [[nodiscard]] std::string stop_signal() const;
  [[nodiscard]] Async<void> look();

  [[nodiscard]] bool stopping() const { return signal_ != 0; }
  [[nodiscard]] sdk::Exit stopped_early() const;
  void break_off();
  void tell(std::string state);
  /// Text that isn't the container's own. Returns when there is room for more.
  [[nodiscard]] Async<void> say(std::string text);

  ContainerPlan plan_;
  std::shared_ptr<LifeObserver> observer_;
  Engine engine_;
  Engine stream_;  ///< for the container's output
  PullAuthorization authorization_;
  std::shared_ptr<ContextReader> context_;  ///< of the image that is being built
  LifeLimits limits_;
  Stage stage_ = Stage::preparing;
  int signal_ = 0;  ///< the last one that was asked for
  bool forced_ = false;
  bool given_up_ = false;
  bool looking_ = false;
  Image image_;  ///< once it is there
  ProgramStart program_;
  std::string id_;
  std::shared_ptr<RunNetwork> network_;  ///< while it counts as one of its users
  std::optional<Result<int>> code_;      ///< once it has ended
};

/// Removes the containers and networks that dead processes of this machine have left on this engine; whether
/// that works or not, life goes on.
[[nodiscard]] Async<void> sweep(Engine& engine);

}  // namespace dream::docker
