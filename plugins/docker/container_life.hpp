#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "arrived_output.hpp"
#include "life/folder_reader.hpp"
#include "step_life.hpp"

namespace dream::docker {

/// One container.
class ContainerLife final : public StepLife {
 public:
  ContainerLife(const asio::any_io_executor& executor, ContainerPlan plan,
                std::shared_ptr<LifeObserver> observer, LifeLimits limits = {})
      : StepLife(executor, std::move(plan), std::move(observer), limits), ended_(executor) {}

  void refresh() override;
  [[nodiscard]] Result<void> takes_commands() const override { return {}; }
  void ask_health(const TellHealth& tell) override;

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
  [[nodiscard]] Async<void> forward(Demultiplexer& demultiplexer, std::string_view bytes);
  /// False: its connection broke; it may have done so in any case.
  [[nodiscard]] Async<bool> forward_attached();
  [[nodiscard]] Async<void> await_end();
  [[nodiscard]] Async<bool> lacks_output();
  [[nodiscard]] Async<void> forward_log(bool is_lost);
  /// What becomes of the container isn't known any more: there is an error of its own.
  [[nodiscard]] bool nobody_can_tell() const;
  [[nodiscard]] std::string container_path() const { return "/containers/" + id_; }
  [[nodiscard]] Async<void> await_exit();
  [[nodiscard]] Async<void> await_program();
  [[nodiscard]] Async<void> await_health();
  void tell_health(const ContainerState& state);
  [[nodiscard]] Async<sdk::Exit> describe_exit(int code);
  void send_signal();
  [[nodiscard]] Async<void> look();

  void tell(std::string state);
  /// Text that isn't the container's own. Returns when there is room for more.
  [[nodiscard]] Async<void> say(std::string text);

  std::shared_ptr<life::FolderReader> context_;  ///< of the image that is being built
  bool looking_ = false;
  std::string health_;  ///< as it was told last
  bool told_unhealthy_ = false;
  ArrivedOutput arrived_;
  std::optional<Result<int>> code_;  ///< once it has ended
  asio::steady_timer ended_;         ///< for who waits for that
};

}  // namespace dream::docker
