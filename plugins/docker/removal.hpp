#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "run_network.hpp"

namespace dream::docker {

/// The removal of what a step has on an engine, and then its leave of the run's network.
class Removal {
 public:
  using Step = std::function<Async<Result<void>>(Engine::Limit)>;

  /// `limit` is how long it is tried when the engine is gone, or once `forced` says that the end is.
  Removal(Engine& engine, std::chrono::milliseconds limit, std::function<bool()> forced)
      : engine_(engine), limit_(limit), forced_(std::move(forced)) {}

  /// What could not be removed; empty: nothing is left. `thing` is what `remove_thing` removes: "its
  /// container"; `network` may be null, and `network_name` is the one that it may leave there.
  [[nodiscard]] Async<std::string> run(std::string thing, Step remove_thing,
                                       std::shared_ptr<RunNetwork> network, std::string network_name);

 private:
  [[nodiscard]] Async<Result<void>> leave(std::shared_ptr<RunNetwork> network, Engine::Limit limit);

  Engine& engine_;
  std::chrono::milliseconds limit_;
  std::function<bool()> forced_;
};

}  // namespace dream::docker
