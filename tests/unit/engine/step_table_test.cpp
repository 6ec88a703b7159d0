#include "engine/step_table.hpp"

#include <gtest/gtest.h>

#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

constexpr Phase phases[] = {Phase::pending,  Phase::starting, Phase::running,
                            Phase::stopping, Phase::killing,  Phase::ended};
constexpr Input inputs[] = {Input::due,        Input::started,        Input::start_failed,
                            Input::exited,     Input::timeout_passed, Input::grace_passed,
                            Input::stop_asked, Input::force_asked};

TEST(StepTable, nothing_leaves_the_end) {
  for (const Input input : inputs) {
    const Reaction reaction = reaction_to(Phase::ended, input);
    EXPECT_TRUE(reaction == Reaction::bug || reaction == Reaction::nothing);
  }
}

TEST(StepTable, no_phase_leads_back) {
  for (const Phase phase : phases)
    for (const Input input : inputs) EXPECT_GE(phase_after(phase, reaction_to(phase, input)), phase);
}

TEST(StepTable, only_a_pending_step_is_started) {
  for (const Phase phase : phases)
    EXPECT_EQ(reaction_to(phase, Input::due) == Reaction::start, phase == Phase::pending);
}

TEST(StepTable, force_follows_a_graceful_request_and_nothing_else) {
  for (const Phase phase : phases)
    for (const Input input : inputs)
      EXPECT_TRUE(reaction_to(phase, input) != Reaction::force || phase == Phase::stopping);
}

TEST(StepTable, being_asked_to_stop_is_never_a_bug) {
  for (const Phase phase : phases) EXPECT_NE(reaction_to(phase, Input::stop_asked), Reaction::bug);
}

TEST(StepTable, an_exit_is_taken_from_everything_that_was_started) {
  for (const Phase phase : phases) {
    const bool started = phase != Phase::pending && phase != Phase::ended;
    EXPECT_EQ(phase_after(phase, reaction_to(phase, Input::exited)) == Phase::ended && started, started);
    EXPECT_EQ(reaction_to(phase, Input::exited) != Reaction::bug, started);
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

TEST(MisuseDeathTest, a_second_exit) {
  ManualRun run({background(), foreground()});
  run.begin();
  run.exited(0);
  EXPECT_DEATH(run.exited(0), "internal error");
}

TEST(MisuseDeathTest, an_exit_after_the_finish) {
  ManualRun run({foreground()});
  run.begin();
  run.exited(0);
  EXPECT_DEATH(run.exited(0), "internal error");
}

TEST(MisuseDeathTest, a_second_start) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_DEATH(run.started(0), "internal error");
  EXPECT_DEATH(run.start_failed(0), "internal error");
  run.interrupted();
  EXPECT_DEATH(run.started(0), "internal error") << "nor while it is being ended";
}

TEST(MisuseDeathTest, a_step_that_the_plan_does_not_have) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_DEATH(run.started(1), "internal error");
  EXPECT_DEATH(run.exited(1), "internal error");
}

TEST(MisuseDeathTest, a_plan_that_cannot_be) {
  EXPECT_DEATH(ManualRun({}), "internal error");
  EXPECT_DEATH(ManualRun({foreground(-1)}), "internal error");
  Step service_in_front = foreground();
  service_in_front.service = true;
  EXPECT_DEATH(ManualRun({service_in_front}), "internal error");
}

}  // namespace
}  // namespace dream::engine
