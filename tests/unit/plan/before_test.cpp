#include "plan/before.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "plan/ports.hpp"

namespace dream {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// a, b, c … in front.
Plan plan_of_steps(std::size_t count) {
  Plan plan;
  for (std::size_t at = 0; at < count; ++at)
    plan.steps.emplace_back().id = {"./" + std::string(1, static_cast<char>('a' + at)), "go"};
  return plan;
}

/// a; b in the background after that; c after b is ready, or, without a group for that, only then.
Plan with_one_that_is_to_be_ready() {
  Plan plan = plan_of_steps(4);
  plan.is_list = false;
  plan.steps[1].background = plan.steps[1].ready_needed = true;
  plan.steps[1].ready = {PortProbe{{80}}};
  plan.barriers = {{.steps = {StepIndex(0)}, .until_start = {}, .after = {}}};
  plan.steps[1].after = BarrierIndex(0);
  plan.steps[2].after_ready = {StepIndex(1)};
  return plan;
}

std::vector<std::pair<std::size_t, Release>> seen_from(const Plan& plan, std::size_t step) {
  std::vector<std::pair<std::size_t, Release>> seen;
  for_each_before(plan, StepIndex(step),
                  [&](StepIndex other, Release release) { seen.emplace_back(position(other), release); });
  return seen;
}

TEST(BeforeAStep, stands_in_a_list_the_one_before_it_that_does_not_run_at_the_end) {
  Plan plan = plan_of_steps(4);
  plan.steps[0].finally = plan.steps[2].finally = true;
  EXPECT_THAT(seen_from(plan, 0), IsEmpty());
  EXPECT_THAT(seen_from(plan, 1), IsEmpty());
  EXPECT_THAT(seen_from(plan, 2), IsEmpty());
  EXPECT_THAT(seen_from(plan, 3), ElementsAre(std::pair(1U, Release::whole)));
}

TEST(BeforeAStep, stand_all_of_its_chain_of_barriers_and_what_must_be_ready) {
  Plan plan = plan_of_steps(5);
  plan.is_list = false;
  plan.barriers = {{.steps = {StepIndex(0)}, .until_start = {}, .after = {}},
                   {.steps = {StepIndex(1)}, .until_start = {StepIndex(2)}, .after = BarrierIndex(0)}};
  plan.steps[4].after = BarrierIndex(1);
  plan.steps[4].after_ready = {StepIndex(3), StepIndex(2)};
  EXPECT_THAT(seen_from(plan, 4), ElementsAre(std::pair(1U, Release::whole), std::pair(2U, Release::start),
                                              std::pair(0U, Release::whole), std::pair(3U, Release::ready),
                                              std::pair(2U, Release::ready)));
}

TEST(BeforeAStep, come_also_those_before_what_must_be_ready) {
  const Plan plan = with_one_that_is_to_be_ready();
  EXPECT_THAT(all_before(plan, StepIndex(2)), ElementsAre(true, true, false, false));
  EXPECT_THAT(all_before(plan, StepIndex(3)), ElementsAre(false, false, false, false));
  EXPECT_TRUE(waits_for_an_end(plan, StepIndex(2))) << "that of ./a:go";
  EXPECT_FALSE(waits_for_an_end(plan, StepIndex(3)));
}

TEST(BeforeAStep, that_is_behind_one_that_must_be_ready_a_port_is_free_again) {
  Plan plan = with_one_that_is_to_be_ready();
  plan.steps[0].ports = plan.steps[2].ports = {{"PORT", 3000, {}}};
  EXPECT_TRUE(plan::check_ports(plan));
  plan.steps[2].after_ready.clear();
  EXPECT_FALSE(plan::check_ports(plan));
}

TEST(BeforeAStep, that_runs_at_the_end_come_all_but_services) {
  for (const bool is_list : {true, false}) {
    Plan plan = plan_of_steps(5);
    plan.is_list = is_list;
    plan.steps[0].finally = plan.steps[2].finally = true;
    plan.steps[1].background = plan.steps[1].service = true;
    plan.steps[3].background = true;
    EXPECT_THAT(all_before(plan, StepIndex(0)), ElementsAre(false, false, false, true, true)) << is_list;
    EXPECT_THAT(all_before(plan, StepIndex(2)), ElementsAre(true, false, false, true, true)) << is_list;
    EXPECT_TRUE(waits_for_an_end(plan, StepIndex(0))) << is_list;
    EXPECT_FALSE(waits_for_an_end(plan, StepIndex(4))) << "./d:go has not ended";
  }
}

TEST(BeforeAStep, nobody_ends_who_has_no_process_or_stays_in_the_background) {
  Plan plan = plan_of_steps(3);
  plan.steps[0].gathers = true;
  plan.steps[1].background = true;
  EXPECT_FALSE(waits_for_an_end(plan, StepIndex(2)));
  plan.steps[0].gathers = false;
  EXPECT_TRUE(waits_for_an_end(plan, StepIndex(2)));
}

TEST(BeforeAStep, a_long_chain_is_walked_once) {
  constexpr std::size_t many = 10000;
  Plan plan;
  plan.is_list = false;
  plan.steps.resize(many);
  for (std::size_t at = 1; at < many; ++at) {
    Barrier barrier{.steps = {StepIndex(at - 1)}, .until_start = {}, .after = {}};
    if (at > 1) barrier.after = BarrierIndex(at - 2);
    plan.barriers.push_back(barrier);
    plan.steps[at].after = BarrierIndex(at - 1);
  }
  std::size_t calls = 0;
  EXPECT_FALSE(any_before(plan, StepIndex(many - 1), [&](StepIndex) { return ++calls == 0; }));
  EXPECT_EQ(calls, many - 1);
}

}  // namespace
}  // namespace dream
