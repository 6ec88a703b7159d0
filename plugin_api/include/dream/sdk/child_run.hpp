#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "executor.hpp"
#include "host.hpp"
#include "task.hpp"

namespace dream::sdk {

/// What to execute. What is left empty is the task's.
struct Command {
  std::vector<std::string> argv;              ///< argv[0] with a slash is a path, else it is searched in PATH
  std::string directory = {};                 ///< absolute
  std::vector<std::string> environment = {};  ///< NAME=VALUE, the whole of it
  std::vector<std::string> relays = {};       ///< programs that pass signals on (dream_child.relays)
};

/// A run that is one supervised child of the host: its output is the run's, its end is the run's. A run that
/// does more, such as one that lets a helper end what its child started elsewhere, overrides child_ended().
class ChildRun : public Run {
 public:
  explicit ChildRun(const Host& host) : host_(host) {}

  /// Starts `command` for `task`; once, and the run is only good when it succeeded.
  [[nodiscard]] Result<void> spawn(const Task& task, const Command& command) {
    if (host_.process() == nullptr) return Failure{DREAM_E_UNSUPPORTED, "this host can't start processes"};
    const std::vector<dream_str> argv_views = views(command.argv);
    const std::vector<dream_str> environment_views = views(command.environment);
    const std::vector<dream_str> relay_views = views(command.relays);
    dream_child child{};
    child.size = sizeof(child);
    child.flags = task.may_have_terminal() ? DREAM_CHILD_PTY : 0U;
    child.run = task.run();
    child.argv = {argv_views.data(), argv_views.size()};
    child.directory = command.directory.empty() ? task.raw().directory : view(command.directory);
    child.environment = task.raw().environment;
    if (!environment_views.empty()) child.environment = {environment_views.data(), environment_views.size()};
    child.stop_signal = task.stop_signal();
    child.on_exit = &ChildRun::child_exited;
    child.context = this;
    child.relays = {relay_views.data(), relay_views.size()};
    FailureSink errors;
    const dream_status status = host_.process()->spawn(host_.raw(), &child, &child_, errors.table());
    if (status < 0) return errors.take(status, "spawn");
    return {};
  }

  Result<void> terminate(Urgency urgency) override {
    if (phase_ == Phase::exited) return {};
    phase_ = Phase::stopping;
    FailureSink errors;
    const dream_status status =
        host_.process()->terminate(host_.raw(), child_, static_cast<std::uint32_t>(urgency), errors.table());
    if (status < 0) return errors.take(status, "terminate");
    return {};
  }

  [[nodiscard]] RunState state() const override {
    if (phase_ == Phase::exited) return {.phase = phase_};
    return {.phase = phase_, .pid = host_.process()->pid(host_.raw(), child_)};
  }

 protected:
  [[nodiscard]] const Host& host() const { return host_; }
  /// The child's number, for the host's service; 0 before spawn().
  [[nodiscard]] dream_child_id child() const { return child_; }
  /// The child has ended: so has the run.
  virtual void child_ended(Exit exit) {
    phase_ = Phase::exited;
    report_exit(std::move(exit));
  }

 private:
  static std::vector<dream_str> views(const std::vector<std::string>& texts) {
    std::vector<dream_str> result;
    result.reserve(texts.size());
    for (const std::string& one : texts) result.push_back(view(one));
    return result;
  }

  static void child_exited(void* context, const dream_exit* exit) noexcept {
    static_cast<ChildRun*>(context)->child_ended(
        Exit{exit->kind, exit->value, std::string(text(exit->text))});
  }

  Host host_;
  dream_child_id child_ = 0;
  Phase phase_ = Phase::running;
};

}  // namespace dream::sdk
