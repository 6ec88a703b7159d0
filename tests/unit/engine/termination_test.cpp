#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

/// When a step that was forced at this moment is given up.
std::int64_t patience_after(int instant) {
  return instant + nanoseconds(Limits{}.unkillable).count();
}

TEST(LostOutput, stops_the_run_gracefully) {
  ManualRun run({background(), foreground(), foreground()});
  run.begin();
  EXPECT_EQ(run.output_lost(), "stopping: reader gone; terminate a; terminate b");
  EXPECT_EQ(run.output_lost(), "");
  run.exited(0);
  EXPECT_EQ(run.exited(1), "ended b; finish 141");
  EXPECT_EQ(run.outcome(2), "skipped(reader gone)");
}

TEST(LostOutput, that_is_not_the_readers_fault_is_an_error) {
  ManualRun run({foreground(), foreground()});
  run.begin();
  EXPECT_EQ(run.feed(OutputLost{.reader_gone = false}), "stopping: output broken; terminate a");
  EXPECT_EQ(run.exited(0), "ended a; finish 70");
  EXPECT_EQ(run.outcome(1), "skipped(output broken)");
}

TEST(LostOutput, does_not_count_as_a_signal) {
  ManualRun run({foreground()});
  run.begin();
  run.output_lost();
  EXPECT_EQ(run.interrupted(2), "");
  EXPECT_EQ(run.interrupted_again(2), "force a");
  EXPECT_EQ(run.killed(0, 9), "ended a; finish 141");
}

TEST(LostOutput, after_another_cause_changes_nothing) {
  ManualRun run({foreground()});
  run.begin();
  run.interrupted(2);
  EXPECT_EQ(run.output_lost(), "");
  EXPECT_EQ(run.exited(0), "ended a; finish 130");
}

TEST(Grace, is_the_steps_own_and_force_comes_exactly_at_its_end) {
  ManualRun run({with_grace(30, background()), with_grace(10, background()), with_grace(20, foreground())});
  run.begin();
  run.advance_to(5);
  run.interrupted();
  EXPECT_EQ(run.deadline(), 15);
  EXPECT_EQ(run.advance_to(14), "");
  EXPECT_EQ(run.advance_to(15), "force b");
  EXPECT_EQ(run.advance_to(25), "force c");
  EXPECT_EQ(run.advance_to(35), "force a");
  EXPECT_EQ(run.deadline(), patience_after(15)) << "the first that was killed is the first to be given up";
}

TEST(Grace, of_nothing_kills_only_what_does_not_end_otherwise) {
  ManualRun run({with_grace(0, background()), with_grace(0, foreground())});
  run.begin();
  run.interrupted(2);
  run.killed(0, 15);
  run.killed(1, 9);
  EXPECT_EQ(run.outcome(0), "terminated(signal 2) signal 15 (SIGTERM)");
  EXPECT_EQ(run.outcome(1), "terminated(signal 2) signal 9 (SIGKILL) forced");
}

TEST(Grace, of_nothing_forces_right_after_asking) {
  ManualRun run({with_grace(0, background()), background(), with_grace(0, foreground())});
  run.begin();
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate a; terminate b; terminate c; force a; force c");
}

TEST(Grace, is_over_when_the_step_has_ended) {
  ManualRun run({background(), foreground()});
  run.begin();
  run.interrupted();
  run.exited(0);
  EXPECT_EQ(run.advance_to(50), "force b");
}

TEST(Ending, names_who_is_waited_for_and_when_force_comes) {
  ManualRun run({background(), with_grace(10, background()), foreground()});
  run.begin();
  EXPECT_TRUE(run.engine().ending().empty());
  run.exited(2, 1);
  run.advance_to(10);
  const auto ending = run.engine().ending();
  ASSERT_EQ(ending.size(), 2U);
  EXPECT_EQ(ending[0].step, StepIndex(0));
  EXPECT_EQ(ending[0].force_at, Instant(nanoseconds(50)));
  EXPECT_EQ(ending[1].step, StepIndex(1));
  EXPECT_EQ(ending[1].force_at, std::nullopt) << "it was forced already";
}

TEST(StillEnding, is_told_after_the_quiet_time_and_each_time_it_has_taken_as_long_again) {
  ManualRun run({background(), foreground()}, ManualRun::Starts::at_once, {.quiet_stop = nanoseconds(10)});
  run.begin();
  run.exited(1, 1);
  EXPECT_EQ(run.advance_to(9), "");
  EXPECT_EQ(run.advance_to(10), "still ending: a@50");
  EXPECT_EQ(run.advance_to(19), "");
  EXPECT_EQ(run.advance_to(20), "still ending: a@50");
  EXPECT_EQ(run.advance_to(39), "");
  EXPECT_EQ(run.advance_to(50), "still ending: a@50; force a");
  EXPECT_EQ(run.deadline(), patience_after(50));
}

