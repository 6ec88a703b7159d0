#include "engine/step_table.hpp"

#include <gtest/gtest.h>

#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

constexpr Phase phases[] = {Phase::pending, Phase::starting, Phase::running, Phase::stopping,
                            Phase::killing, Phase::backoff,  Phase::held,    Phase::ended};
constexpr Input inputs[] = {Input::due,
                            Input::started,
                            Input::start_failed,
                            Input::exited,
                            Input::start_failed_restarts,
                            Input::unhealthy,
                            Input::exited_restarts,
                            Input::ready,
                            Input::never_ready,
                            Input::ready_timeout,
                            Input::timeout_passed,
                            Input::grace_passed,
                            Input::kill_grace_passed,
                            Input::exited_held,
                            Input::hold_asked,
                            Input::start_asked,
                            Input::restart_asked,
                            Input::stop_asked,
                            Input::force_asked};

bool can_happen(Phase phase, Input input) {
  return cell_of(phase, input).reaction != Reaction::bug;
}

TEST(StepTable, only_a_request_leaves_the_end) {
  for (const Input input : inputs) {
    const Cell cell = cell_of(Phase::ended, input);
    const bool asked = input == Input::start_asked || input == Input::restart_asked;
    EXPECT_TRUE(cell.reaction == Reaction::bug || cell.to == (asked ? Phase::backoff : Phase::ended));
  }
}

TEST(StepTable, only_the_end_of_a_pause_or_a_request_leads_back) {
  for (const Phase phase : phases)
    for (const Input input : inputs)
      EXPECT_TRUE(!can_happen(phase, input) || cell_of(phase, input).to >= phase ||
                  (phase == Phase::backoff && input == Input::due) ||
                  (phase >= Phase::held && (input == Input::start_asked || input == Input::restart_asked)));
}

TEST(StepTable, a_reaction_leads_to_the_same_phase_from_wherever_it_comes) {
  for (const Phase phase : phases)
    for (const Input input : inputs) {
      const Cell cell = cell_of(phase, input);
      switch (cell.reaction) {
        case Reaction::bug:
          break;
        case Reaction::nothing:
        case Reaction::note_start:
        case Reaction::become_ready:
        case Reaction::fail_to_ready:
        case Reaction::become_unhealthy:
        case Reaction::expire:
          EXPECT_EQ(cell.to, phase);
          break;
        case Reaction::start:
          EXPECT_EQ(cell.to, Phase::starting);
          break;
        case Reaction::run:
          EXPECT_EQ(cell.to, Phase::running);
          break;
        case Reaction::terminate:
        case Reaction::hold:
        case Reaction::restart:
          EXPECT_EQ(cell.to, Phase::stopping);
          break;
        case Reaction::force:
          EXPECT_EQ(cell.to, Phase::killing);
          break;
        case Reaction::stay_held:
          EXPECT_EQ(cell.to, Phase::held);
          break;
        case Reaction::start_again:
        case Reaction::back_off:
        case Reaction::run_and_back_off:
          EXPECT_EQ(cell.to, Phase::backoff);
          break;
        case Reaction::skip:
        case Reaction::run_and_end:
        case Reaction::end:
        case Reaction::give_up:
          EXPECT_EQ(cell.to, Phase::ended);
          break;
      }
    }
}

TEST(StepTable, only_a_step_of_which_nothing_runs_is_started) {
  for (const Phase phase : phases)
    EXPECT_EQ(cell_of(phase, Input::due).reaction == Reaction::start,
              phase == Phase::pending || phase == Phase::backoff);
}

TEST(StepTable, another_attempt_follows_only_one_that_was_under_way) {
  for (const Phase phase : phases) {
    EXPECT_EQ(can_happen(phase, Input::exited_restarts), is_under_way(phase));
    EXPECT_EQ(can_happen(phase, Input::start_failed_restarts), phase == Phase::starting);
  }
}

TEST(StepTable, force_follows_a_graceful_request_and_nothing_else) {
  for (const Phase phase : phases)
    for (const Input input : inputs)
      EXPECT_TRUE(cell_of(phase, input).reaction != Reaction::force || phase == Phase::stopping);
}

TEST(StepTable, only_what_was_forced_is_given_up) {
  for (const Phase phase : phases)
    for (const Input input : inputs)
      EXPECT_TRUE(cell_of(phase, input).reaction != Reaction::give_up || phase == Phase::killing);
}

