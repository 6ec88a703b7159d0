#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.hpp"

/// A second opinion on every run: what must have happened, worked out from the plan and the history of events
/// alone. It shares no code and no state with the engine, keeps instants instead of phases, and judges after
/// each event.
namespace dream::simulation {

class Oracle {
 public:
  /// `plan` must outlive the oracle. `quiet_stop`: as of the engine.
  Oracle(const Plan& plan, Duration quiet_stop);

  /// Everything about one call of handle(): the event, and the actions that the engine answered with.
  void judge(Instant now, const engine::Event& event, std::span<const engine::Action> actions,
             const engine::Engine& engine);

  /// The first broken promise; empty while all hold. Nothing is judged after it.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  [[nodiscard]] bool finished() const { return finished_; }

 private:
  /// What is known of one step: instants, in the order they can come.
  struct History {
    std::optional<Instant> start_asked;
    std::optional<Instant> started;
    std::optional<Instant> start_failed;
    std::optional<Instant> timed_out;
    std::optional<Instant> graceful;
    std::optional<Instant> forced;
    std::optional<Instant> ended;
    std::optional<ExitStatus> status;
    std::optional<engine::StopReason> reason;  ///< why it was asked to end, or had to be
    bool failed_by_itself = false;
    int exit_code = 0;  ///< of dream, if this is the first required failure

    [[nodiscard]] bool alive() const { return start_asked && !ended; }
    [[nodiscard]] bool answered() const { return started || start_failed || ended; }
  };

  void take(const engine::Begin& event);
  void take(const engine::Started& event);
  void take(const engine::StartFailed& event);
  void take(const engine::Exited& event);
  void take(const engine::Interrupted& event);
  void take(const engine::OutputLost& event);
  void take(const engine::TimePassed& event);
  void take_passed_timeouts();
  void failed(std::size_t step, int exit_code);
  void stops(engine::StopReason reason, int exit_code);

  void see(const engine::Start& action);
  void see(const engine::Terminate& action);
  void see(const engine::StepStarted& action);
  void see(const engine::StepEnded& action);
  void see(const engine::DelayBegan& action);
  void see(const engine::WaitingForBackground& action);
  void see(const engine::Stopping& action);
  void see(const engine::StillEnding& action);
  void see(const engine::Finish& action);

  void nothing_is_missing();
  void deadlines_are_right(const engine::Engine& engine);
  void endings_are_right(const engine::Engine& engine);
  void outcomes_are_right(const engine::Engine& engine);
  void outcome_is_right(const engine::Outcome& outcome, const History& step);

  /// The instant at which a step may start; none while that is not known.
  [[nodiscard]] std::optional<Instant> gate_of(std::size_t step) const;
  [[nodiscard]] bool has_company(std::size_t step) const {
    return plan_.steps[step].service && step + 1 < history_.size();
  }
  [[nodiscard]] bool services_are_idle() const;
  [[nodiscard]] bool waits_for_background() const;
  [[nodiscard]] bool must_be_over() const;
  /// It was asked to end, not forced, and still runs.
  [[nodiscard]] static bool may_end_gracefully(const History& step) {
    return step.alive() && step.graceful && !step.forced;
  }
  void news_of_the_stop_is_due();

  void check(bool holds, const char* promise);
  void check(bool holds, const char* promise, std::size_t step);

  const Plan& plan_;
  Duration quiet_stop_;
  std::vector<History> history_;
  std::optional<Instant> begun_;
  Instant now_{};
  std::optional<engine::StopReason> cause_;
  int exit_code_ = 0;
  int signals_ = 0;
  std::size_t starts_ = 0;  ///< how many Starts there were
  bool told_waiting_ = false;
  bool told_stopping_ = false;
  bool stop_began_ = false;                     ///< with this event
  std::optional<Instant> somebody_ends_since_;  ///< without a break, or since the run is being stopped
  std::optional<Instant> news_due_;
  bool finished_ = false;

  // what this event must be answered with, exactly once
  std::optional<std::size_t> untold_start_;
  std::optional<std::size_t> untold_end_;
  std::optional<Instant> told_gate_;  ///< the gate that the last DelayBegan named

  std::string complaint_;
};

}  // namespace dream::simulation