TEST(StillEnding, counts_for_each_step_from_the_moment_it_was_asked) {
  ManualRun run({with_grace(100, with_timeout(3, optional(background()))), with_grace(4, background()),
                 with_grace(30, background()), foreground()},
                ManualRun::Starts::at_once, {.quiet_stop = nanoseconds(10)});
  run.begin();
  EXPECT_EQ(run.advance_to(3), "terminate a");
  run.advance_to(5);
  run.interrupted();
  run.exited(3);
  EXPECT_EQ(run.advance_to(12), "force b");
  EXPECT_EQ(run.advance_to(13), "still ending: a@103");
  EXPECT_EQ(run.advance_to(15), "still ending: c@35");
  EXPECT_EQ(run.advance_to(23), "still ending: a@103");
  EXPECT_EQ(run.advance_to(25), "still ending: c@35");
}

TEST(StillEnding, names_in_one_line_whoever_is_due_at_the_same_moment) {
  ManualRun run({with_grace(100, service()), with_grace(90, service()), foreground()},
                ManualRun::Starts::at_once, {.quiet_stop = nanoseconds(10)});
  run.begin();
  run.exited(2);
  EXPECT_EQ(run.advance_to(10), "still ending: a@100 b@90");
  EXPECT_EQ(run.advance_to(20), "still ending: a@100 b@90");
}

TEST(StillEnding, is_told_once_by_a_driver_that_is_late) {
  ManualRun run({with_grace(1000, foreground())}, ManualRun::Starts::at_once,
                {.quiet_stop = nanoseconds(10)});
  run.begin();
  run.interrupted();
  run.oversleep_until(95);
  EXPECT_EQ(run.feed(TimePassed{}), "still ending: a@1000");
  EXPECT_EQ(run.deadline(), 190);
}

TEST(StillEnding, is_not_told_of_what_is_killed) {
  ManualRun run({foreground()}, ManualRun::Starts::at_once, {.quiet_stop = nanoseconds(10)});
  run.begin();
  run.interrupted();
  EXPECT_EQ(run.deadline(), 10);
  run.interrupted_again();
  EXPECT_EQ(run.deadline(), patience_after(1));
}

TEST(StillEnding, of_steps_that_are_told_together_goes_on_by_the_time_that_each_has_had) {
  ManualRun run({optional(with_timeout(10, with_grace(9000, background()))),
                 optional(with_timeout(50, with_grace(9000, background()))), foreground()},
                ManualRun::Starts::at_once, {.quiet_stop = nanoseconds(10)});
  run.begin();
  run.advance_to(89);
  EXPECT_EQ(run.advance_to(90), "still ending: a@9010 b@9050");
  EXPECT_EQ(run.advance_to(130), "still ending: b@9050");
  EXPECT_EQ(run.advance_to(170), "still ending: a@9010");
}

TEST(StillEnding, leaves_half_a_second_for_quick_stops) {
  ManualRun run({with_grace(600'000'000, foreground())});
  run.begin();
  run.interrupted();
  EXPECT_EQ(run.deadline(), 500'000'000);
}

TEST(GivenUp, is_a_step_that_force_does_not_end_and_the_run_ends_with_its_own_cause) {
  ManualRun run({background(), foreground()}, ManualRun::Starts::at_once, {.unkillable = nanoseconds(20)});
  run.begin();
  run.interrupted(2);
  EXPECT_EQ(run.interrupted_again(2), "force a; force b");
  EXPECT_EQ(run.exited(1), "ended b");
  EXPECT_EQ(run.advance_to(20), "");
  EXPECT_EQ(run.advance_to(21), "give up a; ended a; finish 130");
  EXPECT_EQ(run.exited(0), "") << "too late";
}

TEST(GivenUp, counts_from_the_force_of_each_step) {
  ManualRun run({with_grace(5, background()), with_grace(10, background()), foreground()},
                ManualRun::Starts::at_once, {.unkillable = nanoseconds(20)});
  run.begin();
  EXPECT_EQ(run.exited(2, 4), "ended c; stopping: c failed; terminate a; terminate b");
  EXPECT_EQ(run.advance_to(24), "force a; force b");
  EXPECT_EQ(run.advance_to(25), "give up a; ended a");
  EXPECT_EQ(run.advance_to(30), "give up b; ended b; finish 4");
}

