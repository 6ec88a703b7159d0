#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "plan/workspace.hpp"

/// The C table of a plugin as a C++ interface: what the runtime sees of executors.
namespace dream::plugin {

/// What one step asks of its executor. Borrowed for the duration of the call.
struct TaskSpec {
  StepIndex step{};
  std::string name;  ///< the task's name
  std::optional<Command> command;
  std::vector<std::string> arguments;  ///< after `--`
  std::string directory;               ///< absolute path of the project's folder
  SharedEnvironment environment = std::make_shared<const std::vector<std::string>>();
  SharedEnvironment own_environment =
      std::make_shared<const std::vector<std::string>>();  ///< what dream.json gives of it
  std::string options_json;                                ///< merged and validated: an object
  std::optional<int> stop_signal;                          ///< none: dream.json names none
  Duration stop_grace{};
  bool pty = true;
  bool tell_ready = false;  ///< somebody waits for RunObserver::run_ready; only where Executor::tells_ready()
  Duration ready_limit{};   ///< for so long after its start
  bool ask_health = false;  ///< Run::ask_health will be called; only where Executor::tells_health()
};

/// Where one start of a step reports to; on the loop thread. Each start has an observer of its own, so a late
/// report can't be taken for one about another start.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// The process runs. Exactly once unless start fails or the run exits before; may come during start().
  virtual void run_started() = 0;
  /// It is ready, by what its executor knows of it; once, while it runs.
  virtual void run_ready() {}
  /// It could not be started after all, and nothing of it is left. Instead of run_exited; never during
  /// start().
  virtual void run_start_failed(Error error) = 0;
  /// The end, once, after the last byte of output; never during start().
  virtual void run_exited(ExitStatus status) = 0;
};

enum class Phase : std::uint8_t { starting, running, stopping, exited };

struct RunState {
  Phase phase = Phase::starting;
  int pid = 0;         ///< 0: none, or not a local process
  std::string detail;  ///< one line for people; may be empty
};

/// How a command that ran beside a step ended.
using OnInside = std::function<void(CommandEnd)>;

/// Whether a step is healthy: what is wrong with it, in one line; empty: nothing.
using OnHealth = std::function<void(std::string why)>;

/// One started step. Destroying it releases the plugin's handle; only after run_exited (or when dream is
/// going down).
class Run {
 public:
  virtual ~Run() = default;
  virtual Result<void> terminate(Urgency urgency) = 0;
  [[nodiscard]] virtual Result<RunState> status() const = 0;
  /// Begins to run a command where the run lives, while it runs; only where Executor::reaches_inside().
  /// `on_inside` is called later, on the loop, at most once, and not after this object is gone. `limit`:
  /// after that, nobody needs its answer.
  virtual Result<void> run_inside(const std::vector<std::string>& argv, Duration limit,
                                  OnInside on_inside) = 0;
  /// Asks whether the run is healthy, while it runs; only where Executor::tells_health(). `on_health` is
  /// called as `on_inside` is.
  virtual Result<void> ask_health(Duration limit, OnHealth on_health) = 0;
};

/// An executor of one plugin for one project.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Returns at once. `observer` must outlive the run.
  virtual Result<std::unique_ptr<Run>> start(const TaskSpec& task, RunObserver& observer) = 0;
  /// What start would run, one line; nullopt: it can't tell. An Error is the one that start would have.
  virtual Result<std::optional<std::string>> describe(const TaskSpec& task) = 0;
  /// Whether its runs can say when they are ready.
  [[nodiscard]] virtual bool tells_ready() const { return false; }
  /// Whether what it starts is no process of this machine.
  [[nodiscard]] virtual bool runs_elsewhere() const { return false; }
  /// Whether its runs live elsewhere, and commands can be run there.
  [[nodiscard]] virtual bool reaches_inside() const { return false; }
  /// Whether its runs can say, each time that they are asked, if they are healthy.
  [[nodiscard]] virtual bool tells_health() const { return false; }
};

}  // namespace dream::plugin
