#include <initializer_list>

#include "unit/engine/harness.hpp"

/// Steps that may run beside one another.
namespace dream::engine {
namespace {

/// Groups that follow one another, given by how many steps each has; the last step comes after them, and
/// needs them all.
Plan in_groups(std::initializer_list<std::size_t> sizes, std::vector<Step> steps, std::size_t jobs = 2) {
  Plan plan{.steps = std::move(steps)};
  plan.is_list = false;
  plan.jobs = jobs;
  std::size_t next = 0;
  for (const std::size_t size : sizes) {
    Barrier barrier;
    for (std::size_t i = 0; i < size; ++i, ++next) {
      if (!plan.barriers.empty()) plan.steps[next].after = BarrierIndex(plan.barriers.size() - 1);
      barrier.steps.push_back(StepIndex(next));
      plan.steps.back().needs.push_back(StepIndex(next));
    }
    plan.barriers.push_back(std::move(barrier));
  }
  plan.steps.back().after = BarrierIndex(plan.barriers.size() - 1);
  return plan;
}

Plan keeping_going(Plan plan) {
  plan.keep_going = true;
  return plan;
}

TEST(Group, runs_as_many_in_front_as_there_are_jobs_the_first_of_the_plan_first) {
  ManualRun run(in_groups({3}, {foreground(), foreground(), foreground(), foreground()}));
  EXPECT_EQ(run.begin(), "start a; start b; runs a; runs b");
  EXPECT_EQ(run.exited(1), "ended b; start c; runs c");
  EXPECT_EQ(run.exited(0), "ended a");
  EXPECT_EQ(run.exited(2), "ended c; start d; runs d");
  EXPECT_EQ(run.exited(3), "ended d; finish 0");
}

TEST(Group, with_one_slot_goes_on_with_the_first_in_the_plan_that_may_start) {
  ManualRun run(in_groups({3}, {foreground(30), foreground(), foreground(), foreground()}, 1));
  EXPECT_EQ(run.begin(), "delay a 30; start b; runs b");
  EXPECT_EQ(run.advance_to(30), "");
  EXPECT_EQ(run.exited(1), "ended b; start a; runs a");
  EXPECT_EQ(run.exited(0), "ended a; start c; runs c");
}

TEST(Group, in_the_background_takes_no_slot_and_holds_the_next_group_back_for_its_longest_delay) {
  ManualRun run(
      in_groups({3, 1}, {background(30), service(50), foreground(), foreground(), foreground()}, 1));
  EXPECT_EQ(run.begin(), "start a; start b; start c; runs a; runs b; runs c");
  EXPECT_EQ(run.exited(2), "ended c; delay d 50");
  EXPECT_EQ(run.advance_to(49), "");
  EXPECT_EQ(run.advance_to(50), "start d; runs d");
}

TEST(Group, may_wait_for_the_start_of_what_others_wait_for_to_be_ready) {
  Plan plan = in_groups({1}, {until_ready(1000, service(5)), foreground(), foreground()});
  plan.barriers.push_back({.steps = {}, .until_start = {StepIndex(0)}, .after = {}});
  plan.steps[1].after = BarrierIndex(1);
  ManualRun run(plan);
  EXPECT_EQ(run.begin(), "start a; runs a; probe a; delay b 5");
  EXPECT_EQ(run.advance_to(5), "start b; runs b");
  EXPECT_EQ(run.feed(Ready{{StepIndex(0), 1}}), "probe no more a; ready a; start c; runs c");
}

TEST(Group, waits_for_no_slot_when_somebody_asks_for_a_step) {
  ManualRun run(in_groups({3}, {foreground(), foreground(), foreground(), foreground()}));
  run.begin();
  EXPECT_EQ(run.exited(0), "ended a; start c; runs c");
  EXPECT_EQ(run.feed(StartAsked{StepIndex(0)}), "start a#2; runs again a#2");
  EXPECT_EQ(run.exited(1), "ended b");
}

TEST(Group, waits_until_each_that_is_to_be_ready_is) {
  ManualRun run(in_groups({2}, {until_ready(100, service()), until_ready(100, service()), foreground()}));
  EXPECT_EQ(run.begin(), "start a; start b; runs a; probe a; runs b; probe b");
  EXPECT_EQ(run.ready(1), "probe no more b; ready b");
  EXPECT_EQ(run.ready(0), "probe no more a; ready a; start c; runs c");
}

TEST(Group, that_has_a_required_failure_is_ended_and_nothing_more_starts) {
  ManualRun run(in_groups({3}, {foreground(), foreground(), foreground(), foreground()}));
  run.begin();
  EXPECT_EQ(run.exited(0, 3), "ended a; stopping: a failed; terminate b");
  EXPECT_EQ(run.killed(1, 15), "ended b; finish 3");
  EXPECT_EQ(run.outcome(2), "skipped(a failed)");
}

TEST(Group, frees_a_slot_while_a_step_of_it_backs_off) {
  ManualRun run(in_groups({2}, {with_restart(2, foreground()), foreground(), foreground()}, 1));
  EXPECT_EQ(run.begin(), "start a; runs a");
  EXPECT_EQ(run.exited(0, 1), "over a, again in 10 as restart 1; start b; runs b");
  EXPECT_EQ(run.advance_to(20), "");
  EXPECT_EQ(run.exited(1), "ended b; start a#2; runs again a#2");
}

TEST(KeepGoing, goes_on_with_what_does_not_need_the_failed_step_and_gives_the_first_code) {
  Plan plan = keeping_going(
      in_groups({2, 2}, {foreground(), foreground(), foreground(), foreground(), foreground()}));
  plan.steps[2].needs = {StepIndex(0)};
  ManualRun run(plan);
  run.begin();
  EXPECT_EQ(run.exited(0, 3), "ended a");
  EXPECT_EQ(run.exited(1, 4), "ended b; start d; runs d");
  EXPECT_EQ(run.exited(3), "ended d; finish 3");
  EXPECT_EQ(run.outcome(2), "skipped(needs a)");
  EXPECT_EQ(run.outcome(4), "skipped(needs a)");
}

TEST(KeepGoing, in_a_list_leaves_a_step_out_when_its_turn_comes_without_its_delay) {
  Plan plan = keeping_going({.steps = {foreground(), foreground(), foreground(70), foreground()}});
  plan.steps[2].needs = {StepIndex(0)};
  ManualRun run(plan);
  run.begin();
  EXPECT_EQ(run.exited(0, 3), "ended a; start b; runs b");
  EXPECT_EQ(run.exited(1), "ended b; start d; runs d");
  EXPECT_EQ(run.exited(3), "ended d; finish 3");
}

TEST(KeepGoing, ends_what_runs_and_needs_the_failed_step) {
  Plan plan = keeping_going({.steps = {background(), service(), foreground()}});
  plan.steps[1].needs = {StepIndex(0)};
  ManualRun run(plan);
  run.begin();
  EXPECT_EQ(run.exited(0, 3), "ended a; terminate b");
  EXPECT_EQ(run.killed(1, 15), "ended b");
  EXPECT_EQ(run.outcome(1), "terminated(needs a) signal 15 (SIGTERM)");
  EXPECT_EQ(run.exited(2), "ended c; finish 3");
}

TEST(KeepGoing, passes_by_an_optional_failure_as_ever) {
  Plan plan = keeping_going(in_groups({1}, {optional(foreground()), foreground()}));
  ManualRun run(plan);
  run.begin();
  EXPECT_EQ(run.exited(0, 3), "ended a; start b; runs b");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(KeepGoing, ends_with_the_signal_that_stops_it) {
  Plan plan = keeping_going(in_groups({2}, {foreground(), foreground(), foreground()}));
  ManualRun run(plan);
  run.begin();
  run.exited(0, 3);
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate b");
  EXPECT_EQ(run.killed(1, 2), "ended b; finish 130");
}

}  // namespace
}  // namespace dream::engine
