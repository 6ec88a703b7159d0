#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

TEST(Order, the_example_of_the_specification) {
  ManualRun run({background(0), background(2000), foreground()});
  EXPECT_EQ(run.begin(), "start a; runs a; start b; runs b; delay c 2000");
  EXPECT_EQ(run.advance_to(1999), "");
  EXPECT_EQ(run.advance_to(2000), "start c; runs c");
}

TEST(Order, a_background_delay_holds_the_next_step_whatever_the_background_step_does) {
  ManualRun run({background(100), foreground()});
  run.begin();
  run.advance_to(40);
  EXPECT_EQ(run.exited(0), "ended a");
  EXPECT_EQ(run.deadline(), 100);
  EXPECT_EQ(run.advance_to(100), "start b; runs b");
}

TEST(Order, a_background_delay_counts_from_the_moment_its_process_runs) {
  ManualRun run({background(100), foreground()}, ManualRun::Starts::when_told);
  EXPECT_EQ(run.begin(), "start a");
  EXPECT_EQ(run.advance_to(500), "") << "a container may take long to start";
  EXPECT_EQ(run.started(0), "runs a; delay b 100");
  EXPECT_EQ(run.advance_to(600), "start b");
}

TEST(Order, the_next_step_is_not_started_before_the_last_start_was_answered) {
  ManualRun run({background(), background(), foreground()}, ManualRun::Starts::when_told);
  EXPECT_EQ(run.begin(), "start a");
  EXPECT_EQ(run.started(0), "runs a; start b");
  EXPECT_EQ(run.started(1), "runs b; start c");
}

TEST(Order, a_foreground_delay_stands_before_the_step_and_nothing_after_it) {
  ManualRun run({foreground(), foreground(300), foreground()});
  EXPECT_EQ(run.begin(), "start a; runs a");
  run.advance_to(1000);
  EXPECT_EQ(run.exited(0), "ended a; delay b 300");
  EXPECT_EQ(run.advance_to(1299), "");
  EXPECT_EQ(run.advance_to(1300), "start b; runs b");
  EXPECT_EQ(run.exited(1), "ended b; start c; runs c");
}

TEST(Order, the_first_foreground_delay_counts_from_the_beginning) {
  ManualRun run({foreground(70)});
  EXPECT_EQ(run.begin(), "delay a 70");
  EXPECT_EQ(run.advance_to(70), "start a; runs a");
}

TEST(Order, nothing_stands_before_a_background_step) {
  ManualRun run({background(70), background(30)});
  EXPECT_EQ(run.begin(), "start a; runs a; delay b 70");
  EXPECT_EQ(run.advance_to(70), "start b; runs b; waiting for a,b");
}

TEST(Order, a_background_delay_and_the_foreground_delay_after_it_add_up) {
  ManualRun run({background(100), foreground(30)});
  EXPECT_EQ(run.begin(), "start a; runs a; delay b 130");
  EXPECT_EQ(run.advance_to(129), "");
  EXPECT_EQ(run.advance_to(130), "start b; runs b");
}

TEST(Order, a_foreground_step_is_alone_in_front_until_it_has_ended) {
  ManualRun run({foreground(), background(), foreground()});
  run.begin();
  EXPECT_EQ(run.advance_to(1'000'000), "");
  EXPECT_EQ(run.exited(0), "ended a; start b; runs b; start c; runs c");
}

TEST(Order, an_optional_background_step_that_cannot_start_releases_the_next_at_once) {
  ManualRun run({optional(background(500)), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  EXPECT_EQ(run.start_failed(0), "ended a; start b");
}

TEST(Order, an_optional_foreground_step_that_cannot_start_releases_the_next_at_once) {
  ManualRun run({optional(foreground()), foreground(20)}, ManualRun::Starts::when_told);
  run.begin();
  EXPECT_EQ(run.start_failed(0), "ended a; delay b 20") << "the delay of the next one is its own";
  EXPECT_EQ(run.advance_to(20), "start b");
}

TEST(Order, a_step_that_ends_before_it_was_known_to_run_counts_as_started_then) {
  ManualRun run({background(100), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.advance_to(10);
  EXPECT_EQ(run.exited(0), "runs a; ended a; delay b 100");
  EXPECT_EQ(run.outcome(0), "succeeded exit code 0");
  EXPECT_EQ(run.advance_to(110), "start b");
  EXPECT_EQ(run.exited(1, 3), "runs b; ended b; stopping: b failed; finish 3");
}

TEST(Order, a_driver_that_is_late_makes_delays_longer_and_never_shorter) {
  ManualRun run({background(100), background(100), foreground()});
  run.begin();
  run.oversleep_until(130);
  EXPECT_EQ(run.feed(TimePassed{}), "start b; runs b; delay c 100");
  EXPECT_EQ(run.deadline(), 230);
}

TEST(Order, time_that_passes_without_a_deadline_changes_nothing) {
  ManualRun run({background(100), foreground()});
  run.begin();
  run.oversleep_until(99);
  EXPECT_EQ(run.feed(TimePassed{}), "");
  EXPECT_EQ(run.deadline(), 100);
}

TEST(Order, a_delay_of_centuries_does_not_come_round_to_the_past) {
  Step forever = background();
  forever.delay = Duration::max();
  ManualRun run({background(5), forever, foreground()});
  run.begin();
  run.advance_to(5);
  EXPECT_EQ(run.engine().next_deadline(), Instant::max());
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate a; terminate b");
}

TEST(Order, a_delay_is_announced_only_when_there_is_something_to_wait_for) {
  ManualRun run({background(0), foreground(0)});
  EXPECT_EQ(run.begin(), "start a; runs a; start b; runs b");
}

}  // namespace
}  // namespace dream::engine
