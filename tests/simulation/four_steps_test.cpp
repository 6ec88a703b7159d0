#include <gtest/gtest.h>

#include <cstdint>

#include "simulation/every_run.hpp"

// Minutes of work, and so a program of its own, for the long check: what goes wrong with four steps alone, or
// by the moments of two signals, is rare.

namespace dream::simulation {
namespace {

constexpr const char* kind_names[kinds_of_step] = {
    "foreground", "optional_foreground", "background", "optional_background", "service", "optional_service"};

/// One shard for each kind of the first step.
class EveryRunOfFourSteps : public testing::TestWithParam<std::size_t> {
 protected:
  static void expect_promises_kept(const Freedom& freedom, const std::uint64_t* minimum) {
    const Count count = every_run(freedom, GetParam());
    EXPECT_EQ(count.complaint, "");
    EXPECT_GE(count.runs, minimum[GetParam()]);
  }
};

TEST_P(EveryRunOfFourSteps, in_any_order_keeps_every_promise) {
  constexpr std::uint64_t minimum[kinds_of_step] = {118'000,   352'000,   2'400'000,
                                                    2'340'000, 2'650'000, 2'410'000};
  expect_promises_kept({.steps = 4, .any_order = true, .signals_apart = false, .signals = 0}, minimum);
}

TEST_P(EveryRunOfFourSteps, with_signals_at_any_two_moments_keeps_every_promise) {
  constexpr std::uint64_t minimum[kinds_of_step] = {276'000,   815'000,   1'640'000,
                                                    1'910'000, 1'640'000, 1'920'000};
  expect_promises_kept({.steps = 4, .any_order = false, .signals_apart = true, .signals = 2}, minimum);
}

TEST_P(EveryRunOfFourSteps, or_three_in_any_order_with_signals_at_any_two_moments_keeps_every_promise) {
  constexpr std::uint64_t minimum[kinds_of_step] = {120'000,   360'000,   3'200'000,
                                                    3'300'000, 3'200'000, 3'300'000};
  expect_promises_kept({.steps = 3, .any_order = true, .signals_apart = true, .signals = 2}, minimum);
}

TEST_P(EveryRunOfFourSteps, in_groups_keeps_every_promise) {
  constexpr std::uint64_t minimum[kinds_of_step] = {1, 1, 1, 1, 1, 1};
  Freedom some{.steps = 4, .signals = 0};
  some.groups = true;
  expect_promises_kept(some, minimum);
}

INSTANTIATE_TEST_SUITE_P(First, EveryRunOfFourSteps, testing::Range(std::size_t{0}, kinds_of_step),
                         [](const auto& information) { return kind_names[information.param]; });

}  // namespace
}  // namespace dream::simulation
