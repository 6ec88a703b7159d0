#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

TEST(RequiredFailure, of_a_foreground_step_ends_the_run_with_its_exit_code) {
  ManualRun run({background(), foreground(), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(1, 7), "ended b; stopping: b failed; terminate a");
  EXPECT_EQ(run.killed(0, 15), "ended a; finish 7");
  EXPECT_EQ(run.outcome(0), "terminated(b failed) signal 15 (SIGTERM)");
  EXPECT_EQ(run.outcome(1), "failed exit code 7");
  EXPECT_EQ(run.outcome(2), "skipped(b failed)");
}

TEST(RequiredFailure, of_a_background_step_ends_the_run_while_a_foreground_step_works) {
  ManualRun run({background(), foreground(), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0, 1), "ended a; stopping: a failed; terminate b");
  EXPECT_EQ(run.exited(1, 0), "ended b; finish 1");
  EXPECT_EQ(run.outcome(1), "terminated(a failed) exit code 0");
}

TEST(RequiredFailure, cuts_the_waiting_delay_short_and_starts_nothing_more) {
  ManualRun run({background(0), background(2000), foreground()});
  run.begin();
  run.advance_to(1000);
  EXPECT_EQ(run.exited(0, 4), "ended a; stopping: a failed; terminate b");
  EXPECT_EQ(run.deadline(), 1050) << "the grace of b, not the delay";
  EXPECT_EQ(run.exited(1, 0), "ended b; finish 4");
  EXPECT_EQ(run.outcome(2), "skipped(a failed)");
}

TEST(RequiredFailure, at_the_very_moment_a_delay_ends_starts_nothing) {
  ManualRun run({background(100), foreground()});
  run.begin();
  run.oversleep_until(100);
  EXPECT_EQ(run.exited(0, 4), "ended a; stopping: a failed; finish 4");
}

TEST(RequiredFailure, of_a_step_that_cannot_start_ends_the_run) {
  ManualRun run({background(), foreground(), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.started(0);
  EXPECT_EQ(run.start_failed(1), "ended b; stopping: b failed; terminate a");
  EXPECT_EQ(run.exited(0), "ended a; finish 127");
  EXPECT_EQ(run.outcome(1), "failed not started");
}

TEST(RequiredFailure, the_first_one_counts_and_what_falls_over_afterwards_is_terminated) {
  ManualRun run({background(), background(), background()});
  run.begin();
  run.exited(1, 5);
  EXPECT_EQ(run.exited(0, 6), "ended a");
  EXPECT_EQ(run.killed(2, 11), "ended c; finish 5");
  EXPECT_EQ(run.outcome(0), "terminated(b failed) exit code 6");
  EXPECT_EQ(run.outcome(2), "terminated(b failed) signal 11 (SIGSEGV)");
}

TEST(RequiredFailure, terminates_all_running_steps_at_once_in_plan_order) {
  ManualRun run({background(), service(), optional(background()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(3, 1), "ended d; stopping: d failed; terminate a; terminate b; terminate c");
}

TEST(OptionalFailure, of_a_foreground_step_is_reported_and_the_run_goes_on) {
  ManualRun run({optional(foreground()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0, 3), "ended a; start b; runs b");
  EXPECT_EQ(run.outcome(0), "failed exit code 3");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(OptionalFailure, of_a_background_step_changes_nothing_for_the_others) {
  ManualRun run({optional(background(100)), foreground()});
  run.begin();
  EXPECT_EQ(run.killed(0, 9), "ended a");
  EXPECT_EQ(run.advance_to(100), "start b; runs b");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(OptionalFailure, of_the_requested_step_is_no_failure_of_the_run) {
  ManualRun run({optional(foreground())});
  run.begin();
  EXPECT_EQ(run.exited(0, 3), "ended a; finish 0");
}

TEST(BackgroundStep, that_exits_with_0_has_succeeded_and_the_run_goes_on) {
  ManualRun run({background(), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0), "ended a");
  EXPECT_EQ(run.outcome(0), "succeeded exit code 0");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(Timeout, that_passed_first_is_the_failure_however_late_it_is_noticed) {
  ManualRun run({with_timeout(9, background()), with_timeout(8, background()), foreground()});
  run.begin();
  run.oversleep_until(12);
  EXPECT_EQ(run.feed(TimePassed{}), "stopping: b failed; terminate a; terminate b; terminate c");
  EXPECT_EQ(run.outcome(0), "terminated(b failed)");
}

TEST(Timeout, of_a_required_step_is_the_failure_of_the_run_at_once) {
  ManualRun run({background(), with_timeout(100, foreground()), foreground()});
  run.begin();
  EXPECT_EQ(run.advance_to(99), "");
  EXPECT_EQ(run.advance_to(100), "stopping: b failed; terminate a; terminate b");
  EXPECT_EQ(run.exited(0), "ended a");
  EXPECT_EQ(run.exited(1, 0), "ended b; finish 124");
  EXPECT_EQ(run.outcome(1), "failed(timed out) exit code 0");
}

TEST(Timeout, counts_from_the_moment_the_process_runs) {
  ManualRun run({with_timeout(100, foreground())}, ManualRun::Starts::when_told);
  run.begin();
  EXPECT_EQ(run.advance_to(1000), "");
  run.started(0);
  EXPECT_EQ(run.advance_to(1099), "");
  EXPECT_EQ(run.advance_to(1100), "stopping: a failed; terminate a");
}

TEST(Timeout, of_an_optional_foreground_step_holds_the_front_until_it_has_really_ended) {
  ManualRun run({optional(with_timeout(100, foreground())), foreground()});
  run.begin();
  EXPECT_EQ(run.advance_to(100), "terminate a");
  EXPECT_EQ(run.advance_to(150), "force a");
  EXPECT_EQ(run.killed(0, 9), "ended a; start b; runs b");
  EXPECT_EQ(run.outcome(0), "failed(timed out) signal 9 (SIGKILL) forced");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(Timeout, of_an_optional_background_step_leaves_the_others_alone) {
  ManualRun run({optional(with_timeout(100, background())), foreground()});
  run.begin();
  EXPECT_EQ(run.advance_to(100), "terminate a");
  EXPECT_EQ(run.exited(0), "ended a");
  EXPECT_EQ(run.outcome(0), "failed(timed out) exit code 0");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(Timeout, an_exit_at_its_very_moment_is_an_exit) {
  ManualRun run({with_timeout(100, foreground())});
  run.begin();
  run.oversleep_until(100);
  EXPECT_EQ(run.exited(0), "ended a; finish 0");
}

TEST(Timeout, ends_with_the_steps_own_process_whatever_that_has_left_behind) {
  ManualRun run({with_timeout(100, foreground())});
  run.begin();
  EXPECT_EQ(run.feed(Lingers{{StepIndex(0)}}), "");
  EXPECT_EQ(run.deadline(), -1);
  EXPECT_EQ(run.feed(LeftBehind{{StepIndex(0)}, {"17 (sleep 60)"}}), "left by a: 17 (sleep 60)");
  EXPECT_EQ(run.advance_to(1000), "");
  EXPECT_EQ(run.exited(0), "ended a; finish 0");
  EXPECT_EQ(run.outcome(0), "succeeded exit code 0");
}

TEST(Timeout, counts_from_the_start_again_where_the_step_goes_on_with_another_process) {
  ManualRun run({with_timeout(100, foreground())});
  run.begin();
  run.feed(Lingers{{StepIndex(0)}});
  run.feed(Lingers{{StepIndex(0)}, false});
  EXPECT_EQ(run.deadline(), 100);
}

TEST(Timeout, of_a_step_that_is_being_ended_stays_away_when_it_lingers) {
  ManualRun run({with_timeout(100, foreground())});
  run.begin();
  run.interrupted();
  run.feed(Lingers{{StepIndex(0)}});
  run.feed(Lingers{{StepIndex(0)}, false});
  EXPECT_EQ(run.deadline(), 50) << "its grace";
}

TEST(Timeout, no_longer_counts_once_the_step_was_asked_to_end) {
  ManualRun run({with_timeout(60, foreground())});
  run.begin();
  run.advance_to(50);
  run.interrupted(2);
  EXPECT_EQ(run.advance_to(99), "");
  EXPECT_EQ(run.exited(0, 1), "ended a; finish 130");
  EXPECT_EQ(run.outcome(0), "terminated(signal 2) exit code 1");
}

TEST(Timeout, of_nothing_passes_as_soon_as_the_step_runs) {
  ManualRun run({with_timeout(0, with_grace(0, foreground()))});
  EXPECT_EQ(run.begin(), "start a; runs a; stopping: a failed; terminate a; force a");
}

TEST(Timeout, stays_the_failure_of_the_step_when_the_run_is_stopped_on_the_way) {
  ManualRun run({optional(with_timeout(100, background())), foreground()});
  run.begin();
  run.advance_to(100);
  EXPECT_EQ(run.interrupted(15), "stopping: signal 15; terminate b");
  EXPECT_EQ(run.advance_to(150), "force a; force b") << "the grace of a began with its timeout";
}

TEST(Timeout, and_interruption_have_a_grace_each) {
  ManualRun run({optional(with_timeout(100, background())), foreground()});
  run.begin();
  run.advance_to(120);
  run.interrupted(15);
  EXPECT_EQ(run.advance_to(149), "");
  EXPECT_EQ(run.advance_to(150), "force a");
  EXPECT_EQ(run.advance_to(170), "force b");
  run.killed(0, 9);
  EXPECT_EQ(run.killed(1, 9), "ended b; finish 143");
  EXPECT_EQ(run.outcome(0), "failed(timed out) signal 9 (SIGKILL) forced");
  EXPECT_EQ(run.outcome(1), "terminated(signal 15) signal 9 (SIGKILL) forced");
}

}  // namespace
}  // namespace dream::engine
