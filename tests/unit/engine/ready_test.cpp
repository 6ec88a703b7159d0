#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

TEST(Ready, releases_the_next_step) {
  ManualRun run({until_ready(1000, background()), foreground()});
  EXPECT_EQ(run.begin(), "start a; runs a; probe a");
  EXPECT_EQ(run.advance_to(300), "");
  EXPECT_EQ(run.ready(0), "probe no more a; ready a; start b; runs b");
  EXPECT_EQ(run.deadline(), -1) << "nothing is looked for any more";
}

TEST(Ready, and_the_delay_must_both_be_over) {
  ManualRun delay_last({until_ready(1000, background(500)), foreground()});
  delay_last.begin();
  delay_last.advance_to(300);
  EXPECT_EQ(delay_last.ready(0), "probe no more a; ready a; delay b 200");
  EXPECT_EQ(delay_last.advance_to(500), "start b; runs b");

  ManualRun ready_last({until_ready(1000, background(200)), foreground()});
  ready_last.begin();
  EXPECT_EQ(ready_last.advance_to(300), "");
  EXPECT_EQ(ready_last.ready(0), "probe no more a; ready a; start b; runs b");
}

TEST(Ready, is_only_told_where_the_start_is_waited_for) {
  ManualRun run({with_ready(1000, background()), foreground()});
  EXPECT_EQ(run.begin(), "start a; runs a; probe a; start b; runs b");
  EXPECT_EQ(run.ready(0), "probe no more a; ready a");
}

TEST(Ready, of_a_step_in_front_holds_nothing_back) {
  ManualRun run({with_ready(1000, foreground()), foreground()});
  EXPECT_EQ(run.begin(), "start a; runs a; probe a");
  EXPECT_EQ(run.ready(0), "probe no more a; ready a");
  EXPECT_EQ(run.exited(0), "ended a; start b; runs b");
}

TEST(Ready, is_waited_for_by_the_one_step_that_asks_for_it) {
  std::vector<Step> steps{with_ready(1000, background()), foreground(), foreground()};
  steps[0].ready_needed = true;
  steps[2].after_ready = {StepIndex(0)};
  ManualRun run(steps);
  EXPECT_EQ(run.begin(), "start a; runs a; probe a; start b; runs b");
  EXPECT_EQ(run.exited(1), "ended b");
  EXPECT_EQ(run.ready(0), "probe no more a; ready a; start c; runs c");
}

TEST(NotReady, in_time_fails_the_step_that_somebody_waits_for) {
  ManualRun run({until_ready(100, background()), foreground()});
  run.begin();
  EXPECT_EQ(run.advance_to(99), "");
  EXPECT_EQ(run.advance_to(100), "not ready a; probe no more a; stopping: a failed; terminate a");
  EXPECT_EQ(run.killed(0, 15), "ended a; finish 124");
  EXPECT_EQ(run.outcome(0), "failed(not ready in time) signal 15 (SIGTERM)");
}

TEST(NotReady, in_time_is_later_when_the_step_asks_for_more_time) {
  ManualRun run({until_ready(100, background()), foreground()});
  run.begin();
  run.advance_to(50);
  run.feed(MoreTime{{StepIndex(0)}, nanoseconds(40)});
  EXPECT_EQ(run.deadline(), 100) << "it has more than it asks for";
  run.feed(MoreTime{{StepIndex(0)}, nanoseconds(200)});
  run.feed(MoreTime{{StepIndex(0)}, Duration::max()});
  run.feed(MoreTime{{StepIndex(0)}, nanoseconds(1)});
  EXPECT_EQ(run.advance_to(1000), "");
  EXPECT_EQ(run.ready(0), "probe no more a; ready a; start b; runs b");
  run.feed(MoreTime{{StepIndex(0)}, nanoseconds(1)});
  EXPECT_EQ(run.deadline(), -1) << "it is ready";
}

TEST(NotReady, in_time_counts_from_the_last_time_that_the_step_asked) {
  ManualRun run({until_ready(100, background()), foreground()});
  run.begin();
  run.advance_to(99);
  run.feed(MoreTime{{StepIndex(0)}, nanoseconds(50)});
  EXPECT_EQ(run.advance_to(148), "");
  EXPECT_EQ(run.advance_to(149), "not ready a; probe no more a; stopping: a failed; terminate a");
}

