#pragma once

#include <chrono>
#include <cstdint>
#include <dream/sdk/executor.hpp>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "asio.hpp"
#include "demultiplexer.hpp"
#include "registry_auth.hpp"

namespace dream::docker {

/// How a step is doing, for people.
struct Standing {
  std::string id;     ///< short, of its container; empty: there is none yet
  std::string state;  ///< "pulling postgres:16", "running"
  std::string health;
  std::int64_t restarts = 0;
  std::int64_t memory = 0;  ///< bytes; 0: not known
};

/// How a life has ended: as the container did, or, with a Failure, before there was one that ran.
using LifeEnd = std::variant<sdk::Exit, Failure>;

/// Who hears of a life; every function is called on the engine's thread.
class LifeObserver {
 public:
  virtual ~LifeObserver() = default;
  /// Output of the container, or words of the engine about an image. `go_on` is to be called, on any thread,
  /// when there is room for more.
  virtual void on_output(std::vector<Piece> pieces, std::function<void()> go_on) = 0;
  /// Its program runs.
  virtual void on_started() = 0;
  /// Its health check has passed, after its start; only where the plan wants to know.
  virtual void on_ready() = 0;
  virtual void on_standing(Standing standing) = 0;
  /// What the user should know though the run goes on.
  virtual void on_warning(std::string text) = 0;
  /// What could not be removed; before the end.
  virtual void on_left_behind(std::string what) = 0;
  /// Nothing else is called after it.
  virtual void on_end(LifeEnd end) = 0;
};

/// How long a life may go on in parts that an engine or a program can draw out.
struct LifeLimits {
  /// After a forced end: when the engine hasn't told of the container's by then, it isn't waited for any
  /// more. Together with `removal` it is less than the host's own limit, so that the run's words are heard.
  std::chrono::milliseconds force{5'000};
  /// How long the removal is tried when the engine is gone, or the end is forced.
  std::chrono::milliseconds removal{2'000};
  /// How long a credential helper may take.
  std::chrono::milliseconds helper = PullAuthorization::helper_limit;
  /// How long no node of a swarm may suit; one whose port is just given back suits in a moment.
  std::chrono::milliseconds no_node{20'000};
  /// A node of a swarm that is lost still has its tasks, as far as the swarm knows: how often to look at it.
  std::chrono::milliseconds between_looks_at_node{5'000};
  /// How long a swarm may refuse to tell of a task; one that elects its leader does so for some seconds.
  std::chrono::milliseconds refusal{10'000};
  /// How long nothing may come of a log whose task is over.
  std::chrono::milliseconds silence{30'000};
};

/// As people see the id of a container.
[[nodiscard]] std::string short_id(const std::string& id);

/// The exit code of what was killed, as a shell has it.
inline constexpr int killed_code = 137;

/// Returns when there is room for more, so that a slow reader slows the writer down.
[[nodiscard]] Async<void> write_output(LifeObserver& observer, asio::any_io_executor executor,
                                       std::vector<Piece> pieces);

}  // namespace dream::docker
