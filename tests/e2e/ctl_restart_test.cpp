#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/ctl_stack.hpp"

/// Steps that are restarted on request, with others.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(Ctl, restart_restarts_those_that_need_the_step_when_it_is_ready_again) {
  open();
  EXPECT_EQ(stack.ctl({"restart", "./a:start", "--with-dependents"}).code, 0);
  dream.await_err("./a:start: restarted on request");
  dream.await_err("./a:start started again (attempt 2)");
  EXPECT_THAT(dream.err(), Not(HasSubstr("./c:dev: restarted")));
  stack.gate.open();
  dream.await_err("./c:dev: restarted with ./a:start");
  dream.await_err("./c:dev started again (attempt 2)");
  EXPECT_EQ(stack.ctl({"wait"}).code, 0);
}

}  // namespace
}  // namespace dream::e2e
