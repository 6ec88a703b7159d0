#include <gmock/gmock.h>

#include "unit/engine/harness.hpp"

namespace dream::engine {
namespace {

Step watched(Step step) {
  step.health = Health{.probe = PortProbe{{80}}, .every = nanoseconds(10), .failures = 1};
  return step;
}

TEST(Health, is_looked_at_from_the_start_where_nothing_tells_readiness) {
  ManualRun run({watched(background()), foreground()});
  EXPECT_EQ(run.begin(), "start a; runs a; watch a; start b; runs b");
  EXPECT_EQ(run.exited(0), "watch no more a; ended a");
}

TEST(Health, is_looked_at_once_the_step_is_ready) {
  ManualRun run({watched(until_ready(1000, background())), foreground()});
  EXPECT_EQ(run.begin(), "start a; runs a; probe a");
  EXPECT_EQ(run.ready(0), "probe no more a; ready a; watch a; start b; runs b");
  EXPECT_EQ(run.interrupted(), "stopping: signal 2; watch no more a; terminate a; terminate b");
}

TEST(Health, that_is_bad_ends_nothing_by_itself) {
  ManualRun run({watched(background()), foreground()});
  run.begin();
  EXPECT_EQ(run.unhealthy(0), "unhealthy a");
  EXPECT_EQ(run.healthy(0), "healthy a");
  EXPECT_EQ(run.exited(0), "watch no more a; ended a");
  EXPECT_EQ(run.outcome(0), "succeeded exit code 0");
}

TEST(Health, that_is_bad_is_a_failure_where_the_step_is_restarted) {
  ManualRun run({with_restart(1, watched(service())), foreground()});
  run.begin();
  EXPECT_EQ(run.unhealthy(0), "unhealthy a; watch no more a; terminate a");
  EXPECT_EQ(run.killed(0, 15), "over a, again in 10 as restart 1");
  EXPECT_EQ(run.outcome(0), "failed(unhealthy) signal 15 (SIGTERM)");
  EXPECT_EQ(run.advance_to(10), "start a#2; runs again a#2; watch a#2");
  EXPECT_EQ(run.unhealthy(0),
            "unhealthy a; stopping: a failed; watch no more a#2; terminate a#2; terminate b")
      << "no other is left";
  run.killed(0, 15);
  EXPECT_EQ(run.exited(1), "ended b; finish 1");
}

TEST(Health, is_stale_once_nobody_looks) {
  ManualRun run({watched(until_ready(1000, background())), foreground()});
  run.begin();
  EXPECT_EQ(run.unhealthy(0), "") << "it isn't ready yet";
  run.ready(0);
  run.interrupted();
  EXPECT_EQ(run.unhealthy(0), "");
  EXPECT_EQ(run.healthy(0), "");
}

}  // namespace
}  // namespace dream::engine
