#include <fmt/format.h>
#include <gmock/gmock.h>

#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

Limits proven_after(int duration) {
  Limits limits;
  limits.good_after = nanoseconds(duration);
  return limits;
}

TEST(Restart, follows_a_failure_after_a_pause) {
  ManualRun run({with_restart(2, background()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0, 3), "over a, again in 10 as restart 1") << "and the run goes on";
  EXPECT_EQ(run.outcome(0), "failed exit code 3") << "of the attempt, until the next one";
  EXPECT_EQ(run.advance_to(9), "");
  EXPECT_EQ(run.advance_to(10), "start a#2; runs again a#2");
  EXPECT_EQ(run.exited(0), "ended a");
  EXPECT_EQ(run.outcome(0), "succeeded exit code 0");
}

TEST(Restart, has_left_behind_only_what_its_last_attempt_has) {
  for (const bool kept : {false, true}) {
    ManualRun run({with_restart(2, background()), foreground()});
    run.begin();
    run.feed(LeftBehind{{StepIndex(0)}, {"17 (sleep 60)"}, kept});
    run.exited(0, 3);
    run.advance_to(10);
    EXPECT_EQ(run.engine().outcomes()[0].left_behind.size(), 0U);
  }
}

TEST(Restart, pauses_twice_as_long_each_time_up_to_a_limit) {
  ManualRun run({with_restart(0, foreground())});
  run.begin();
  std::int64_t moment = 0;
  std::size_t restart = 0;
  for (const int pause : {10, 20, 40, 40}) {
    EXPECT_EQ(run.exited(0, 1),
              fmt::format("over a{}, again in {} as restart {}",
                          restart == 0 ? "" : fmt::format("#{}", restart + 1), pause, restart + 1));
    moment += pause;
    ++restart;
    run.advance_to(moment);
  }
}

TEST(Restart, without_a_pause_comes_after_what_was_told_of_the_last_attempt) {
  Step step = with_restart(1, foreground());
  step.restart.delay = step.restart.max_delay = Duration{0};
  ManualRun run({step});
  run.begin();
  EXPECT_EQ(run.exited(0, 1), "over a, again in 1 as restart 1");
}

TEST(Restart, runs_out_with_the_code_of_the_last_attempt) {
  ManualRun run({with_restart(2, foreground())});
  run.begin();
  run.exited(0, 3);
  run.advance_to(100);
  run.exited(0, 4);
  run.advance_to(200);
  EXPECT_EQ(run.exited(0, 5), "ended a; stopping: a failed; finish 5") << "2 restarts are 3 attempts";
}

TEST(Restart, of_a_step_in_front_holds_the_front) {
  ManualRun run({with_restart(2, foreground()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0, 1), "over a, again in 10 as restart 1");
  EXPECT_EQ(run.advance_to(10), "start a#2; runs again a#2");
  EXPECT_EQ(run.exited(0), "ended a; start b; runs b");
}

TEST(Restart, of_a_step_in_the_background_holds_nobody_who_was_released) {
  ManualRun run({with_restart(2, background()), foreground(), foreground()});
  EXPECT_EQ(run.begin(), "start a; runs a; start b; runs b");
  run.exited(0, 1);
  EXPECT_EQ(run.exited(1), "ended b; start c; runs c");
  EXPECT_EQ(run.advance_to(10), "start a#2; runs again a#2") << "which releases nobody a second time";
}

TEST(Restart, always_follows_a_success_too) {
  ManualRun run({with_restart(1, background(), Restart::On::always), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0), "over a, again in 10 as restart 1");
  ManualRun on_failure({with_restart(1, background()), foreground()});
  on_failure.begin();
  EXPECT_EQ(on_failure.exited(0), "ended a");
  ManualRun front({with_restart(1, foreground(), Restart::On::always)});
  front.begin();
  EXPECT_EQ(front.exited(0), "ended a; finish 0") << "in front it is as on failure";
}

TEST(Restart, of_a_service_follows_its_end_by_itself) {
  ManualRun run({with_restart(1, service()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0), "over a, again in 10 as restart 1");
}

TEST(Restart, does_not_follow_what_can_not_be_executed) {
  for (const ErrorCode code : {ErrorCode::not_found, ErrorCode::not_executable}) {
    ManualRun run({with_restart(1, foreground())}, ManualRun::Starts::when_told);
    run.begin();
    EXPECT_THAT(run.start_failed(0, code), testing::StartsWith("ended a; stopping"));
  }
  for (const int code : {126, 127}) {
    ManualRun run({with_restart(1, foreground())});
    run.begin();
    EXPECT_THAT(run.exited(0, code), testing::StartsWith("ended a; stopping"));
  }
}

TEST(Restart, follows_a_start_that_failed_for_another_cause) {
  ManualRun run({with_restart(1, background()), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  EXPECT_EQ(run.start_failed(0, ErrorCode::io), "over a, again in 10 as restart 1");
  EXPECT_EQ(run.advance_to(10), "start a#2");
  EXPECT_EQ(run.started(0), "runs a; start b") << "the first process there was; only now it releases";
}

TEST(Restart, follows_an_end_that_was_heard_of_before_the_start) {
  ManualRun run({with_restart(1, background()), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  EXPECT_EQ(run.exited(0, 1), "runs a; over a, again in 10 as restart 1; start b")
      << "it counts as started, and releases as if that had been heard of";
}

TEST(Restart, that_could_not_be_started_releases_without_a_delay) {
  ManualRun run({optional(with_restart(1, until_ready(1000, background(50)))), background()},
                ManualRun::Starts::when_told);
  run.begin();
  run.started(0);
  run.exited(0, 1);
  run.advance_to(10);
  EXPECT_EQ(run.start_failed(0, ErrorCode::io), "ended a; start b") << "as any start that failed";
}

TEST(Restart, follows_an_end_with_127_where_that_is_success) {
  Step step = with_restart(1, background(), Restart::On::always);
  step.success_codes = {127};
  ManualRun run({step, foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0, 127), "over a, again in 10 as restart 1");
}

TEST(Restart, follows_a_timeout_once_the_attempt_has_ended) {
  ManualRun run({with_restart(1, with_timeout(100, foreground()))});
  run.begin();
  EXPECT_EQ(run.advance_to(100), "terminate a") << "the run goes on";
  EXPECT_EQ(run.killed(0, 15), "over a, again in 10 as restart 1");
  EXPECT_EQ(run.outcome(0), "failed(timed out) signal 15 (SIGTERM)");
  EXPECT_EQ(run.advance_to(110), "start a#2; runs again a#2");
  EXPECT_EQ(run.advance_to(209), "") << "each attempt has its own";
  EXPECT_EQ(run.advance_to(210), "stopping: a failed; terminate a#2") << "no other is left";
  EXPECT_EQ(run.killed(0, 15), "ended a; finish 124");
}

TEST(Restart, follows_an_attempt_that_was_not_ready_in_time) {
  ManualRun run({with_restart(1, until_ready(100, background())), foreground()});
  run.begin();
  EXPECT_EQ(run.advance_to(100), "not ready a; probe no more a; terminate a");
  EXPECT_EQ(run.killed(0, 15), "over a, again in 10 as restart 1");
  EXPECT_EQ(run.advance_to(110), "start a#2; runs again a#2; probe a#2") << "the wait goes on";
  EXPECT_EQ(run.ready(0), "probe no more a#2; ready a; start b; runs b");
}

TEST(Restart, of_one_that_ended_before_it_was_ready) {
  ManualRun run({with_restart(1, until_ready(1000, background())), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0), "probe no more a; over a, again in 10 as restart 1");
}

TEST(Restart, is_called_off_by_a_signal) {
  ManualRun pausing({with_restart(1, foreground())});
  pausing.begin();
  pausing.exited(0, 3);
  EXPECT_EQ(pausing.interrupted(), "stopping: signal 2; ended a; finish 130");
  EXPECT_EQ(pausing.outcome(0), "terminated(signal 2) exit code 3");
  EXPECT_EQ(pausing.deadline(), -1);

  ManualRun ending({with_restart(1, with_timeout(100, foreground()))});
  ending.begin();
  ending.advance_to(100);
  EXPECT_EQ(ending.interrupted(), "stopping: signal 2");
  EXPECT_EQ(ending.exited(0, 3), "ended a; finish 130");
  EXPECT_EQ(ending.outcome(0), "terminated(signal 2) exit code 3");
}

TEST(Restart, of_a_service_ends_with_the_last_of_the_others) {
  ManualRun run({with_restart(1, service()), foreground()});
  run.begin();
  run.exited(0, 3);
  EXPECT_EQ(run.exited(1), "ended b; ended a; finish 0");
  EXPECT_EQ(run.outcome(0), "terminated(no longer needed) exit code 3");

  ManualRun ending({with_restart(1, with_timeout(100, service())), foreground()});
  ending.begin();
  ending.advance_to(100);
  EXPECT_EQ(ending.exited(1), "ended b");
  EXPECT_EQ(ending.killed(0, 15), "ended a; finish 0") << "nobody needs another attempt";
}

TEST(Restart, does_not_follow_what_can_not_be_killed) {
  Limits limits = proven_after(1'000'000);
  limits.unkillable = nanoseconds(30);
  ManualRun run({with_restart(1, with_timeout(100, with_grace(20, foreground())))},
                ManualRun::Starts::at_once, limits);
  run.begin();
  EXPECT_EQ(run.advance_to(150), "terminate a; force a; give up a; ended a; stopping: a failed; finish 124");
}

TEST(Restarts, of_the_past_are_forgotten_once_the_step_was_ready) {
  ManualRun run({with_restart(1, until_ready(1000, background())), foreground()});
  run.begin();
  run.ready(0);
  EXPECT_EQ(run.exited(0, 1), "over a, again in 10 as restart 1");
  run.advance_to(10);
  run.advance_to(1009);
  EXPECT_EQ(run.ready(0), "probe no more a#2; ready a");
  EXPECT_EQ(run.exited(0, 1), "over a#2, again in 20 as restart 1") << "the first one is out of the window";
  run.advance_to(1029);
  EXPECT_EQ(run.exited(0, 6), "probe no more a#3; ended a; stopping: a failed; terminate b");
}

TEST(Restarts, all_count_until_then) {
  ManualRun run({with_restart(1, with_ready(100'000, background())), foreground()});
  run.begin();
  run.exited(0, 1);
  run.advance_to(5000);
  EXPECT_EQ(run.exited(0, 1), "probe no more a#2; ended a; stopping: a failed; terminate b");
}

TEST(Restarts, begin_with_the_first_pause_again_after_a_while_of_running_well) {
  ManualRun run({with_restart(0, background()), foreground()}, ManualRun::Starts::at_once, proven_after(500));
  run.begin();
  run.exited(0, 1);
  run.advance_to(10);
  EXPECT_EQ(run.exited(0, 1), "over a#2, again in 20 as restart 2");
  run.advance_to(30);
  run.advance_to(530);
  EXPECT_EQ(run.exited(0, 1), "over a#3, again in 10 as restart 3");
}

TEST(Restarts, of_a_step_in_front_all_count) {
  ManualRun run({with_restart(1, foreground())}, ManualRun::Starts::at_once, proven_after(5));
  run.begin();
  run.advance_to(50);
  run.exited(0, 1);
  run.advance_to(5000);
  EXPECT_EQ(run.exited(0, 1), "ended a; stopping: a failed; finish 1");
}

TEST(Stale, is_what_is_heard_of_an_earlier_attempt) {
  ManualRun run({with_restart(1, foreground())});
  run.begin();
  run.exited(0, 1);
  EXPECT_EQ(run.exited(0, 1), "") << "while nothing runs";
  run.advance_to(10);
  EXPECT_EQ(run.feed(Exited{{StepIndex(0), 1}, ExitedWith{0}}), "");
  EXPECT_EQ(run.exited(0), "ended a; finish 0");
}

}  // namespace
}  // namespace dream::engine
