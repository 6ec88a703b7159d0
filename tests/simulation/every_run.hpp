#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace dream::simulation {

/// How much freedom the world has in every_run().
struct Freedom {
  std::size_t steps = 1;
  /// Whatever can happen next may: ends of processes in any order, deadlines before or after them, and starts
  /// that are answered only later. Otherwise processes end in plan order, or in reverse, and grace passes
  /// last.
  bool any_order = false;
  /// The second signal comes at any later moment. Otherwise right after the first.
  bool signals_apart = false;
  std::size_t signals = 2;
  /// Each step has a delay of 0 or 3, and no timeout or one of 2; an event takes 1.
  bool times = false;
  /// Processes may end before they are known to run, or survive force, and stdout may be lost at any moment.
  bool oddities = false;
  /// Each step has no `ready`, or has it, and the next step waits for that or not.
  bool readiness = false;
  /// With more than 1 one of the steps has `restart`, on failure or always, once or twice, and what can't be
  /// started could be at another time. A run that starts a step more often than this is stopped.
  std::uint32_t attempts = 1;
  /// Each foreground step but the last is in the list, or runs at the end.
  bool end = false;
  /// All steps but the last are in groups, which follow one another in every way, or all of them are one.
  /// With every number of jobs from 1 on, and going on after a failure or not.
  bool groups = false;
  /// Each step needs the one before it, or not.
  bool needs = false;
  /// Each step is restarted with the first, or not.
  bool renewal = false;
  /// Of an attempt that is over something more is heard, once, at any moment.
  bool echoes = false;
};

struct Count {
  std::uint64_t runs = 0;
  std::string complaint;  ///< with the trace of the run that broke a promise
};

/// The number of kinds a step can be of: foreground, background or service, required or optional.
inline constexpr std::size_t kinds_of_step = 6;

/// Every plan of `freedom.steps` steps whose first step is of kind `first`, with every behaviour of each
/// process (succeeds, fails, fails to start, hangs until it is asked to end, ignores that, and what the
/// freedom adds), and signals at every moment.
[[nodiscard]] Count every_run(const Freedom& freedom, std::size_t first);

}  // namespace dream::simulation
