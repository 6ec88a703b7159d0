#include "runtime/attempt_task.hpp"

#include <gmock/gmock.h>

namespace dream::runtime {
namespace {

using testing::ElementsAre;

SharedEnvironment variables(std::vector<std::string> entries) {
  return std::make_shared<const std::vector<std::string>>(std::move(entries));
}

TEST(AttemptTask, has_its_number_whatever_was_there_of_that_name) {
  const plugin::TaskSpec task{
      .name = "dev",
      .environment = variables({"DREAM_ATTEMPT=old", "DREAM_ATTEMPTS=9", "A=1", "DREAM_ATTEMPT=0"}),
      .own_environment = variables({"A=1", "DREAM_ATTEMPT=0"})};
  const plugin::TaskSpec third = task_of_attempt(task, 3);
  EXPECT_EQ(third.name, "dev");
  EXPECT_THAT(*third.environment, ElementsAre("DREAM_ATTEMPTS=9", "A=1", "DREAM_ATTEMPT=3"));
  EXPECT_THAT(*third.own_environment, ElementsAre("A=1", "DREAM_ATTEMPT=3"));
  EXPECT_EQ(task.environment->size(), 4U);
}

}  // namespace
}  // namespace dream::runtime
