#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

TEST(End, waits_for_the_background_steps_that_still_run_and_says_so_once) {
  ManualRun run({background(), background(), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(2), "ended c; waiting for a,b");
  EXPECT_EQ(run.exited(1), "ended b");
  EXPECT_EQ(run.exited(0), "ended a; finish 0");
}

TEST(End, says_nothing_when_there_is_nothing_to_wait_for) {
  ManualRun run({background(), foreground()});
  run.begin();
  run.exited(0);
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(End, waits_for_a_requested_step_in_the_background) {
  ManualRun run({foreground(), background(900)});
  run.begin();
  EXPECT_EQ(run.exited(0), "ended a; start b; runs b; waiting for b");
  EXPECT_EQ(run.exited(1), "ended b; finish 0") << "there is no next step for its delay to hold";
}

TEST(End, is_not_waited_for_while_the_last_start_is_unanswered) {
  ManualRun run({background(), background()}, ManualRun::Starts::when_told);
  run.begin();
  EXPECT_EQ(run.started(0), "runs a; start b");
  EXPECT_EQ(run.started(1), "runs b; waiting for a,b");
}

TEST(End, a_failure_while_waiting_is_a_failure_of_the_run) {
  ManualRun run({background(), background(), foreground()});
  run.begin();
  run.exited(2);
  EXPECT_EQ(run.exited(1, 9), "ended b; stopping: b failed; terminate a");
  EXPECT_EQ(run.exited(0), "ended a; finish 9");
}

TEST(Service, is_terminated_once_every_other_step_has_ended_and_that_is_no_failure) {
  ManualRun run({service(), background(), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(2), "ended c; waiting for b");
  EXPECT_EQ(run.exited(1), "ended b; terminate a");
  EXPECT_EQ(run.killed(0, 15), "ended a; finish 0");
  EXPECT_EQ(run.outcome(0), "terminated(no longer needed) signal 15 (SIGTERM)");
}

TEST(Service, is_needed_as_long_as_something_is_still_to_start) {
  ManualRun run({service(), foreground(), foreground(100)});
  run.begin();
  EXPECT_EQ(run.exited(1), "ended b; delay c 100");
  EXPECT_EQ(run.advance_to(100), "start c; runs c");
  EXPECT_EQ(run.exited(2), "ended c; terminate a");
}

TEST(Service, gets_force_when_its_grace_has_passed) {
  ManualRun run({service(), with_grace(7, service()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(2), "ended c; terminate a; terminate b");
  EXPECT_EQ(run.advance_to(7), "force b");
  EXPECT_EQ(run.advance_to(50), "force a");
  run.killed(1, 9);
  EXPECT_EQ(run.killed(0, 9), "ended a; finish 0");
}

TEST(Service, that_ends_by_itself_has_failed_with_any_exit_code) {
  for (const int code : {0, 1, 3}) {
    ManualRun run({service(), foreground()});
    run.begin();
    EXPECT_EQ(run.exited(0, code), "ended a; stopping: a failed; terminate b");
    EXPECT_EQ(run.exited(1), code == 0 ? "ended b; finish 1" : "ended b; finish " + std::to_string(code));
    EXPECT_EQ(run.outcome(0), "failed exit code " + std::to_string(code));
  }
}

TEST(Service, that_is_optional_may_end_by_itself) {
  ManualRun run({optional(service()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0, 0), "ended a");
  EXPECT_EQ(run.outcome(0), "failed exit code 0");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(Service, that_is_the_requested_step_runs_until_it_ends) {
  ManualRun run({service(), service()});
  EXPECT_EQ(run.begin(), "start a; runs a; start b; runs b; waiting for b");
  EXPECT_EQ(run.exited(1, 0), "ended b; terminate a");
  EXPECT_EQ(run.outcome(1), "succeeded exit code 0");
  EXPECT_EQ(run.exited(0, 1), "ended a; finish 0");
}

TEST(Service, that_is_the_requested_step_fails_as_any_step_does) {
  ManualRun run({service()});
  run.begin();
  EXPECT_EQ(run.exited(0, 6), "ended a; stopping: a failed; finish 6");
}

TEST(Service, being_dismissed_leaves_the_run_interruptible) {
  ManualRun run({service(), foreground()});
  run.begin();
  run.exited(1);
  EXPECT_EQ(run.interrupted(2), "stopping: signal 2");
  EXPECT_EQ(run.interrupted_again(2), "force a");
  EXPECT_EQ(run.killed(0, 9), "ended a; finish 130");
  EXPECT_EQ(run.outcome(0), "terminated(no longer needed) signal 9 (SIGKILL) forced");
}

TEST(Service, being_dismissed_at_the_moment_of_its_timeout_is_just_dismissed) {
  ManualRun run({with_timeout(100, service()), foreground()});
  run.begin();
  run.oversleep_until(100);
  EXPECT_EQ(run.exited(1), "ended b; terminate a");
  EXPECT_EQ(run.exited(0), "ended a; finish 0");
}

TEST(Finish, comes_once_and_signals_after_it_are_harmless) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0), "ended a; finish 0");
  EXPECT_EQ(run.interrupted(), "");
  EXPECT_EQ(run.output_lost(), "");
  EXPECT_EQ(run.feed(TimePassed{}), "");
  EXPECT_EQ(run.deadline(), -1);
}

}  // namespace
}  // namespace dream::engine
