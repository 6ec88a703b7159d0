#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "plan/plan.hpp"

/// `ports` of a run: that nobody else takes them before the step that is to listen starts.
namespace dream::ports {

/// Holds ports of this machine, on every local address, by sockets that are bound and don't listen. One below
/// 1024 that may not be bound, is only looked up.
class HeldPorts {
 public:
  /// Whether the run with this process is being stopped.
  using IsStopping = std::function<bool(pid_t)>;

  /// All ports of the plan. The Error (ErrorCode::plan) is about one that is taken, and says by whom.
  [[nodiscard]] static Result<HeldPorts> hold(const Plan& plan, const IsStopping& is_stopping = {});

  /// `step` is about to start: its ports are its own from now on.
  void let_go(StepIndex step);

 private:
  struct Held {
    StepIndex step;
    Descriptor socket;
  };
  std::vector<Held> held_;
};

/// Whether a port could be held now.
[[nodiscard]] bool is_free(std::uint16_t port);

}  // namespace dream::ports
