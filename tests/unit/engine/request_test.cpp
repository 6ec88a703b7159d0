#include <gmock/gmock.h>

#include "unit/engine/harness.hpp"

/// What a person asks of single steps, and of the run.
namespace dream::engine {
namespace {

constexpr StepIndex first{0};

TEST(Request, holds_a_step_and_the_run_goes_on) {
  ManualRun run({service(), foreground()});
  run.begin();
  EXPECT_EQ(run.feed(HoldAsked{first}), "terminate a");
  EXPECT_EQ(run.killed(0, 15), "held a");
  EXPECT_EQ(run.feed(HoldAsked{first}), "");
  EXPECT_EQ(run.feed(StartAsked{first}), "start a#2; runs again a#2");
  EXPECT_EQ(run.exited(1), "ended b; terminate a#2");
}

TEST(Request, a_held_step_that_is_no_service_keeps_the_run) {
  ManualRun run({background(), foreground()});
  run.begin();
  run.feed(HoldAsked{first});
  run.killed(0, 15);
  EXPECT_EQ(run.exited(1), "ended b; waiting for a");
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; ended a; finish 130");
  EXPECT_EQ(run.outcome(0), "terminated(held) signal 15 (SIGTERM)");
}

TEST(Request, restarts_a_step_that_runs_or_is_held) {
  ManualRun run({service(), foreground()});
  run.begin();
  EXPECT_EQ(run.feed(RestartAsked{first}), "terminate a");
  EXPECT_EQ(run.killed(0, 15), "over a, again in 1 as restart 0");
  EXPECT_EQ(run.advance_to(1), "start a#2; runs again a#2");
  run.feed(HoldAsked{first});
  run.killed(0, 15);
  EXPECT_EQ(run.feed(RestartAsked{first}), "start a#3; runs again a#3");
}

TEST(Request, ends_the_pause_between_two_attempts_or_holds_there) {
  ManualRun run({with_restart(3, background()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0, 1), "over a, again in 10 as restart 1");
  EXPECT_EQ(run.feed(StartAsked{first}), "start a#2; runs again a#2");
  run.exited(0, 1);
  EXPECT_EQ(run.feed(HoldAsked{first}), "held a");
  EXPECT_EQ(run.advance_to(1000), "");
}

TEST(Request, means_nothing_to_a_step_that_is_to_end) {
  ManualRun run({service(), foreground()});
  run.begin();
  run.interrupted();
  EXPECT_EQ(run.feed(HoldAsked{first}), "");
  EXPECT_EQ(run.killed(0, 2), "ended a");
  EXPECT_EQ(run.feed(StartAsked{first}), "");
  EXPECT_EQ(run.killed(1, 2), "ended b; finish 130");
}

TEST(Request, takes_the_run_down_without_failure_or_with_that_before) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_EQ(run.feed(DownAsked{}), "stopping: requested; terminate a");
  EXPECT_EQ(run.feed(DownAsked{true}), "force a");
  EXPECT_EQ(run.killed(0, 9), "ended a; finish 0");
  Plan plan{.steps = {foreground(), foreground()}};
  plan.keep_going = true;
  ManualRun failed(plan);
  failed.begin();
  failed.exited(0, 3);
  failed.feed(DownAsked{});
  EXPECT_EQ(failed.exited(1, 4), "ended b; finish 3");
}

}  // namespace
}  // namespace dream::engine