TEST(NotReady, in_time_is_told_once_where_nobody_waits) {
  ManualRun run({with_ready(100, background()), with_ready(50, foreground())});
  run.begin();
  EXPECT_EQ(run.advance_to(1000), "not ready b; probe no more b; not ready a; probe no more a");
  EXPECT_EQ(run.exited(0), "ended a");
  EXPECT_EQ(run.outcome(0), "succeeded exit code 0");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

/// `--detach`.
TEST(NotReady, in_time_is_a_failure_while_the_caller_waits) {
  Plan plan{
      .steps = {with_ready(100, background()), with_ready(100, foreground()), with_ready(100, foreground())}};
  plan.steps[2].requested = true;
  plan.caller_waits = true;
  ManualRun run(plan);
  EXPECT_EQ(run.begin(), "start a; runs a; probe a; start b; runs b; probe b");
  EXPECT_EQ(run.exited(1), "probe no more b; ended b; start c; runs c; probe c") << "others wait for its end";
  EXPECT_EQ(run.ready(0), "probe no more a; ready a");
  EXPECT_EQ(run.advance_to(100),
            "not ready c; probe no more c; stopping: c failed; terminate a; terminate c");

  ManualRun left(plan);
  left.begin();
  EXPECT_EQ(left.feed(CallerLeft{}), "");
  EXPECT_EQ(left.advance_to(100), "not ready a; probe no more a; not ready b; probe no more b");
}

TEST(NotReady, in_time_releases_the_next_by_the_end_of_an_optional_step) {
  ManualRun run({until_ready(100, optional(background(300))), foreground()});
  run.begin();
  EXPECT_EQ(run.advance_to(100), "not ready a; probe no more a; terminate a");
  EXPECT_EQ(run.killed(0, 15), "ended a; delay b 200");
  EXPECT_EQ(run.advance_to(300), "start b; runs b");
}

TEST(NotReady, is_what_ends_before_it_is_ready) {
  ManualRun run({until_ready(100, background()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(0, 0), "probe no more a; ended a; stopping: a failed; finish 1");
  EXPECT_EQ(run.outcome(0), "failed exit code 0");

  ManualRun with_code({until_ready(100, background()), foreground()});
  with_code.begin();
  EXPECT_EQ(with_code.exited(0, 7), "probe no more a; ended a; stopping: a failed; finish 7");

  ManualRun not_waited_for({with_ready(100, background()), foreground()});
  not_waited_for.begin();
  EXPECT_EQ(not_waited_for.exited(0, 0), "probe no more a; ended a");
  EXPECT_EQ(not_waited_for.outcome(0), "succeeded exit code 0");
}

TEST(NotReady, is_what_can_never_become_so) {
  ManualRun run({until_ready(100, background()), foreground()});
  run.begin();
  EXPECT_EQ(run.never_ready(0), "not ready a; probe no more a; stopping: a failed; terminate a");
  EXPECT_EQ(run.killed(0, 15), "ended a; finish 127");

  ManualRun not_waited_for({with_ready(100, background()), foreground()});
  not_waited_for.begin();
  EXPECT_EQ(not_waited_for.never_ready(0), "not ready a; probe no more a");
  EXPECT_EQ(not_waited_for.exited(0, 0), "ended a");
  EXPECT_EQ(not_waited_for.outcome(0), "succeeded exit code 0");
}

TEST(Waiting, for_a_step_to_be_ready_is_told_ever_more_seldom) {
  ManualRun run({until_ready(10'000, background()), foreground()}, ManualRun::Starts::at_once,
                {.quiet_wait = nanoseconds(500)});
  run.begin();
  EXPECT_EQ(run.advance_to(500), "still probing a, gives up @10000");
  EXPECT_EQ(run.advance_to(999), "");
  EXPECT_EQ(run.advance_to(1000), "still probing a, gives up @10000");
  EXPECT_EQ(run.advance_to(2000), "still probing a, gives up @10000");
  EXPECT_EQ(run.advance_to(3999), "");
}

TEST(Probes, end_with_the_step_that_is_asked_to_end) {
  ManualRun run({until_ready(100, background()), foreground()});
  run.begin();
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; probe no more a; terminate a");
  EXPECT_EQ(run.ready(0), "") << "what was still found is stale";
  EXPECT_EQ(run.never_ready(0), "");
  EXPECT_EQ(run.exited(0), "ended a; finish 130");
}

TEST(Probes, do_not_begin_for_what_is_being_ended) {
  ManualRun run({until_ready(100, background()), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.interrupted();
  EXPECT_EQ(run.started(0), "runs a");
}

TEST(SuccessCodes, decide_what_success_is) {
  Step step = background();
  step.success_codes = {3, 143};
  Step service_step = service();
  service_step.success_codes = {3};
  for (const int code : {0, 1, 3}) {
    ManualRun run({step, foreground()});
    run.begin();
    run.exited(0, code);
    EXPECT_EQ(run.outcome(0).substr(0, 9), code == 3 ? "succeeded" : "failed ex") << code;
  }
  ManualRun killed({step, foreground()});
  killed.begin();
  EXPECT_EQ(killed.killed(0, 15), "ended a") << "128 + 15 is 143";
  ManualRun zero({step, foreground()});
  zero.begin();
  EXPECT_EQ(zero.exited(0, 0), "ended a; stopping: a failed; terminate b") << "and dream's code is 1:";
  EXPECT_EQ(zero.killed(1, 15), "ended b; finish 1");
  ManualRun leaves({service_step, foreground()});
  leaves.begin();
  EXPECT_EQ(leaves.exited(0, 3), "ended a; stopping: a failed; terminate b") << "a service must not leave";
}

TEST(MisuseDeathTest, readiness_that_cannot_be) {
  Step in_front = foreground();
  in_front.ready_needed = true;
  EXPECT_DEATH(ManualRun({in_front}), "internal error");
  EXPECT_DEATH(ManualRun({with_ready(0, background())}), "internal error");
  Step before_itself = until_ready(5, background());
  before_itself.after_ready = {StepIndex(0)};
  EXPECT_DEATH(ManualRun({before_itself}), "internal error");
}

}  // namespace
}  // namespace dream::engine
