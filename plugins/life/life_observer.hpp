#pragma once

#include <cstdint>
#include <dream/sdk/executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "http/asio.hpp"
#include "piece.hpp"

namespace dream::life {

namespace asio = boost::asio;
using http::Async;
using sdk::Failure;

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

/// Begins `live` on `executor`, and tells of its end. What it throws is a Failure of the plugin's own; so it
/// is when something that it waits for throws, and takes it along.
void begin_life(const asio::any_io_executor& executor, std::shared_ptr<LifeObserver> observer,
                Async<LifeEnd> live);

/// The exit code of what was killed, as a shell has it.
inline constexpr int killed_code = 137;

/// Returns when there is room for more, so that a slow reader slows the writer down.
[[nodiscard]] Async<void> write_output(LifeObserver& observer, asio::any_io_executor executor,
                                       std::vector<Piece> pieces);

}  // namespace dream::life
