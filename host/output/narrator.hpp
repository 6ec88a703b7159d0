#pragma once

#include "base/log.hpp"
#include "engine/engine.hpp"
#include "plan/plan.hpp"

namespace dream::output {

/// Tells the user what the engine does, as it does it. Alone turns its actions into prose.
class Narrator {
 public:
  /// All must outlive the narrator.
  Narrator(const Plan& plan, const engine::Engine& engine, Log& log);

  void tell(Instant now, const engine::Action& action);

 private:
  [[nodiscard]] std::string name(StepIndex step) const;
  void tell_end(StepIndex step);
  void tell_stop(Instant now, const engine::StopReason& reason);

  const Plan& plan_;
  const engine::Engine& engine_;
  Log& log_;
  bool quiet_;  ///< one step: as if started by hand
};

}  // namespace dream::output
