#include "simulation/every_run.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace dream::simulation {
namespace {

std::uint64_t check_every_run(const Freedom& freedom, std::size_t first) {
  const Count count = every_run(freedom, first);
  EXPECT_EQ(count.complaint, "");
  return count.runs;
}

// The numbers are how many different runs there are. They are minimums, so that a world that got smaller by
// mistake is noticed.

// Three steps with two signals apart are left to the long check.
TEST(EveryRun, of_one_to_three_steps_in_any_order_with_signals_keeps_every_promise) {
  std::uint64_t runs = 0;
  for (std::size_t steps = 1; steps <= 3; ++steps)
    for (std::size_t kind = 0; kind < kinds_of_step; ++kind)
      runs += check_every_run(
          {.steps = steps, .any_order = true, .signals_apart = true, .signals = steps < 3 ? 2U : 1U}, kind);
  EXPECT_GE(runs, 4'000'000U);
}

TEST(EveryRun, of_one_or_two_steps_with_delays_and_timeouts_or_with_oddities_keeps_every_promise) {
  std::uint64_t runs = 0;
  for (std::size_t steps = 1; steps <= 2; ++steps)
    for (std::size_t kind = 0; kind < kinds_of_step; ++kind) {
      runs += check_every_run({.steps = steps, .any_order = true, .signals = 1, .times = true}, kind);
      runs += check_every_run({.steps = steps, .any_order = true, .signals = 1, .oddities = true}, kind);
    }
  EXPECT_GE(runs, 2'050'000U);
}

TEST(EveryRun, of_two_or_three_steps_with_an_end_keeps_every_promise) {
  std::uint64_t runs = 0;
  for (std::size_t kind = 0; kind < kinds_of_step; ++kind) {
    Freedom some{.steps = 2, .any_order = true, .signals_apart = true};
    some.end = true;
    runs += check_every_run(some, kind);
    some.oddities = true;
    some.signals = 1;
    runs += check_every_run(some, kind);
    some = {.steps = 3, .signals = 2};
    some.end = true;
    runs += check_every_run(some, kind);
  }
  EXPECT_GE(runs, 950'000U);
}

TEST(EveryRun, of_two_or_three_steps_in_groups_keeps_every_promise) {
  std::uint64_t runs = 0;
  for (std::size_t kind = 0; kind < kinds_of_step; ++kind) {
    Freedom some{.steps = 2, .any_order = true, .signals = 1};
    some.groups = true;
    runs += check_every_run(some, kind);
    some = {.steps = 3, .signals = 1};
    some.groups = true;
    runs += check_every_run(some, kind);
  }
  EXPECT_GE(runs, 3'000'000U);
}

TEST(EveryRun, of_two_or_three_steps_that_need_one_another_keeps_every_promise) {
  std::uint64_t runs = 0;
  for (std::size_t kind = 0; kind < kinds_of_step; ++kind) {
    Freedom some{.steps = 2, .any_order = true, .signals = 1};
    some.needs = true;
    runs += check_every_run(some, kind);
    some.end = true;
    runs += check_every_run(some, kind);
    some = {.steps = 3, .signals = 2};
    some.needs = true;
    runs += check_every_run(some, kind);
  }
  EXPECT_GE(runs, 890'000U);
}

TEST(EveryRun, of_two_steps_of_which_one_is_restarted_with_the_other_keeps_every_promise) {
  std::uint64_t runs = 0;
  for (std::size_t kind = 0; kind < kinds_of_step; ++kind) {
    Freedom two{.steps = 2, .signals = 1, .attempts = 2};
    two.renewal = true;
    runs += check_every_run(two, kind);
  }
  EXPECT_GE(runs, 87'000U);
}

TEST(EveryRun, of_one_or_two_steps_with_restarts_keeps_every_promise) {
  std::uint64_t runs = 0;
  for (std::size_t kind = 0; kind < kinds_of_step; ++kind) {
    Freedom one{.steps = 1, .any_order = true, .signals = 1, .attempts = 3};
    one.times = true;
    runs += check_every_run(one, kind);
    one.times = false;
    one.echoes = true;
    runs += check_every_run(one, kind);
    one = {.steps = 1, .any_order = true, .signals = 1, .readiness = true, .attempts = 2};
    runs += check_every_run(one, kind);
    runs += check_every_run({.steps = 2, .any_order = true, .signals = 0, .attempts = 2}, kind);
  }
  EXPECT_GE(runs, 570'000U);
}

}  // namespace
}  // namespace dream::simulation
