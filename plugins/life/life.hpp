#pragma once

#include <chrono>
#include <dream/sdk/executor.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dream::life {

/// How a command ended that ran beside a step.
struct CommandOutcome {
  int code = 0;             ///< as a shell has it: 126, 127, 128 + n
  std::string output = {};  ///< the last of it, both streams
};

/// Engines tell only in words why a command can't be executed: it isn't there,
[[nodiscard]] inline bool says_not_found(std::string_view words) {
  return words.find("executable file not found") != std::string_view::npos ||
         words.find("no such file or directory") != std::string_view::npos;
}
/// or it is no program of whoever is to run it.
[[nodiscard]] inline bool says_not_executable(std::string_view words) {
  return words.find("permission denied") != std::string_view::npos ||
         words.find("exec format error") != std::string_view::npos;
}

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

  /// [any thread] Whether commands can be run beside its program. It never changes.
  [[nodiscard]] virtual sdk::Result<void> takes_commands() const {
    return sdk::Failure{DREAM_E_UNSUPPORTED, "no command can be run where it runs"};
  }
  /// Runs one, for `limit` at most (0: as long as it takes). `tell` is called once, on this thread, unless
  /// that ends before.
  virtual void run_inside(const std::vector<std::string>& /*argv*/, std::chrono::milliseconds /*limit*/,
                          const std::function<void(sdk::Result<CommandOutcome>)>& tell) {
    tell(takes_commands().failure());
  }

  using TellHealth = std::function<void(const sdk::Result<void>&)>;
  /// Whether it is healthy, while its program runs; a Failure's message is why not. `tell` is called as that
  /// of run_inside is.
  virtual void ask_health(const TellHealth& tell) = 0;
};

}  // namespace dream::life
