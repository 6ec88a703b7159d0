#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "e2e/dream_run.hpp"

/// What runs at the end, and who is restarted with another step.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// ./a:start, a service that tells its pid; ./a:dump at the end, which looks whether that lives; ./c:go.
Workspace with_dump(const std::string& app, const std::string& dump) {
  return Workspace(R"({"workspace": {"./c": {"go": [
      {"projectPath": "./a", "task": "start"},
      {"projectPath": "./a", "task": "dump", "finally": true}]}},
    "projects": {
      "./a": {"tasks": {
        "start": {"service": true, "ready": {"file": "pid"}, "command": "echo $$ > new; mv new pid; read go < $ROOT/nobody"},
        "dump": {"command": "kill -0 $(cat pid) && echo the service lives; )" +
                   dump + R"("}}},
      "./c": {"tasks": {"go": {"command": ")" +
                   app + R"("}}}}})");
}

Launch in_c() {
  return {.arguments = {"go"}, .folder = "c"};
}

TEST(Finally, runs_after_the_requested_step_while_services_live) {
  const Workspace workspace = with_dump("echo app runs", "echo dumped");
  const Gate nobody(workspace, "nobody");
  const Finished finished = run(workspace, in_c());
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("app runs\n"), HasSubstr("the service lives\n"), HasSubstr("dumped\n")));
  EXPECT_LT(finished.out.find("app runs"), finished.out.find("the service lives"));
}

TEST(Finally, runs_after_a_failure_whose_code_stays) {
  const Workspace workspace = with_dump("exit 3", "exit 4");
  const Gate nobody(workspace, "nobody");
  const Finished finished = run(workspace, in_c());
  EXPECT_EQ(finished.code, 3) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("the service lives\n"));
  EXPECT_THAT(finished.err, HasSubstr("./a:dump failed: exit code 4"));
}

TEST(Finally, runs_after_a_signal) {
  const Workspace workspace = with_dump("echo app runs; read go < $ROOT/nobody", "echo dumped");
  const Gate nobody(workspace, "nobody");
  DreamRun dream(workspace, in_c());
  dream.await_out("app runs");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.out(), AllOf(HasSubstr("the service lives\n"), HasSubstr("dumped\n")));
}

TEST(Finally, is_killed_by_a_second_signal) {
  const Workspace workspace = with_dump("trap '' INT TERM; echo app runs; read go < $ROOT/app_gate",
                                        "read go < $ROOT/nobody; echo dumped");
  const Gate nobody(workspace, "nobody");
  const Gate app(workspace, "app_gate");
  DreamRun dream(workspace, in_c());
  dream.await_out("app runs");
  dream.send(SIGINT);
  dream.await_err("waiting for ./c:go");  // long enough for the next to be another request
  app.open();
  dream.await_out("the service lives");
  dream.await_err("./a:dump runs at the end; Ctrl-C again to kill it now");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), Not(HasSubstr("dumped")));
}

TEST(RestartWith, starts_those_again_that_use_what_was_restarted) {
  const Workspace workspace(R"({"workspace": {"./c": {"go": [
      {"projectPath": "./a", "task": "start", "restartWith": true}]}},
    "projects": {
      "./a": {"tasks": {"start": {"service": true, "ready": {"log": "up"}, "restart": {"delay": 0},
        "command": "echo up; if test $DREAM_ATTEMPT = 1; then read go < $ROOT/first; exit 1; fi; read go < $ROOT/nobody"}}},
      "./c": {"tasks": {"go": {
        "command": "echo app $DREAM_ATTEMPT; test $DREAM_ATTEMPT = 2 || read go < $ROOT/nobody"}}}}})");
  const Gate first(workspace, "first");
  const Gate nobody(workspace, "nobody");
  DreamRun dream(workspace, in_c());
  dream.await_out("app 1");
  first.open();
  EXPECT_EQ(dream.exit_code(), 0) << dream.err();
  EXPECT_THAT(dream.out(), HasSubstr("app 2\n"));
  EXPECT_THAT(dream.err(), HasSubstr("./c:go: restarted with ./a:start"));
}

}  // namespace
}  // namespace dream::e2e
