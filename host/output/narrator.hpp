#pragma once

#include "base/log.hpp"
#include "engine/engine.hpp"
#include "output/reporter.hpp"
#include "plan/plan.hpp"

namespace dream::output {

/// Tells the user what the engine does, as it does it. Alone turns its actions into prose.
class Narrator : public Reporter {
 public:
  /// Both must outlive the narrator.
  Narrator(const Plan& plan, Log& log);

  [[nodiscard]] Result<void> begin(Instant now) override;
  void report(Instant now, const engine::Action& action, const engine::Engine& engine) override;

 private:
  [[nodiscard]] std::string name(StepIndex step) const;
  void tell_end(StepIndex step, const engine::Outcome& outcome);
  void tell_stop(Instant now, const engine::StopReason& reason, const engine::Engine& engine);

  const Plan& plan_;
  Log& log_;
  Instant began_;
  bool quiet_;  ///< one step: as if started by hand
};

}  // namespace dream::output
