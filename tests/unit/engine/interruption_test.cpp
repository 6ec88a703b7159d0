#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

TEST(Interruption, that_may_have_come_soon_after_the_first_is_the_same_request) {
  ManualRun late({with_grace(1'000'000'000, foreground())});
  late.begin();
  late.interrupted();
  late.advance_to(10);
  EXPECT_EQ(late.feed(Interrupted{2, nanoseconds(10)}), "");
  EXPECT_EQ(late.feed(Interrupted{2, nanoseconds(5)}), "force a");
}

TEST(Interruption, asks_every_running_step_at_once_and_starts_nothing_more) {
  ManualRun run({background(), foreground(), foreground()});
  run.begin();
  EXPECT_EQ(run.interrupted(2), "stopping: signal 2; terminate a; terminate b");
  EXPECT_EQ(run.exited(1), "ended b");
  EXPECT_EQ(run.killed(0, 2), "ended a; finish 130");
  EXPECT_EQ(run.outcome(1), "terminated(signal 2) exit code 0");
  EXPECT_EQ(run.outcome(2), "skipped(signal 2)");
}

TEST(Interruption, during_a_delay_cuts_it_short) {
  ManualRun run({background(2000), foreground()});
  run.begin();
  run.advance_to(10);
  EXPECT_EQ(run.interrupted(1), "stopping: signal 1; terminate a");
  EXPECT_EQ(run.exited(0), "ended a; finish 129");
}

TEST(Interruption, before_anything_runs_ends_the_run_there) {
  ManualRun run({foreground(100), foreground()});
  run.begin();
  EXPECT_EQ(run.interrupted(15), "stopping: signal 15; finish 143");
  EXPECT_EQ(run.outcome(0), "skipped(signal 15)");
}

TEST(Interruption, a_second_time_forces_all_at_once) {
  ManualRun run({background(), background(), foreground()});
  run.begin();
  run.interrupted(2);
  run.exited(1);
  EXPECT_EQ(run.interrupted_again(2), "force a; force c");
  EXPECT_EQ(run.interrupted_again(2), "") << "there is nothing stronger";
  EXPECT_EQ(run.deadline(), 1 + nanoseconds(Limits{}.unkillable).count());
}

TEST(Interruption, by_a_hang_up_is_not_forced_by_another_one) {
  ManualRun run({background(), foreground()});
  run.begin();
  EXPECT_EQ(run.interrupted(1), "stopping: signal 1; terminate a; terminate b");
  EXPECT_EQ(run.interrupted_again(1), "") << "the shell tells what the kernel has told";
  EXPECT_EQ(run.interrupted_again(15), "force a; force b");
}

constexpr Limits as_in_life{.one_request = std::chrono::milliseconds(300) - nanoseconds(1)};
constexpr std::int64_t just_the_same = 300'000'000 - 2;  // ns

Step with_long_grace(Step step) {
  step.stop_grace = std::chrono::hours(1);
  return step;
}

TEST(Interruption, of_any_kind_is_the_same_request_until_300_ms_after_the_first_which_do_not_slide) {
  EXPECT_EQ(Limits{}.one_request, std::chrono::milliseconds(300));
  ManualRun run({with_long_grace(foreground())}, ManualRun::Starts::at_once, as_in_life);
  run.begin();
  run.interrupted(2);
  EXPECT_EQ(run.interrupted(15), "");
  run.advance_to(just_the_same / 2);
  EXPECT_EQ(run.interrupted(1), "");
  run.advance_to(just_the_same);
  EXPECT_EQ(run.interrupted(2), "");
  run.advance_to(just_the_same + 1);
  EXPECT_EQ(run.interrupted(2), "force a") << "however many came before";
}

TEST(Interruption, of_a_run_that_is_stopping_already_is_one_request_as_well) {
  ManualRun run({with_long_grace(background()), foreground()}, ManualRun::Starts::at_once, as_in_life);
  run.begin();
  run.exited(1, 8);
  run.advance_to(5);
  EXPECT_EQ(run.interrupted(2), "");
  EXPECT_EQ(run.interrupted(2), "");
  run.advance_to(just_the_same + 5);
  EXPECT_EQ(run.interrupted(15), "");
  run.advance_to(just_the_same + 6);
  EXPECT_EQ(run.interrupted(15), "force a");
}

TEST(Interruption, that_is_still_the_same_request_gives_no_reader_up_after_the_end) {
  ManualRun run({with_long_grace(foreground())}, ManualRun::Starts::at_once, as_in_life);
  run.begin();
  run.interrupted(2);
  run.reader(Stream::out, Reading::takes_some);
  run.exited(0);
  EXPECT_EQ(run.interrupted(2), "");
  run.advance_to(just_the_same + 1);
  EXPECT_EQ(run.interrupted(2), "give up the reader of stdout");
}

TEST(Interruption, is_what_dream_dies_of_if_it_was_the_first_cause) {
  ManualRun run({foreground()});
  run.begin();
  EXPECT_EQ(run.engine().stopped_by_signal(), std::nullopt);
  run.interrupted(10);
  EXPECT_EQ(run.engine().stopped_by_signal(), 10);
  ManualRun failed({background(), foreground()});
  failed.begin();
  failed.exited(1, 8);
  failed.interrupted(2);
  EXPECT_EQ(failed.engine().stopped_by_signal(), std::nullopt);
  ManualRun unread({foreground()});
  unread.begin();
  unread.output_lost();
  EXPECT_EQ(unread.engine().stopped_by_signal(), 13) << "SIGPIPE";
}

TEST(Interruption, changes_nothing_the_first_time_when_the_run_is_stopping_already) {
  ManualRun run({background(), foreground()});
  run.begin();
  run.exited(1, 8);
  EXPECT_EQ(run.interrupted(2), "");
  EXPECT_EQ(run.interrupted_again(15), "force a");
  EXPECT_EQ(run.killed(0, 9), "ended a; finish 8") << "the first cause wins";
  EXPECT_EQ(run.outcome(0), "terminated(b failed) signal 9 (SIGKILL) forced");
}

TEST(Interruption, the_first_signal_names_the_exit_code) {
  ManualRun run({foreground()});
  run.begin();
  run.interrupted(15);
  run.interrupted_again(2);
  EXPECT_EQ(run.killed(0, 9), "ended a; finish 143");
}

}  // namespace
}  // namespace dream::engine