TEST(GivenUp, dismisses_the_services_if_it_was_the_last_of_the_others) {
  ManualRun run({service(), with_timeout(5, with_grace(5, optional(foreground())))},
                ManualRun::Starts::at_once, {.unkillable = nanoseconds(20)});
  run.begin();
  EXPECT_EQ(run.advance_to(10), "terminate b; force b");
  EXPECT_EQ(run.advance_to(30), "give up b; ended b; terminate a");
  EXPECT_EQ(run.exited(0), "ended a; finish 0");
}

TEST(GuardianLost, forces_all_at_once) {
  ManualRun run({background(), foreground(), foreground()});
  run.begin();
  EXPECT_EQ(run.guardian_lost(), "stopping: guardian lost; terminate a; terminate b; force a; force b");
  run.killed(0, 9);
  EXPECT_EQ(run.killed(1, 9), "ended b; finish 137");
  EXPECT_EQ(run.outcome(2), "skipped(guardian lost)");
}

TEST(GuardianLost, forces_a_run_that_is_being_stopped_already) {
  ManualRun run({background(), foreground()});
  run.begin();
  run.exited(1, 3);
  EXPECT_EQ(run.guardian_lost(), "force a");
  EXPECT_EQ(run.killed(0, 9), "ended a; finish 3");
}

TEST(TerminalClosed, is_a_reader_that_went_away_unless_a_signal_says_more) {
  const Limits limits{.hang_up = nanoseconds(10)};
  ManualRun quiet({foreground()}, ManualRun::Starts::at_once, limits);
  quiet.begin();
  EXPECT_EQ(quiet.feed(TerminalClosed{}), "");
  EXPECT_EQ(quiet.advance_to(9), "");
  EXPECT_EQ(quiet.advance_to(10), "stopping: reader gone; terminate a");
  ManualRun told({foreground()}, ManualRun::Starts::at_once, limits);
  told.begin();
  told.feed(TerminalClosed{});
  EXPECT_EQ(told.interrupted(1), "stopping: signal 1; terminate a");
  EXPECT_EQ(told.exited(0), "ended a; finish 129");
  EXPECT_EQ(told.deadline(), -1);
}

TEST(TerminalClosed, is_no_news_once_the_run_is_over) {
  ManualRun run({foreground()}, ManualRun::Starts::at_once, {.hang_up = nanoseconds(10)});
  run.begin();
  run.feed(TerminalClosed{});
  EXPECT_EQ(run.exited(0), "ended a; finish 0");
  EXPECT_EQ(run.deadline(), -1);
  EXPECT_EQ(run.advance_to(10), "");
}

TEST(TerminalClosed, is_no_news_where_the_run_ends_at_the_moment_when_it_becomes_due) {
  ManualRun run({foreground()}, ManualRun::Starts::at_once, {.hang_up = nanoseconds(10)});
  run.begin();
  run.feed(TerminalClosed{});
  run.oversleep_until(10);
  EXPECT_EQ(run.exited(0), "ended a; finish 0");
}

TEST(Reader, that_takes_nothing_is_given_up_while_the_run_is_being_stopped) {
  ManualRun run({foreground()}, ManualRun::Starts::at_once, {.stuck_reader = nanoseconds(10)});
  run.begin();
  EXPECT_EQ(run.reader(Stream::out, Reading::takes_nothing), "");
  EXPECT_EQ(run.deadline(), -1) << "a slow reader is waited for";
  run.advance_to(100);
  run.interrupted();
  EXPECT_EQ(run.deadline(), 50 + 60);
  EXPECT_EQ(run.advance_to(109), "");
  EXPECT_EQ(run.advance_to(110), "give up the reader of stdout");
  EXPECT_EQ(run.exited(0), "ended a; finish 130");
}

TEST(Reader, that_takes_something_has_its_time_anew_and_each_output_has_its_own) {
  ManualRun run({foreground()}, ManualRun::Starts::at_once, {.stuck_reader = nanoseconds(10)});
  run.begin();
  run.interrupted();
  run.exited(0);
  run.reader(Stream::out, Reading::takes_nothing);
  run.advance_to(5);
  run.reader(Stream::err, Reading::takes_nothing);
  run.advance_to(9);
  run.reader(Stream::out, Reading::takes_some);
  run.reader(Stream::out, Reading::takes_nothing);
  EXPECT_EQ(run.advance_to(15), "give up the reader of stderr") << "after the end of the run, too";
  EXPECT_EQ(run.advance_to(19), "give up the reader of stdout");
}

