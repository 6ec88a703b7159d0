#include <gtest/gtest.h>

#include <csignal>

#include "unit/runtime/stage.hpp"

namespace dream::runtime {
namespace {

using std::chrono::seconds;

/// A service whose executor is asked every 10 s whether it is healthy.
struct AskedForHealth : Stage {
  AskedForHealth() : Stage(2) {
    plan.steps[0].service = true;
    plan.steps[0].health = Health{.probe = HealthcheckProbe{}, .every = seconds(10), .failures = 1};
  }
  void then_answers(const std::string& why) {
    then([this, why] { executors[0]->health(why); });
  }
};

TEST(DriverHealth, that_its_executor_denies_has_another_attempt_follow) {
  AskedForHealth stage;
  stage.plan.steps[0].restart.on = Restart::On::failure;
  stage.then_pass(seconds(10));
  stage.then_answers("");
  stage.then_pass(seconds(10));
  stage.then([&] { EXPECT_EQ(stage.happened, "start a; start b; ask a; ask a; "); });
  stage.then_answers("no database");
  stage.then_exits(0, KilledBy{SIGTERM});
  stage.then_pass(seconds(1));
  stage.then_pass(seconds(10));
  stage.then_exits(1, ExitedWith{0});
  stage.then_exits(0, ExitedWith{0});
  EXPECT_EQ(stage.play(), 0);
  EXPECT_EQ(stage.happened, "start a; start b; ask a; ask a; terminate a; start a; ask a; terminate a; ");
}

TEST(DriverHealth, is_of_no_use_when_the_step_is_asked_to_end_or_has_ended) {
  for (const bool ends_first : {false, true}) {
    AskedForHealth stage;
    stage.plan.steps[0].required = false;
    stage.then_pass(seconds(10));
    std::function<void(std::string)> answer;
    stage.then([&] { answer = stage.executors[0]->health; });
    if (ends_first) {
      stage.then_exits(0, ExitedWith{0});
      stage.then([&] { answer("it has ended"); });
      stage.then_exits(1, ExitedWith{0});
    } else {
      stage.then_exits(1, ExitedWith{0});
      stage.then([&] { answer("it is being stopped"); });
      stage.then_exits(0, ExitedWith{0});
    }
    EXPECT_EQ(stage.play(), 0);
    EXPECT_EQ(stage.happened,
              ends_first ? "start a; start b; ask a; " : "start a; start b; ask a; terminate a; ");
  }
}

}  // namespace
}  // namespace dream::runtime
