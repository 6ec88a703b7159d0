#include <gmock/gmock.h>

#include "unit/engine/harness.hpp"

/// What runs at the end of a run, and who is restarted with another step.
namespace dream::engine {
namespace {

Step at_the_end(Step step = foreground()) {
  step.finally = true;
  return step;
}

Step restarted_with(int other, Step step) {
  step.restart_with = {StepIndex(static_cast<std::uint32_t>(other))};
  return step;
}

TEST(Finally, runs_when_all_others_have_ended_and_before_the_services_go) {
  ManualRun run({service(), at_the_end(), background(), at_the_end(), foreground()});
  EXPECT_EQ(run.begin(), "start a; runs a; start c; runs c; start e; runs e");
  EXPECT_EQ(run.exited(4), "ended e; waiting for c");
  EXPECT_EQ(run.exited(2), "ended c; start b; runs b");
  EXPECT_EQ(run.exited(1), "ended b; start d; runs d");
  EXPECT_EQ(run.exited(3), "ended d; terminate a");
  EXPECT_EQ(run.killed(0, 15), "ended a; finish 0");
}

TEST(Finally, runs_after_a_failure_too_and_leaves_its_code) {
  ManualRun run({service(), at_the_end(), background(), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(3, 7), "ended d; stopping: d failed; terminate c");
  EXPECT_EQ(run.killed(2, 15), "ended c; start b; runs b");
  EXPECT_EQ(run.exited(1, 9), "ended b; terminate a");
  EXPECT_EQ(run.killed(0, 15), "ended a; finish 7");
  EXPECT_EQ(run.outcome(1), "failed exit code 9");
}

TEST(Finally, gives_its_code_where_all_else_went_well_the_first_of_those_that_count) {
  ManualRun run({optional(at_the_end()), at_the_end(), at_the_end(), foreground()});
  EXPECT_EQ(run.begin(), "start d; runs d");
  EXPECT_EQ(run.exited(3), "ended d; start a; runs a");
  EXPECT_EQ(run.exited(0, 3), "ended a; start b; runs b");
  EXPECT_EQ(run.exited(1, 4), "ended b; start c; runs c");
  EXPECT_EQ(run.exited(2, 5), "ended c; finish 4");
}

TEST(Finally, leaves_its_code_to_a_service_that_fails_later_too) {
  Plan plan{.steps = {service(), at_the_end(), at_the_end(), foreground()}};
  plan.keep_going = true;
  ManualRun run(plan);
  run.begin();
  EXPECT_EQ(run.exited(3), "ended d; start b; runs b");
  EXPECT_EQ(run.exited(1, 3), "ended b; start c; runs c");
  EXPECT_EQ(run.exited(0, 7), "ended a");
  EXPECT_EQ(run.exited(2), "ended c; finish 7");
}

TEST(Finally, runs_after_the_first_signal_and_a_second_one_skips_it) {
  ManualRun run({at_the_end(), service(), foreground()});
  run.begin();
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate c");
  EXPECT_EQ(run.interrupted_again(), "terminate b; force b; force c");
  run.killed(1, 9);
  EXPECT_EQ(run.killed(2, 9), "ended c; finish 130");
  EXPECT_EQ(run.outcome(0), "skipped(signal 2)");
}

TEST(Finally, goes_on_when_the_first_signal_comes_and_the_second_kills_it) {
  ManualRun run({at_the_end(), service(), at_the_end(), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(3), "ended d; start a; runs a");
  EXPECT_EQ(run.interrupted(), "stopping: signal 2");
  EXPECT_EQ(run.interrupted_again(), "terminate a; terminate b; force a; force b");
  run.killed(0, 9);
  EXPECT_EQ(run.killed(1, 9), "ended b; finish 130");
  EXPECT_EQ(run.outcome(0), "terminated(signal 2) signal 9 (SIGKILL) forced");
}

TEST(Finally, ends_by_its_timeout_and_the_others_follow) {
  ManualRun run({with_timeout(100, at_the_end()), at_the_end(), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(2), "ended c; start a; runs a");
  EXPECT_EQ(run.advance_to(100), "terminate a");
  EXPECT_EQ(run.killed(0, 15), "ended a; start b; runs b");
  EXPECT_EQ(run.exited(1), "ended b; finish 124");
}

TEST(Finally, is_skipped_where_nothing_ran) {
  ManualRun run({at_the_end(), foreground(), foreground()}, ManualRun::Starts::when_told);
  EXPECT_EQ(run.begin(), "start b");
  EXPECT_EQ(run.start_failed(1), "ended b; stopping: b failed; finish 127");
  EXPECT_EQ(run.outcome(0), "skipped(b failed)");
}

TEST(Finally, has_services_that_are_restarted_even_in_a_run_that_stops) {
  ManualRun run({with_restart(2, service()), at_the_end(), foreground()});
  run.begin();
  run.interrupted();
  EXPECT_EQ(run.killed(2, 2), "ended c; start b; runs b");
  EXPECT_EQ(run.exited(0, 1), "over a, again in 10 as restart 1");
  EXPECT_EQ(run.advance_to(20), "start a#2; runs again a#2");
  EXPECT_EQ(run.exited(1), "ended b; terminate a#2");
}

TEST(Finally, does_not_wait_for_a_service_that_nobody_uses_yet) {
  ManualRun run({foreground(), service(), service(), at_the_end(), foreground()},
                ManualRun::Starts::when_told);
  run.begin();
  run.started(0);
  EXPECT_EQ(run.exited(0), "ended a; start b");
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate b") << "nobody knows whether b is there";
  EXPECT_EQ(run.started(1), "runs b; start d");
  EXPECT_EQ(run.exited(1), "ended b");
}

TEST(RestartWith, comes_when_another_attempt_is_ready) {
  ManualRun run(
      {with_restart(5, until_ready(1000, service())), restarted_with(0, background()), foreground()});
  run.begin();
  EXPECT_EQ(run.ready(0), "probe no more a; ready a; start b; runs b; start c; runs c");
  EXPECT_EQ(run.exited(0, 1), "over a, again in 10 as restart 1");
  EXPECT_EQ(run.advance_to(10), "start a#2; runs again a#2; probe a#2");
  EXPECT_EQ(run.ready(0), "probe no more a#2; ready a; terminate b");
  EXPECT_EQ(run.killed(1, 15), "over b, again in 1 as restart 0");
  EXPECT_EQ(run.outcome(1), "terminated(restarted with a) signal 15 (SIGTERM)");
  EXPECT_EQ(run.advance_to(11), "start b#2; runs again b#2");
  EXPECT_EQ(run.exited(1), "ended b");
  EXPECT_EQ(run.outcome(1), "succeeded exit code 0");
}

TEST(RestartWith, comes_at_the_start_where_nothing_tells_readiness_and_reaches_those_that_use_the_second) {
  ManualRun run({with_restart(5, service()), restarted_with(0, service()), restarted_with(1, foreground())});
  run.begin();
  run.exited(0, 1);
  EXPECT_EQ(run.advance_to(10), "start a#2; runs again a#2; terminate b");
  run.killed(1, 15);
  EXPECT_EQ(run.advance_to(11), "start b#2; runs again b#2; terminate c");
  EXPECT_EQ(run.exited(2), "over c, again in 1 as restart 0") << "it is no success either";
  EXPECT_EQ(run.advance_to(12), "start c#2; runs again c#2");
}

TEST(RestartWith, is_nothing_to_what_has_ended_or_has_not_begun_or_is_to_end) {
  ManualRun run({with_restart(5, service()), restarted_with(0, background()),
                 restarted_with(0, foreground(100)), foreground()});
  run.begin();
  run.exited(1);
  run.exited(0, 1);
  EXPECT_EQ(run.advance_to(10), "start a#2; runs again a#2");
  EXPECT_EQ(run.advance_to(100), "start c; runs c");
  run.interrupted();
  EXPECT_EQ(run.killed(2, 15), "ended c");
  EXPECT_EQ(run.outcome(2), "terminated(signal 2) signal 15 (SIGTERM)");
}

TEST(RestartWith, that_does_not_end_is_a_failure) {
  ManualRun run({with_restart(5, service()), restarted_with(0, foreground())}, ManualRun::Starts::at_once,
                {.unkillable = nanoseconds(100)});
  run.begin();
  run.exited(0, 1);
  EXPECT_EQ(run.advance_to(10), "start a#2; runs again a#2; terminate b");
  EXPECT_EQ(run.advance_to(60), "force b");
  EXPECT_EQ(run.advance_to(160), "give up b; ended b; stopping: b failed; terminate a#2");
  EXPECT_EQ(run.killed(0, 15), "ended a; finish 70");
}

}  // namespace
}  // namespace dream::engine
