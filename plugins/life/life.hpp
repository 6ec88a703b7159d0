#pragma once

#include <dream/sdk/executor.hpp>

namespace dream::life {

/// What a step has on an engine, from its start to its removal. It lives on the engine's thread; every
/// function is called there. A LifeObserver hears of it.
class Life {
 public:
  Life() = default;
  virtual ~Life() = default;
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  /// Once.
  virtual void begin() = 0;
  /// A request to end; harmless afterwards.
  virtual void terminate(sdk::Urgency urgency) = 0;
  /// Asks the engine how it is doing; the observer is told.
  virtual void refresh() = 0;
};

}  // namespace dream::life
