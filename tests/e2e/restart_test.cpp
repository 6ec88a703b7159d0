#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "e2e/dream_run.hpp"

/// Steps that are started again.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// Restarts that come at once.
constexpr const char* quick = R"("restart": {"on": "failure", "max": 2, "delay": 0, "maxDelay": 0})";

TEST(Restart, of_a_step_in_front_is_a_retry) {
  const Workspace workspace({{"a", "echo attempt $DREAM_ATTEMPT; test $DREAM_ATTEMPT = 3", "", quick},
                             {"c", "echo c runs", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("attempt 1\n"), HasSubstr("attempt 2\n"),
                                  HasSubstr("attempt 3\n"), HasSubstr("c runs\n")));
  EXPECT_THAT(finished.err, AllOf(HasSubstr("./a:go failed: exit code 1; again "), HasSubstr("(1 of 2)"),
                                  HasSubstr("(2 of 2)"), HasSubstr("./a:go succeeded")));
}

TEST(Restart, that_does_not_help_ends_with_the_last_code) {
  const Workspace workspace(
      {{"a", "exit $(( DREAM_ATTEMPT + 10 ))", "", quick}, {"c", "echo c runs", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 13) << finished.err;
  EXPECT_THAT(finished.out, Not(HasSubstr("c runs")));
}

TEST(Restart, of_a_service_does_not_disturb_the_others) {
  const Workspace workspace({{"a",
                              "if test $DREAM_ATTEMPT = 1; then read go < $ROOT/first; exit 1; fi; "
                              "echo a is back; read go < $ROOT/second",
                              "", std::string(service) + ", " + quick},
                             {"c", "echo c runs; read go < $ROOT/gate", "", ""}});
  const Gate first(workspace, "first");
  const Gate second(workspace, "second");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("c runs");
  first.open();
  dream.await_out("a is back");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(Restart, begins_when_what_the_last_attempt_was_allowed_to_keep_has_ended) {
  const Workspace workspace(
      {{"a",
        "if test $DREAM_ATTEMPT = 1; then sleep 1000 > /dev/null 2>&1 & echo $! > pid; exit 1; fi; "
        "if kill -0 $(cat pid); then echo it lives; fi; echo attempt $DREAM_ATTEMPT",
        "", std::string(R"("leftovers": "keep", )") + quick},
       {"c", "echo c runs", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("attempt 2\n"), HasSubstr("c runs"), Not(HasSubstr("it lives"))));
  EXPECT_THAT(finished.err, HasSubstr("ending what ./a:go has left running: "));
}

TEST(Restart, waits_for_all_that_the_last_attempt_started) {
  // The first attempt leaves a process that holds the fifo open until it is ended.
  const Workspace workspace(
      {{"a",
        "if test $DREAM_ATTEMPT = 1; then (trap '' HUP; read go < $ROOT/gate) & exit 1; fi; "
        "echo attempt 2",
        "", std::string(quick) + R"(, "stop": {"graceMs": 0})"}});
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("attempt 2"));
}

TEST(Restart, follows_a_timeout) {
  const Workspace workspace({{"a", "test $DREAM_ATTEMPT != 1 || read go < $ROOT/gate", "",
                              std::string(quick) + R"(, "timeout": 500)"}});
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("again "));
}

TEST(Restart, goes_on_with_the_wait_for_readiness) {
  const Workspace workspace({{"a", "test $DREAM_ATTEMPT = 3 || exit 1; touch up; read go < $ROOT/gate", "",
                              std::string(service) + R"(, "ready": {"file": "up"}, )" + quick},
                             {"c", "echo c runs", "", ""}});
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("c runs"));
  EXPECT_THAT(finished.err, AllOf(HasSubstr("(2 of 2)"), HasSubstr("./a:go is ready after ")));
}

TEST(Restart, does_not_try_again_what_is_not_there) {
  const Workspace workspace({{"a", "no-such-tool-at-all", "", quick}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 127);
  EXPECT_THAT(finished.err, Not(HasSubstr("again")));
}

TEST(Restart, keeps_the_output_of_every_attempt) {
  const Workspace workspace(
      {{"a", "printf 'begin of '; printf 'attempt %s' $DREAM_ATTEMPT; exit 1", "", quick},
       {"c", "true", "", ""}});
  const Finished finished = run(workspace, {.arguments = {"go", "--log-dir", "logs"}, .folder = "c"});
  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("begin of attempt 1\n"), HasSubstr("begin of attempt 2\n"),
                                  HasSubstr("begin of attempt 3\n")));
}

TEST(Backoff, ends_at_once_with_a_signal) {
  const Workspace workspace({{"a", "exit 1", "", R"("restart": {"delay": 3600000, "maxDelay": 3600000})"}});
  DreamRun dream(workspace);
  dream.await_err("again in 60 min");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
}

TEST(Backoff, of_a_service_ends_with_the_last_of_the_others) {
  const Workspace workspace(
      {{"a", "exit 1", "", std::string(service) + R"(, "restart": {"delay": 3600000, "maxDelay": 3600000})"},
       {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("again in 60 min");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(Restarts, are_in_the_events) {
  const Workspace workspace({{"a", "test $DREAM_ATTEMPT = 2", "", quick}});
  const Finished events = run(workspace, {.arguments = {"go", "-o", "events"}, .folder = "a"});
  EXPECT_EQ(events.code, 0) << events.err;
  EXPECT_THAT(events.out, AllOf(HasSubstr(R"("event":"attempt","step":"./a:go","attempt":1)"),
                                HasSubstr(R"("event":"restarted","step":"./a:go","attempt":2)")));
}

}  // namespace
}  // namespace dream::e2e
