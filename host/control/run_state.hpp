#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "output/reporter.hpp"
#include "plan/plan.hpp"

/// What a person sees of a run while it goes on: the state of each step.
namespace dream::control {

/// Where a step is in its life, as a person sees it.
enum class State : std::uint8_t {
  pending,
  starting,
  running,
  ready,
  unhealthy,
  backoff,
  held,
  stopping,
  killing,
  ended
};

/// As answers and docs/control.md have it.
[[nodiscard]] const char* word_of(State state);

/// What is known of one step.
struct StepState {
  State state = State::pending;
  Instant since;              ///< in this state
  std::uint32_t attempt = 0;  ///< the latest; 0: none yet
  bool was_started = false;
  bool comes_back = false;               ///< stopping or killing: another attempt follows
  bool not_ready = false;                ///< nobody looks any more whether its latest attempt is
  std::optional<Instant> again;          ///< in backoff: its next attempt
  std::optional<engine::Found> probing;  ///< why it wasn't ready yet, as it was told last
  std::string unhealthy;                 ///< why
  engine::Outcome outcome;               ///< of an ended step; in backoff that of its latest attempt
};

/// Is told what happens, and keeps what is so now.
class RunState : public output::Reporter {
 public:
  /// `plan` must outlive it.
  explicit RunState(const Plan& plan);

  Result<void> begin(Instant now) override;
  void report(Instant now, const engine::Action& action, std::span<const engine::Outcome> outcomes) override;

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const StepState& of(StepIndex step) const { return steps_[position(step)]; }
  [[nodiscard]] bool stopping() const { return stopping_.has_value(); }
  [[nodiscard]] const std::optional<engine::RunStop>& why_stopping() const { return stopping_; }
  [[nodiscard]] std::optional<int> exit_code() const { return exit_code_; }

 private:
  void set(Instant now, StepIndex step, State state);
  void end(Instant now, StepIndex step, const engine::Outcome& outcome);

  const Plan& plan_;
  std::vector<StepState> steps_;
  std::optional<engine::RunStop> stopping_;
  std::optional<int> exit_code_;
};

}  // namespace dream::control
