#include "cli/views/critical_path.hpp"

#include <gtest/gtest.h>

#include "view_samples.hpp"

namespace dream::cli {
namespace {

using std::chrono::milliseconds;

history::LastTimes ran(int ms) {
  return {.ready = {}, .ran = milliseconds(ms)};
}

history::LastTimes was_ready(int ms) {
  return {.ready = milliseconds(ms), .ran = {}};
}

Step waited_for(std::string project) {
  Step step = background(std::move(project));
  step.releases_when_ready = true;
  return step;
}

std::vector<std::size_t> steps_of(const CriticalPath& path) {
  std::vector<std::size_t> steps;
  for (const StepIndex step : path.steps) steps.push_back(position(step));
  return steps;
}

using Steps = std::vector<std::size_t>;

TEST(TheCriticalPath, of_a_list_has_all_that_takes_time) {
  const Plan plan = plan_of({waited_for("./db"), background("./log"), foreground("./build", 500),
                             background("./auth", 200), foreground("./api")});
  const CriticalPath path = critical_path(plan, {was_ready(1000), was_ready(70), ran(3000), {}, {}});
  EXPECT_EQ(steps_of(path), (Steps{0, 2, 3, 4})) << "./log holds nobody";
  EXPECT_EQ(path.length, milliseconds(1000 + 500 + 3000 + 200));
}

TEST(TheCriticalPath, counts_the_longer_one_of_delay_and_readiness) {
  Step slow = waited_for("./db");
  slow.delay = milliseconds(800);
  const Plan plan = plan_of({slow, foreground("./api")});
  EXPECT_EQ(critical_path(plan, {was_ready(300), {}}).length, milliseconds(800));
  EXPECT_EQ(steps_of(critical_path(plan, {was_ready(300), {}})), (Steps{0, 1}));
  EXPECT_EQ(critical_path(plan, {was_ready(900), {}}).length, milliseconds(900));
}

/// ./a and ./b, beside one another; ./c after both.
Plan two_and_then_one() {
  Plan plan = plan_of({foreground("./a"), foreground("./b"), foreground("./c")});
  plan.is_list = false;
  plan.barriers = {{.steps = {StepIndex{0}, StepIndex{1}}, .after = {}}};
  plan.steps[2].after = BarrierIndex{0};
  return plan;
}

TEST(TheCriticalPath, takes_the_longest_way) {
  EXPECT_EQ(steps_of(critical_path(two_and_then_one(), {ran(50), ran(20), ran(5)})), (Steps{0, 2}));
  EXPECT_EQ(steps_of(critical_path(two_and_then_one(), {ran(10), ran(20), {}})), (Steps{1, 2}));
  EXPECT_EQ(critical_path(two_and_then_one(), {ran(10), ran(20), ran(5)}).length, milliseconds(25));
}

TEST(TheCriticalPath, ends_where_the_run_does) {
  Plan plan = two_and_then_one();
  plan.steps[2].after.reset();
  EXPECT_EQ(steps_of(critical_path(plan, {ran(10), ran(50), ran(5)})), (Steps{1}));
  plan.steps[1].finally = true;
  EXPECT_EQ(steps_of(critical_path(plan, {ran(10), ran(50), ran(5)})), (Steps{0}))
      << "that one comes when the rest is over";
}

TEST(TheCriticalPath, passes_by_what_runs_at_the_end) {
  Plan plan = plan_of({foreground("./a"), foreground("./clean"), foreground("./b")});
  plan.steps[1].finally = true;
  const CriticalPath path = critical_path(plan, {ran(10), ran(50), ran(5)});
  EXPECT_EQ(steps_of(path), (Steps{0, 2}));
  EXPECT_EQ(path.length, milliseconds(15));
}

TEST(TheCriticalPath, waits_for_what_must_be_ready_though_the_list_does_not) {
  Plan plan = plan_of({background("./db"), foreground("./build"), foreground("./api")});
  plan.steps[2].after_ready = {StepIndex{0}};
  EXPECT_EQ(critical_path(plan, {was_ready(5000), ran(100), {}}).length, milliseconds(5000));
  EXPECT_EQ(critical_path(plan, {was_ready(50), ran(100), {}}).length, milliseconds(100));
}

TEST(TheCriticalPath, is_shown_where_something_is_known) {
  const Plan plan = plan_of({waited_for("./db"), foreground("./build", 500), foreground("./api")});
  std::string text;
  append_critical_path(text, plan, {{}, {}, {}}, {});
  append_critical_path(text, plan, {}, {});
  EXPECT_EQ(text, "");
  append_critical_path(text, plan, {was_ready(1200), ran(3400), {}}, {});
  EXPECT_EQ(text,
            "\nCritical path, by the last recorded runs: 5.1 s\n"
            "  ./db:dev     ready after 1.2 s\n"
            "  ./build:dev  delay 500 ms, ran for 3.4 s\n"
            "  ./api:dev    not known\n");
}

}  // namespace
}  // namespace dream::cli
