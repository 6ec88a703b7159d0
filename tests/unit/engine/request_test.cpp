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

TEST(Request, to_hold_a_step_takes_back_that_its_delay_lets_others_start) {
  Step server = background();
  server.delay = Duration(1000);
  for (const bool has_group : {false, true}) {
    Plan plan{.steps = {server, foreground(), foreground()}};
    if (has_group) {
      plan.is_list = false;
      plan.jobs = 2;
      plan.barriers = {{.steps = {first}, .until_start = {}, .after = {}}};
      plan.steps[1].after = plan.steps[2].after = BarrierIndex{0};
    }
    ManualRun run(plan);
    run.begin();
    run.advance_to(300);
    EXPECT_EQ(run.feed(HoldAsked{first}), "terminate a");
    EXPECT_EQ(run.killed(0, 15), "held a");
    EXPECT_EQ(run.advance_to(5000), "");
    EXPECT_THAT(run.feed(StartAsked{first}), testing::StartsWith("start a#2; runs again a#2; delay"));
    EXPECT_THAT(run.advance_to(5999), "");
    EXPECT_THAT(run.advance_to(6000), AllOf(testing::StartsWith("start b; "), testing::HasSubstr("runs b")));
    run.feed(HoldAsked{first});
    EXPECT_EQ(run.killed(0, 15), "held a") << "what it has released, stays so";
  }
}

TEST(Request, counts_no_time_in_which_a_step_did_not_run) {
  ManualRun run({service(), foreground(), foreground()});
  const auto ran = [&](int step) { return run.engine().outcomes()[static_cast<std::size_t>(step)].ran; };
  run.begin();
  EXPECT_FALSE(ran(0));
  run.advance_to(10);
  run.exited(1);
  EXPECT_EQ(ran(1), Duration(10));
  run.feed(HoldAsked{first});
  run.advance_to(13);
  run.killed(0, 15);
  run.advance_to(1000);
  run.feed(StartAsked{StepIndex{1}});
  run.advance_to(1004);
  run.exited(1);
  EXPECT_EQ(ran(1), Duration(4)) << "the latest attempt alone";
  run.interrupted();
  EXPECT_EQ(run.killed(2, 2), "ended c; finish 130");
  EXPECT_EQ(ran(0), Duration(13)) << "till it was held";
  EXPECT_EQ(ran(2), Duration(994));
}

