#pragma once

#include <unistd.h>

#include "base/clock.hpp"
#include "cli/options.hpp"
#include "plan/plan.hpp"
#include "prepare/workspace.hpp"
#include "runtime/driver.hpp"
#include "runtime/session.hpp"

namespace dream::cli {

/// What a detached run tells whoever has started it in place of the path of its socket, when it has none.
inline constexpr const char* no_socket = "-";

/// Watches a run, and has something to say when it is over. Called in this order.
class RunWatcher {
 public:
  virtual ~RunWatcher() = default;

  /// Whether the run takes place for the watcher: then it is neither recorded nor asked from outside.
  [[nodiscard]] virtual bool owns_run() const { return true; }
  /// Whether there is anything to watch; if not, nothing is run, and tell() follows. Both outlive it.
  [[nodiscard]] virtual bool wants(const Plan& plan, const prepare::LoadedWorkspace& loaded) = 0;
  /// The descriptor for what tasks write to stdout.
  [[nodiscard]] virtual int output_of_tasks() const { return STDOUT_FILENO; }
  /// Before the first step starts. These stay until end().
  virtual void begin(runtime::Session& session, Clock& clock, runtime::Driver& driver) = 0;
  /// Every step has ended.
  virtual void end() = 0;
  /// All that the run had to show has been written. Not begun: the run was refused. Returns dream's exit
  /// code.
  [[nodiscard]] virtual int tell(int exit_code) = 0;
};

/// What `dream TASK` does, watched.
[[nodiscard]] int run_watched(const Options& options, RunWatcher* watcher);

}  // namespace dream::cli
