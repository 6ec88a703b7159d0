#include "simulation/every_run.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace dream::simulation {
namespace {

constexpr const char* kind_names[kinds_of_step] = {
    "foreground", "optional_foreground", "background", "optional_background", "service", "optional_service"};

std::uint64_t check_every_run(const Freedom& freedom, std::size_t first) {
  const Count count = every_run(freedom, first);
  EXPECT_EQ(count.complaint, "");
  return count.runs;
}

// The numbers are how many different runs there are. They are minimums, so that a world that got smaller by
// mistake is noticed.

TEST(EveryRun, of_one_to_three_steps_in_any_order_with_two_signals_keeps_every_promise) {
  std::uint64_t runs = 0;
  for (std::size_t steps = 1; steps <= 3; ++steps)
    for (std::size_t kind = 0; kind < kinds_of_step; ++kind)
      runs += check_every_run({.steps = steps, .any_order = true, .signals_apart = true, .signals = 2}, kind);
  EXPECT_GE(runs, 3'200'000U);
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

/// One shard for each kind of the first step.
class EveryRunOfFourSteps : public testing::TestWithParam<std::size_t> {};

TEST_P(EveryRunOfFourSteps, in_any_order_keeps_every_promise) {
  constexpr std::uint64_t minimum[kinds_of_step] = {118'000,   352'000,   2'400'000,
                                                    2'340'000, 2'650'000, 2'410'000};
  const Freedom freedom{.steps = 4, .any_order = true, .signals_apart = false, .signals = 0};
  EXPECT_GE(check_every_run(freedom, GetParam()), minimum[GetParam()]);
}

TEST_P(EveryRunOfFourSteps, with_signals_at_any_two_moments_keeps_every_promise) {
  constexpr std::uint64_t minimum[kinds_of_step] = {276'000,   815'000,   1'640'000,
                                                    1'910'000, 1'640'000, 1'920'000};
  const Freedom freedom{.steps = 4, .any_order = false, .signals_apart = true, .signals = 2};
  EXPECT_GE(check_every_run(freedom, GetParam()), minimum[GetParam()]);
}

INSTANTIATE_TEST_SUITE_P(First, EveryRunOfFourSteps, testing::Range(std::size_t{0}, kinds_of_step),
                         [](const auto& information) { return kind_names[information.param]; });

}  // namespace
}  // namespace dream::simulation