TEST(StepTable, only_what_runs_is_ready_or_is_not) {
  for (const Phase phase : phases)
    for (const Input input : {Input::ready, Input::never_ready, Input::ready_timeout})
      EXPECT_EQ(can_happen(phase, input), phase == Phase::running);
}

TEST(StepTable, being_asked_to_stop_is_never_a_bug) {
  for (const Phase phase : phases) EXPECT_TRUE(can_happen(phase, Input::stop_asked));
}

TEST(StepTable, an_exit_is_taken_from_everything_that_was_started) {
  for (const Phase phase : phases) {
    EXPECT_EQ(can_happen(phase, Input::exited), is_under_way(phase));
    EXPECT_TRUE(!is_under_way(phase) || cell_of(phase, Input::exited).to == Phase::ended);
  }
}

// ---- what a driver must not do

TEST(MisuseDeathTest, an_event_before_the_beginning) {
  ManualRun run({foreground()});
  EXPECT_DEATH(run.interrupted(), "internal error");
}

TEST(MisuseDeathTest, a_second_beginning) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_DEATH(run.begin(), "internal error");
}

TEST(MisuseDeathTest, time_that_goes_back) {
  ManualRun run({foreground()});
  run.oversleep_until(10);
  run.begin();
  run.oversleep_until(9);
  EXPECT_DEATH(run.interrupted(), "internal error");
}

TEST(MisuseDeathTest, the_exit_of_a_step_that_was_never_started) {
  ManualRun run({foreground(), foreground()});
  run.begin();
  EXPECT_DEATH(run.exited(1), "internal error");
}

TEST(MisuseDeathTest, a_second_start) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_DEATH(run.started(0), "internal error");
  EXPECT_DEATH(run.start_failed(0), "internal error");
  run.interrupted();
  EXPECT_DEATH(run.started(0), "internal error") << "nor while it is being ended";
}

TEST(MisuseDeathTest, a_start_that_is_withdrawn_though_nobody_asked_or_it_runs) {
  ManualRun run({foreground()}, ManualRun::Starts::when_told);
  run.begin();
  EXPECT_DEATH(run.withdrawn(0), "internal error");
  run.started(0);
  run.interrupted();
  EXPECT_DEATH(run.withdrawn(0), "internal error");
}

TEST(MisuseDeathTest, an_attempt_that_there_was_not) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_DEATH(run.feed(Exited{{StepIndex(0), 2}, ExitedWith{0}}), "internal error");
  EXPECT_DEATH(run.feed(Exited{{StepIndex(0), 0}, ExitedWith{0}}), "internal error");
}

TEST(MisuseDeathTest, a_step_that_the_plan_does_not_have) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_DEATH(run.started(1), "internal error");
  EXPECT_DEATH(run.exited(1), "internal error");
}

TEST(MisuseDeathTest, a_plan_that_cannot_be) {
  EXPECT_DEATH(ManualRun(std::vector<Step>()), "internal error");
  EXPECT_DEATH(ManualRun({foreground(-1)}), "internal error");
  Step service_in_front = foreground();
  service_in_front.service = true;
  EXPECT_DEATH(ManualRun({service_in_front}), "internal error");
}

// ---- what a driver can't help

TEST(Stale, is_whatever_is_heard_of_a_step_that_has_ended) {
  ManualRun run({background(), foreground()});
  run.begin();
  run.exited(0, 0);
  EXPECT_EQ(run.exited(0, 3), "");
  EXPECT_EQ(run.started(0), "");
  EXPECT_EQ(run.start_failed(0), "");
  EXPECT_EQ(run.outcome(0), "succeeded exit code 0");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
  EXPECT_EQ(run.exited(1, 3), "") << "after the finish, too";
  EXPECT_EQ(run.engine().exit_code(), 0);
}

TEST(Stale, is_a_start_that_succeeds_after_it_was_given_up) {
  ManualRun run({background(), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.started(0);
  run.interrupted();
  run.interrupted_again();
  run.exited(0);
  EXPECT_EQ(run.advance_to(8'000'000'000), "");
  EXPECT_EQ(run.advance_to(8'000'000'001), "give up b; ended b; finish 130");
  EXPECT_EQ(run.started(1), "");
  EXPECT_EQ(
      run.outcome(1),
      "terminated(signal 2) lost: its executor did not report its end 8.0 s after it was killed forced");
}

}  // namespace
}  // namespace dream::engine
