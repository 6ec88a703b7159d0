#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine.hpp"

namespace dream::docker {

/// The network that the containers of one run share on one engine, or its services in one swarm: the first of
/// them makes it, the last removes it. Each project's engine is spoken to by a thread of its own, so whoever
/// wants something of it waits for its turn.
class RunNetwork {
 public:
  enum class Reach : std::uint8_t { engine, swarm };

  /// The one of this name on the engine at this address; it lives as long as somebody holds it.
  [[nodiscard]] static std::shared_ptr<RunNetwork> of(const std::string& address, const std::string& name,
                                                      Reach reach = Reach::engine);

  RunNetwork(std::string name, Reach reach) : name_(std::move(name)), reach_(reach) {}

  /// From its construction in the queue, until its destruction the only one that come() has returned to.
  class Turn {
   public:
    Turn(std::shared_ptr<RunNetwork> network, const asio::any_io_executor& executor);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    /// On the thread of the executor.
    [[nodiscard]] Async<void> come();

    // The rest once it has come.

    /// Its name. Also who fails has to leave: an engine that went while it was asked may have made it.
    [[nodiscard]] Async<Result<std::string>> join(Engine& engine, std::map<std::string, std::string> labels);
    /// The last one removes it; where that fails, nobody has left.
    [[nodiscard]] Async<Result<void>> leave(Engine& engine, Engine::Limit limit);
    /// Leaves, and the network stays.
    void give_up();

   private:
    [[nodiscard]] bool is_first() const;
    void wake();

    std::shared_ptr<RunNetwork> network_;
    asio::any_io_executor executor_;
    std::shared_ptr<asio::steady_timer> call_;  ///< cancelled when it is its turn
  };

 private:
  const std::string name_;
  const Reach reach_;
  std::mutex mutex_;
  std::deque<Turn*> queue_;  ///< the first one has the turn
  // Of who has the turn:
  int users_ = 0;
  bool exists_ = false;
  std::string made_;  ///< its name, of the last one that was made
};

}  // namespace dream::docker
