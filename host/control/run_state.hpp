#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "output/reporter.hpp"
#include "plan/plan.hpp"

/// What is known of a run while it goes on: the state of each step, and what it waits for.
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
  bool released = false;                 ///< those that wait for it may go on
  bool released_ready = false;           ///< also those that wait until it is ready
  bool released_start = false;           ///< those that wait for its start alone
  bool not_ready = false;                ///< nobody looks any more whether its latest attempt is
  std::optional<Instant> again;          ///< in backoff: its next attempt
  std::optional<Instant> gate;           ///< pending: it waits for a delay, its own or another's, until then
  std::optional<Instant> delay_ends;     ///< in the background: how long its own holds others back
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

  /// Nothing is left but services, which go, and what runs at the end.
  [[nodiscard]] bool is_at_its_end() const;

  /// The steps that a pending step waits for, in plan order: none of them has released it.
  [[nodiscard]] std::vector<StepIndex> waits_for(StepIndex step) const;
  /// The step before it whose delay it waits for now; none: it waits for its own, or for none.
  [[nodiscard]] std::optional<StepIndex> delayed_by(StepIndex step, Instant now) const;

 private:
  /// One that a step stands behind.
  struct Before {
    StepIndex step{};
    bool StepState::*until = &StepState::released;
  };
  [[nodiscard]] std::vector<Before> before(StepIndex step) const;
  void set(Instant now, StepIndex step, State state);
  void take_back_releases(Instant now, StepIndex step);
  void end(Instant now, StepIndex step, const engine::Outcome& outcome);

  const Plan& plan_;
  std::vector<StepState> steps_;
  std::optional<engine::RunStop> stopping_;
  std::optional<int> exit_code_;
};

}  // namespace dream::control
