#pragma once

#include <memory>
#include <optional>
#include <string>

#include "context_reader.hpp"
#include "step_life.hpp"

namespace dream::docker {

/// One container.
class ContainerLife final : public StepLife {
 public:
  ContainerLife(const asio::any_io_executor& executor, ContainerPlan plan,
                std::shared_ptr<LifeObserver> observer, LifeLimits limits = {})
      : StepLife(executor, std::move(plan), std::move(observer), limits) {}

  void refresh() override;
  [[nodiscard]] Result<void> takes_commands() const override { return {}; }

 private:
  [[nodiscard]] Async<LifeEnd> live() override;
  [[nodiscard]] Async<Result<void>> create() override;
  [[nodiscard]] Async<LifeEnd> run() override;
  void break_off() override;
  void end_running() override { send_signal(); }
  [[nodiscard]] std::string thing() const override;
  [[nodiscard]] Async<Result<std::vector<Listed>>> list(const std::string& label,
                                                        Engine::Limit limit) override {
    return engine_.list(label, limit);
  }
  [[nodiscard]] Async<Result<void>> remove(const std::string& id, Engine::Limit limit) override {
    return engine_.remove(id, limit);
  }

  [[nodiscard]] Async<Result<Image>> prepare_image();
  [[nodiscard]] Async<Result<Image>> pulled_image();
  [[nodiscard]] Async<Result<std::string>> create_of_image(bool rootless);
  [[nodiscard]] Async<Result<Image>> build_image();
  [[nodiscard]] Async<Result<void>> pull_image();
  [[nodiscard]] Async<void> forward_output();
  [[nodiscard]] Async<void> await_exit();
  [[nodiscard]] Async<void> await_program();
  [[nodiscard]] Async<void> await_health();
  [[nodiscard]] Async<sdk::Exit> describe_exit(int code);
  void send_signal();
  [[nodiscard]] Async<void> look();

  void tell(std::string state);
  /// Text that isn't the container's own. Returns when there is room for more.
  [[nodiscard]] Async<void> say(std::string text);

  std::shared_ptr<ContextReader> context_;  ///< of the image that is being built
  bool looking_ = false;
  std::optional<Result<int>> code_;  ///< once it has ended
};

}  // namespace dream::docker
