#include <gmock/gmock.h>

#include "unit/engine/harness.hpp"

/// Who is asked to end, and when.
namespace dream::engine {
namespace {

Step needing(std::vector<int> others, Step step) {
  for (const int other : others) step.needs.push_back(StepIndex(static_cast<std::uint32_t>(other)));
  return step;
}

Step gathering(Step step) {
  step.gathers = true;
  return step;
}

Step lasting(Step step) {
  step.gathers = step.lasts = true;
  return step;
}

TEST(TakingDown, asks_a_step_when_nothing_that_needs_it_runs_any_more) {
  ManualRun run({service(), needing({0}, service()), needing({1}, foreground())});
  run.begin();
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate c");
  EXPECT_EQ(run.killed(2, 2), "ended c; terminate b");
  EXPECT_EQ(run.killed(1, 2), "ended b; terminate a");
  EXPECT_EQ(run.killed(0, 2), "ended a; finish 130");
}

TEST(TakingDown, asks_those_at_once_that_do_not_need_one_another) {
  ManualRun run({service(), service(), needing({0, 1}, foreground())});
  run.begin();
  run.interrupted();
  EXPECT_EQ(run.killed(2, 2), "ended c; terminate a; terminate b");
}

TEST(TakingDown, sees_a_need_through_steps_that_have_ended) {
  ManualRun run({service(), needing({0}, foreground()), needing({1}, foreground())});
  run.begin();
  EXPECT_EQ(run.exited(1), "ended b; start c; runs c");
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate c");
  EXPECT_EQ(run.killed(2, 2), "ended c; terminate a");
}

TEST(TakingDown, asks_all_at_once_where_dream_json_says_so) {
  Plan plan{.steps = {service(), needing({0}, foreground())}};
  plan.stop_order = StopOrder::all;
  ManualRun run(plan);
  run.begin();
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate a; terminate b");
}

TEST(TakingDown, by_a_second_signal_forces_all_at_once) {
  ManualRun run({service(), needing({0}, foreground())});
  run.begin();
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; terminate b");
  EXPECT_EQ(run.interrupted_again(), "terminate a; force a; force b");
}

TEST(TakingDown, takes_what_ends_before_its_turn_for_what_was_asked) {
  ManualRun run({service(), needing({0}, service()), foreground()});
  run.begin();
  EXPECT_EQ(run.exited(2), "ended c; terminate b");
  EXPECT_EQ(run.exited(0, 1), "ended a");
  EXPECT_EQ(run.killed(1, 15), "ended b; finish 0");
  EXPECT_EQ(run.outcome(0), "terminated(no longer needed) exit code 1");
}

TEST(Gathering, takes_no_slot) {
  Plan plan{.steps = {foreground(), gathering(foreground()), foreground()}};
  plan.is_list = false;
  plan.jobs = 1;
  ManualRun run(plan);
  EXPECT_EQ(run.begin(), "start a; start b; runs a; runs b");
}

TEST(Gathering, lasts_until_the_last_service_has_ended) {
  ManualRun run({optional(service()), lasting(background())});
  run.begin();
  EXPECT_EQ(run.exited(0, 3), "ended a; terminate b");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(Gathering, does_not_wait_for_another_that_lasts) {
  ManualRun run({optional(service()), lasting(service()), lasting(background())});
  run.begin();
  EXPECT_EQ(run.exited(0, 0), "ended a; terminate c");
  EXPECT_EQ(run.exited(2), "ended c; terminate b");
  EXPECT_EQ(run.exited(1), "ended b; finish 0");
}

TEST(Gathering, does_not_last_without_services) {
  ManualRun run({background(), lasting(background())});
  EXPECT_EQ(run.begin(), "start a; runs a; start b; runs b; terminate b; waiting for a,b");
}

}  // namespace
}  // namespace dream::engine
