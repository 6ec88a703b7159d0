#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "host.hpp"
#include "result.hpp"
#include "task.hpp"

namespace dream::sdk {

/// What a plugin says of itself.
struct PluginInfo {
  std::string_view id;  ///< lower-case letters, digits, - and _
  std::string_view version;
  std::string_view summary;        ///< one line
  std::string_view homepage = {};  ///< an address
  std::uint32_t abilities = 0;     ///< DREAM_PLUGIN_*
};

/// How a run ended.
struct Exit {
  std::uint32_t kind = DREAM_EXIT_LOST;  ///< DREAM_EXIT_*
  std::int32_t value = 0;
  std::string text = {};

  [[nodiscard]] static Exit code(int value) { return {DREAM_EXIT_CODE, value}; }
  [[nodiscard]] static Exit signal(int number) { return {DREAM_EXIT_SIGNAL, number}; }
  [[nodiscard]] static Exit lost(std::string why) { return {DREAM_EXIT_LOST, 0, std::move(why)}; }

  /// How a start that failed is told to a host that has no other word for it: with the codes of a shell, and
  /// 125 for everything else.
  [[nodiscard]] static Exit failed_start(const Failure& failure) {
    constexpr int never_ran = 125;
    constexpr int not_executable = 126;
    constexpr int not_found = 127;
    Exit exit = code(never_ran);
    if (failure.code == DREAM_E_NOT_FOUND) exit.value = not_found;
    if (failure.code == DREAM_E_NOT_EXECUTABLE) exit.value = not_executable;
    exit.text = failure.message;
    if (!failure.where.empty()) exit.text += " (" + failure.where + ")";
    if (!failure.hint.empty()) exit.text += "; " + failure.hint;
    return exit;
  }
};

enum class Urgency : std::uint32_t { graceful = DREAM_GRACEFUL, force = DREAM_FORCE };

/// Where a run is in its life (DREAM_PHASE_…).
enum class Phase : std::uint32_t {
  starting = DREAM_PHASE_STARTING,
  running = DREAM_PHASE_RUNNING,
  stopping = DREAM_PHASE_STOPPING,
  exited = DREAM_PHASE_EXITED,
};

/// How a run is doing.
struct RunState {
  Phase phase = Phase::running;
  std::int64_t pid = 0;     ///< 0: none, or not of this machine
  std::string detail = {};  ///< one line for people
};

/// One started task. It calls report_exit() when it is over.
class Run {
 public:
  virtual ~Run() = default;
  Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// A request, which may come more than once and after the end.
  virtual Result<void> terminate(Urgency urgency) = 0;

  /// What is known without asking anybody. `starting` right after start() tells the host that the process
  /// doesn't run yet; the run calls Host::started() when it does.
  [[nodiscard]] virtual RunState state() const = 0;

  /// [any thread] The end, once, after the last byte of output; later calls do nothing. The host may delete
  /// the run as soon as this is called: nothing of it may be touched any more. A run that never ran, though
  /// nobody asked it to end, calls report_start_failure() instead.
  void report_exit(Exit exit) {
    std::unique_lock lock(mutex_);
    if (exit_) return;
    exit_ = std::move(exit);
    if (on_exit_ == nullptr) return;
    const Exit told = *exit_;
    const dream_on_exit on_exit = on_exit_;
    void* context = context_;
    lock.unlock();
    tell(told, on_exit, context);
  }

  /// [any thread] In place of report_exit(), by a run that was `starting` right after start(): it will never
  /// run, and nothing of it is left. Not for a run that was asked to end before it ran: that reports an exit.
  void report_start_failure(const Host& host, dream_run_id run, const Failure& failure) {
    if (!host.knows_failed_starts()) {
      report_exit(Exit::failed_start(failure));
      return;
    }
    {
      const std::scoped_lock lock(mutex_);
      if (exit_) return;
      exit_ = Exit::failed_start(failure);
      told_ = true;
    }
    host.start_failed(run, failure);
  }

  /// The host's `wait`: who is to be told.
  void arm(dream_on_exit on_exit, void* context) {
    std::unique_lock lock(mutex_);
    on_exit_ = on_exit;
    context_ = context;
    if (!exit_ || told_) return;
    const Exit told = *exit_;
    lock.unlock();
    tell(told, on_exit, context);
  }

  /// The host's `status`.
  [[nodiscard]] dream_state& fill(dream_state& out) const {
    RunState now = state();
    const std::scoped_lock lock(mutex_);
    detail_ = std::move(now.detail);
    out.phase = static_cast<std::uint32_t>(now.phase);
    out.pid = now.pid;
    if (exit_) {
      out.exit_kind = exit_->kind;
      out.exit_value = exit_->value;
    }
    out.detail = view(detail_);
    return out;
  }

 private:
  static void tell(const Exit& exit, dream_on_exit on_exit, void* context) {
    const dream_exit wire{sizeof(dream_exit), exit.kind, exit.value, view(exit.text)};
    on_exit(context, &wire);
  }

  mutable std::mutex mutex_;
  std::optional<Exit> exit_;
  bool told_ = false;  ///< as a failed start
  dream_on_exit on_exit_ = nullptr;
  void* context_ = nullptr;
  mutable std::string detail_;  ///< what fill() lends
};

/// The executor of one project. A plugin's class is made from (Host, Project), or by its own static function
/// `Result<std::unique_ptr<Class>> create(Host, Project)` when that may fail.
class Executor {
 public:
  virtual ~Executor() = default;
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Returns at once. A Failure has left nothing behind.
  virtual Result<std::unique_ptr<Run>> start(const Task& task) = 0;
};

}  // namespace dream::sdk
