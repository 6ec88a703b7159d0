#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "engine/engine.hpp"
#include "output/reporter.hpp"
#include "plan/plan.hpp"

namespace dream::output {

/// Tells the user what the engine does, as it does it. Alone turns its actions into prose.
class Narrator : public Reporter {
 public:
  /// The plan and the log must outlive the narrator. `detail_of` a step that runs: what is
  /// shown beside its name, "pid 17"; may be empty.
  Narrator(const Plan& plan, Log& log, std::function<std::string(StepIndex)> detail_of);

  [[nodiscard]] Result<void> begin(Instant now) override;
  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override;

 private:
  [[nodiscard]] std::string name(StepIndex step) const;
  void tell_end(StepIndex step, const engine::Outcome& outcome);
  void tell_attempt_end(const engine::AttemptEnded& ended, const engine::Outcome& outcome);
  bool tell_of_readiness(Instant now, const engine::Action& action,
                         std::span<const engine::Outcome> outcomes);
  void tell_ready(const engine::StepReady& ready);
  void tell_not_ready(const engine::StepNotReady& missed, const engine::Outcome& outcome);
  void tell_wait(Instant now, const engine::StillProbing& probing);
  void tell_waiting(const engine::WaitingForBackground& waiting);
  void tell_stop(const engine::RunStop& reason);
  void tell_how_to_skip();
  void tell_summary(Instant now, std::span<const engine::Outcome> outcomes);
  [[nodiscard]] std::string how_to_kill(const engine::StillEnding& still) const;
  void tell_who_still_ends(Instant now, const engine::StillEnding& still);

  const Plan& plan_;
  Log& log_;
  std::function<std::string(StepIndex)> detail_of_;
  Instant began_;
  std::vector<std::size_t> restarts_;  ///< of each step, so far
  std::optional<StepIndex> closing_;   ///< it runs at the end of the run
  bool stopping_ = false;              ///< the run
  bool signalled_ = false;             ///< that is why the run stops
  std::set<StepIndex> were_ready_;
  std::set<StepIndex> over_;  ///< steps that have ended, and haven't been started again
  bool quiet_;                ///< one step: as if started by hand
};

}  // namespace dream::output