TEST(Reader, is_given_up_by_a_signal_once_the_run_is_over) {
  ManualRun run({foreground()});
  run.begin();
  run.exited(0);
  run.reader(Stream::out, Reading::takes_some);
  EXPECT_EQ(run.interrupted(), "give up the reader of stdout");
  EXPECT_EQ(run.reader(Stream::err, Reading::takes_some), "give up the reader of stderr");
  EXPECT_EQ(run.interrupted(), "");
  EXPECT_EQ(run.engine().exit_code(), 0);
}

TEST(OutputBroken, after_the_end_is_the_failure_of_a_run_that_had_none) {
  for (const int code : {0, 3}) {
    ManualRun run({foreground()});
    run.begin();
    run.exited(0, code);
    run.feed(OutputLost{.reader_gone = false});
    EXPECT_EQ(run.engine().exit_code(), code == 0 ? 70 : 3);
  }
}

TEST(ReaderGone, after_the_end_is_the_signal_that_a_run_without_failure_dies_of) {
  for (const int code : {0, 3}) {
    ManualRun run({foreground()});
    run.begin();
    run.exited(0, code);
    EXPECT_EQ(run.feed(OutputLost{.reader_gone = true}), "");
    EXPECT_EQ(run.engine().exit_code(), code == 0 ? 141 : 3);
    EXPECT_EQ(run.engine().stopped_by_signal(), code == 0 ? std::optional(SIGPIPE) : std::nullopt);
  }
}

TEST(StartingStep, that_is_stopped_is_terminated_right_away) {
  ManualRun run({background(), foreground(), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.started(0);
  EXPECT_EQ(run.interrupted(2), "stopping: signal 2; terminate a; terminate b");
  EXPECT_EQ(run.started(1), "runs b") << "what is being started may come up yet";
  EXPECT_EQ(run.exited(1), "ended b");
  EXPECT_EQ(run.exited(0), "ended a; finish 130");
  EXPECT_EQ(run.outcome(1), "terminated(signal 2) exit code 0");
}

TEST(StartingStep, that_is_stopped_and_then_cannot_start_was_terminated) {
  ManualRun run({foreground(), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.interrupted(2);
  EXPECT_EQ(run.start_failed(0), "ended a; finish 130");
  EXPECT_EQ(run.outcome(0), "terminated(signal 2) not started");
  EXPECT_EQ(run.outcome(1), "skipped(signal 2)");
}

TEST(StartingStep, that_is_stopped_may_end_without_ever_running) {
  ManualRun run({foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.interrupted(2);
  EXPECT_EQ(run.lost(0), "ended a; finish 130");
  EXPECT_EQ(run.engine().outcomes()[0].started, std::nullopt);
}

TEST(StartingStep, that_is_withdrawn_was_terminated_without_an_exit) {
  ManualRun run({with_restart(0, foreground()), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.interrupted(2);
  EXPECT_EQ(run.interrupted_again(2), "force a");
  EXPECT_EQ(run.withdrawn(0), "ended a; finish 130");
  EXPECT_EQ(run.outcome(0), "terminated(signal 2)") << "nothing had to be killed";
  EXPECT_EQ(run.engine().outcomes()[0].started, std::nullopt);
  EXPECT_EQ(run.withdrawn(0), "") << "stale";
}

TEST(StartingStep, that_is_withdrawn_while_it_is_to_be_held_is_held) {
  ManualRun run({with_restart(0, foreground())}, ManualRun::Starts::when_told);
  run.begin();
  run.started(0);
  run.exited(0, 3);
  EXPECT_EQ(run.advance_to(10), "start a#2");
  run.feed(HoldAsked{StepIndex{0}});
  EXPECT_EQ(run.withdrawn(0), "held a");
  EXPECT_EQ(run.engine().outcomes()[0].exit, std::nullopt);
}

TEST(StartingStep, that_is_stopped_gets_force_after_its_grace_and_has_no_timeout) {
  ManualRun run({with_timeout(10, foreground())}, ManualRun::Starts::when_told);
  run.begin();
  run.interrupted(2);
  run.advance_to(20);
  run.started(0);
  EXPECT_EQ(run.advance_to(49), "");
  EXPECT_EQ(run.advance_to(50), "force a");
}

TEST(StartingStep, is_stopped_by_the_failure_of_another_one) {
  ManualRun run({background(), background(), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.started(0);
  EXPECT_EQ(run.exited(0, 3), "ended a; stopping: a failed; terminate b");
  EXPECT_EQ(run.started(1), "runs b") << "nothing more is started";
  EXPECT_EQ(run.exited(1), "ended b; finish 3");
}

}  // namespace
}  // namespace dream::engine