TEST(Request, counts_a_start_of_which_nobody_heard_as_no_time) {
  ManualRun run({foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.advance_to(10);
  run.exited(0);
  EXPECT_EQ(run.engine().outcomes()[0].ran, Duration(0));
}

/// Else it would wait for somebody who starts it, and the run with it.
TEST(Request, holds_nothing_that_runs_at_the_end_of_a_run_that_is_being_stopped) {
  Step dump = foreground();
  dump.finally = true;
  for (const bool held_before : {true, false}) {
    ManualRun run({dump, foreground()});
    run.begin();
    EXPECT_EQ(run.exited(1), "ended b; start a; runs a");
    EXPECT_EQ(run.feed(HoldAsked{first}), "terminate a");
    if (held_before) {
      EXPECT_EQ(run.killed(0, 15), "held a");
      EXPECT_EQ(run.feed(DownAsked{}), "stopping: requested; ended a; finish 0");
    } else {
      EXPECT_EQ(run.feed(DownAsked{}), "stopping: requested");
      EXPECT_EQ(run.killed(0, 15), "ended a; finish 0");
    }
    EXPECT_EQ(run.outcome(0), "terminated(held) signal 15 (SIGTERM)");
  }
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

TEST(Request, holds_a_step_that_is_being_started_again) {
  ManualRun run({with_restart(3, background()), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  run.started(0);
  run.started(1);
  run.exited(0, 1);
  EXPECT_EQ(run.advance_to(10), "start a#2");
  EXPECT_EQ(run.feed(HoldAsked{first}), "terminate a#2");
  EXPECT_EQ(run.started(0), "runs again a#2");
  EXPECT_EQ(run.killed(0, 15), "held a");
}

TEST(Request, starts_what_has_ended_and_holds_nobody_back_again) {
  ManualRun run({foreground(), optional(service()), background()});
  run.begin();
  run.exited(0);
  EXPECT_EQ(run.exited(1, 3), "ended b");
  EXPECT_EQ(run.feed(HoldAsked{first}), "");
  EXPECT_EQ(run.feed(RestartAsked{first}), "start a#2; runs again a#2");
  EXPECT_EQ(run.feed(StartAsked{StepIndex{1}}), "start b#2; runs again b#2");
  EXPECT_EQ(run.exited(2), "ended c") << "the first one runs again, and the run with it";
  EXPECT_EQ(run.exited(0), "ended a; terminate b#2");
  EXPECT_EQ(run.killed(1, 15), "ended b; finish 0");
  EXPECT_EQ(run.outcome(1), "terminated(no longer needed) signal 15 (SIGTERM)");
}

TEST(Request, starts_what_has_ended_as_a_required_step_is) {
  ManualRun run({foreground(), background()});
  run.begin();
  run.exited(0);
  run.feed(StartAsked{first});
  EXPECT_EQ(run.exited(0, 4), "ended a; stopping: a failed; terminate b");
  EXPECT_EQ(run.killed(1, 15), "ended b; finish 4");
}

TEST(Request, starts_nothing_that_has_ended_once_the_run_is_at_its_end) {
  Step closing = foreground();
  closing.finally = true;
  ManualRun run({service(), foreground(), closing, foreground()});
  run.begin();
  run.exited(1);
  EXPECT_EQ(run.exited(3), "ended d; start c; runs c");
  for (const std::uint32_t step : {1U, 2U, 3U}) EXPECT_EQ(run.feed(StartAsked{StepIndex{step}}), "") << step;
  run.exited(2);
  EXPECT_EQ(run.killed(0, 15), "ended a; finish 0");
}

TEST(Request, means_nothing_to_a_step_that_is_being_started_for_the_first_time) {
  ManualRun run({background(), foreground()}, ManualRun::Starts::when_told);
  run.begin();
  EXPECT_EQ(run.feed(HoldAsked{first}), "");
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

Step needing(std::vector<StepIndex> needs, Step step) {
  step.needs = std::move(needs);
  return step;
}

TEST(Request, restarts_a_step_and_then_those_that_need_it_in_plan_order) {
  ManualRun run({with_ready(50, service()), needing({first}, foreground()),
                 needing({StepIndex{1}}, with_ready(50, service())), service(),
                 needing({StepIndex{2}, first}, background())});
  run.begin();
  run.ready(0);
  run.exited(1);
  run.ready(2);
  EXPECT_EQ(run.feed(RestartAsked{first, true}), "terminate a");
  run.killed(0, 15);
  EXPECT_EQ(run.advance_to(1), "start a#2; runs again a#2; probe a#2");
  EXPECT_EQ(run.ready(0), "probe no more a#2; ready a; terminate c") << "b, between them, is over";
  EXPECT_EQ(run.killed(2, 15), "over c, again in 1 as restart 0");
  EXPECT_EQ(run.outcome(2), "terminated(restarted with a) signal 15 (SIGTERM)");
  EXPECT_EQ(run.advance_to(2), "start c#2; runs again c#2; probe c#2");
  EXPECT_EQ(run.ready(2), "probe no more c#2; ready c; terminate e") << "not before, though a is ready";
  EXPECT_EQ(run.killed(4, 15), "over e, again in 1 as restart 0");
  EXPECT_EQ(run.advance_to(3), "start e#2; runs again e#2") << "and d, which needs none of them, runs on";
}

TEST(Request, restarts_no_dependent_that_is_held_and_those_behind_it_when_it_runs_again) {
  ManualRun run({service(), needing({first}, service()), needing({StepIndex{1}}, service()), foreground()});
  run.begin();
  run.feed(RestartAsked{first, true});
  run.killed(0, 15);
  EXPECT_EQ(run.advance_to(1), "start a#2; runs again a#2; terminate b");
  EXPECT_EQ(run.feed(HoldAsked{StepIndex{1}}), "");
  run.killed(1, 15);
  EXPECT_EQ(run.advance_to(2), "start b#2; runs again b#2; terminate c");
  run.killed(2, 15);
  run.advance_to(3);
  run.feed(HoldAsked{StepIndex{1}});
  run.killed(1, 15);
  run.feed(RestartAsked{first, true});
  run.killed(0, 15);
  EXPECT_EQ(run.advance_to(4), "start a#3; runs again a#3; terminate c#2") << "b stays held";
}

TEST(Request, holds_no_dependent_back_for_one_that_is_held_meanwhile) {
  ManualRun run({service(), needing({first}, service()), needing({StepIndex{1}}, service()), foreground()});
  run.begin();
  run.feed(RestartAsked{first, true});
  EXPECT_EQ(run.feed(HoldAsked{StepIndex{1}}), "terminate b");
  EXPECT_EQ(run.killed(1, 15), "held b");
  run.killed(0, 15);
  EXPECT_EQ(run.advance_to(1), "start a#2; runs again a#2; terminate c");
}

TEST(Request, leaves_a_step_without_a_process_alone_and_takes_one_that_never_is_ready_as_it_is) {
  Step up = service();
  up.gathers = up.lasts = true;
  ManualRun run(
      {with_ready(5, service()), needing({first}, up), needing({StepIndex{1}}, service()), foreground()});
  run.begin();
  run.ready(0);
  run.feed(RestartAsked{first, true});
  run.killed(0, 15);
  run.advance_to(1);
  EXPECT_EQ(run.advance_to(6), "not ready a; probe no more a#2; terminate c") << "c needs it through b";
}

TEST(Request, restarts_dependents_of_an_optional_step_that_is_over_instead) {
  ManualRun run({optional(until_ready(50, background())), needing({first}, service()), foreground()});
  run.begin();
  run.ready(0);
  run.feed(RestartAsked{first, true});
  run.killed(0, 15);
  run.advance_to(1);
  EXPECT_EQ(run.exited(0, 1), "probe no more a#2; ended a; terminate b") << "as its end lets them start";
}

TEST(Request, restarts_no_service_that_goes_with_the_step_that_it_needs) {
  ManualRun run({optional(until_ready(50, background())), needing({first}, service()), foreground()});
  run.begin();
  run.ready(0);
  EXPECT_EQ(run.exited(2), "ended c; waiting for a");
  run.feed(RestartAsked{first, true});
  run.killed(0, 15);
  run.advance_to(1);
  EXPECT_EQ(run.exited(0, 1), "probe no more a#2; ended a; terminate b");
  EXPECT_EQ(run.outcome(1), "terminated(no longer needed)") << "the last that is no service has ended";
}

TEST(Request, restarts_no_dependents_of_a_run_that_ends) {
  Step cleanup = foreground();
  cleanup.finally = true;
  ManualRun run({service(), needing({first}, service()), cleanup, foreground()});
  run.begin();
  run.feed(RestartAsked{first, true});
  run.killed(0, 15);
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate d");
  EXPECT_EQ(run.advance_to(1), "start a#2; runs again a#2") << "what runs at the end may need it";
}

TEST(Request, for_several_steps_with_dependents_restarts_each_once) {
  ManualRun run({with_ready(50, service()), needing({first}, service()), foreground()});
  run.begin();
  run.ready(0);
  EXPECT_EQ(run.feed(RestartAsked{first, true}), "terminate a");
  EXPECT_EQ(run.feed(RestartAsked{StepIndex{1}, true}), "") << "it comes with the first";
  EXPECT_EQ(run.feed(RestartAsked{StepIndex{1}}), "terminate b") << "asked for alone";
}

TEST(Request, that_asks_for_dependents_adds_them_to_a_restart_that_is_under_way) {
  ManualRun run({service(), needing({first}, service()), foreground()});
  run.begin();
  EXPECT_EQ(run.feed(RestartAsked{first}), "terminate a");
  EXPECT_EQ(run.feed(RestartAsked{first}), "");
  EXPECT_EQ(run.feed(RestartAsked{first, true}), "") << "it comes back anyway";
  run.killed(0, 15);
  EXPECT_EQ(run.advance_to(1), "start a#2; runs again a#2; terminate b");
  run.feed(HoldAsked{first});
  EXPECT_EQ(run.feed(RestartAsked{first, true}), "") << "it doesn't come back by itself";
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
