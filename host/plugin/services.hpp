#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/child_id.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "plugin/place.hpp"

namespace dream::plugin {

enum class TimerId : std::uint64_t {};

/// A supervised local process that an executor asks the host for.
struct ChildRequest {
  StepIndex step{};
  std::vector<std::string>
      argv;               ///< argv[0] with a slash is a path, else it is looked up in PATH of `environment`
  std::string directory;  ///< absolute
  SharedEnvironment environment;
  SharedEnvironment own_environment = {};  ///< what dream.json gives the step of it; may be null
  int stop_signal = 15;
  std::vector<std::string> relays = {};  ///< programs that pass signals on, as dream_child has them
  bool pty = true;                       ///< a terminal of its own is allowed
  /// Set: the child's bytes go here, but not while write_output has answered false for the step and there is
  /// no room again. Unset: they are the step's output.
  std::function<void(Stream, std::string_view)> on_output;
  /// Once, on the loop, after the last byte of output.
  std::function<void(ExitStatus)> on_exit;
};

/// What the host does for executors. The runtime implements it; every call but post() is made on the loop
/// thread. What is called back is called by the loop, and never before a call has returned.
class Services {
 public:
  virtual ~Services() = default;

  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual Log& log() = 0;

  /// Takes all of `bytes`. False: much is pending, the caller should hold more back until `on_writable` was
  /// called.
  virtual bool write_output(StepIndex step, Stream stream, std::string_view bytes) = 0;
  /// Calls `on_writable` once, when the step's output has room, in a later turn of the loop.
  virtual void when_writable(StepIndex step, std::function<void()> on_writable) = 0;

  /// Returns when the process runs (exec has succeeded). A failure has left nothing behind.
  virtual Result<ChildId> spawn(ChildRequest request) = 0;
  /// Idempotent; harmless after the exit.
  virtual Result<void> terminate_child(ChildId child, Urgency urgency) = 0;
  /// Of a child with on_output: held, no more of this stream is read. A forced termination ends that.
  virtual void hold_child(ChildId child, Stream stream, bool held) = 0;
  /// The pid, for display only; 0 after the exit.
  [[nodiscard]] virtual int child_pid(ChildId child) const = 0;

  /// `on_time` is called on the loop at `deadline`, once.
  virtual TimerId start_timer(Instant deadline, std::function<void()> on_time) = 0;
  virtual void cancel_timer(TimerId timer) = 0;

  /// Any thread: calls `work` on the loop, in order of the posts.
  virtual void post(std::function<void()> work) = 0;

  /// Calls `blocking` on another thread, when one is free. It is dropped when the services go before that.
  virtual Result<void> run_blocking(std::function<void()> blocking) = 0;

  /// Something of this run of dream may outlive it, where only its executor can remove it.
  virtual void leave_behind() = 0;

  /// Never changes.
  [[nodiscard]] virtual std::shared_ptr<const Place> place() const = 0;
};

}  // namespace dream::plugin
