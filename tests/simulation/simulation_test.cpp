#include <gtest/gtest.h>

#include <cstdint>

#include "simulation/world.hpp"

namespace dream::simulation {
namespace {

// One seed: build/dev/tests/simulation/simulate --seed N
class Simulation : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Simulation, keeps_every_promise_and_repeats_to_the_byte) {
  constexpr std::uint64_t seeds_a_shard = 5000;
  std::size_t events = 0;
  for (std::uint64_t i = 0; i < seeds_a_shard; ++i) {
    const std::uint64_t seed = GetParam() + i;
    const Verdict verdict = simulate(seed);
    ASSERT_EQ(verdict.complaint, "") << "seed " << seed << "\n" << verdict.trace;
    ASSERT_EQ(simulate(seed).trace, verdict.trace) << "seed " << seed;
    events += verdict.events;
  }
  EXPECT_GT(events, seeds_a_shard * 5) << "these worlds are too quiet to prove anything";
}

INSTANTIATE_TEST_SUITE_P(
    Shards, Simulation,
    testing::Values(0U, 5000U, with_readiness, with_restarts, with_readiness | with_restarts,
                    with_readiness | with_restarts | with_health, with_end,
                    with_readiness | with_restarts | with_health | with_end | with_renewal, with_groups,
                    with_groups | with_readiness | with_end, with_requests,
                    with_requests | with_needs | with_restarts | with_readiness | with_health | with_end |
                        with_renewal | with_groups,
                    with_requests | with_needs | with_dependents,
                    with_requests | with_needs | with_dependents | with_restarts | with_readiness |
                        with_health | with_end | with_renewal | with_groups,
                    with_needs, with_needs | with_restarts | with_end,
                    with_needs | with_groups | with_readiness | with_end | with_health | with_restarts,
                    with_readiness | with_restarts | with_health | with_end | with_renewal | with_groups));

}  // namespace
}  // namespace dream::simulation
