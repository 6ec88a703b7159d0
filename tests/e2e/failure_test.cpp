#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/dream_run.hpp"
#include "e2e/golden.hpp"

namespace dream::e2e {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string wait_line = "echo $PWD waits; read go < $ROOT/gate";

TEST(Failure, of_a_required_background_step_takes_everything_down) {
  const Workspace workspace({{"a", "read go < $ROOT/fail; exit 9", async, ""},
                             {"b", wait_line, async, ""},
                             {"c", wait_line, "", ""}});
  const Gate gate(workspace, "gate");
  const Gate fail(workspace, "fail");
  DreamRun dream(workspace);
  dream.await_out("/b waits");
  dream.await_out("/c waits");
  fail.open();
  EXPECT_EQ(dream.exit_code(), 9);
  EXPECT_THAT(dream.err(), HasSubstr("stopping: required step ./a:go failed"));
  EXPECT_THAT(dream.err(), ContainsRegex("./b:go +terminated"));
  EXPECT_THAT(dream.err(), ContainsRegex("./c:go +terminated"));
}

TEST(Failure, of_a_required_foreground_step_takes_everything_down) {
  const Workspace workspace({{"a", wait_line, async, ""}, {"b", "exit 9", "", ""}, {"c", wait_line, "", ""}});
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 9);
  EXPECT_THAT(finished.err, ContainsRegex("./a:go +terminated"));
  EXPECT_THAT(finished.err, ContainsRegex("./b:go +failed .* exit code 9"));
  EXPECT_THAT(finished.err, ContainsRegex("./c:go +skipped"));
}

TEST(Failure, of_a_service_takes_everything_down) {
  const Workspace workspace({{"a", "read go < $ROOT/fail; exit 9", "", service}, {"c", wait_line, "", ""}});
  const Gate gate(workspace, "gate");
  const Gate fail(workspace, "fail");
  DreamRun dream(workspace);
  dream.await_out("/c waits");
  fail.open();
  EXPECT_EQ(dream.exit_code(), 9);
  EXPECT_THAT(dream.err(), ContainsRegex("./c:go +terminated"));
}

TEST(Failure, to_start_takes_everything_down) {
  const Workspace workspace(R"({"workspace": {"./c": {"go": [{"projectPath": "./a", "async": true}, "./b"]}},
                                "projects": {"./b": {"tasks": {"go": {"command": ["./no-such-program"]}}}},
                                "tasks": {"go": {"command": "read go < $ROOT/gate"}}})");
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "c"});
  EXPECT_EQ(finished.code, 127);
  EXPECT_THAT(finished.err, ContainsRegex("./a:go +terminated"));
  EXPECT_THAT(finished.err, ContainsRegex("./b:go +failed"));
  EXPECT_THAT(finished.err, ContainsRegex("./c:go +skipped"));
}

TEST(Failure, of_an_optional_step_is_reported_and_passed_by) {
  const Workspace workspace({{"a", "exit 9", optional, ""},
                             {"b", "kill -KILL $$", R"("required": false)", ""},
                             {"c", "echo c runs", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("c runs"));
  EXPECT_THAT(finished.err, HasSubstr("./a:go failed: exit code 9, optional\n"));
  EXPECT_THAT(finished.err, HasSubstr("./b:go failed: signal 9 (SIGKILL), optional\n"));
  EXPECT_THAT(finished.err, HasSubstr("1 succeeded, 2 failed in"));
}

TEST(Failure, of_an_optional_step_to_start_or_in_time_is_passed_by_too) {
  const Workspace workspace(R"({"workspace": {"./c": {"go": [{"projectPath": "./a", "required": false},
                                                             {"projectPath": "./b", "required": false}]}},
                                "projects": {"./a": {"tasks": {"go": {"command": ["no-such-program"]}}},
                                             "./b": {"tasks": {"go": {"command": "read go < $ROOT/gate", "timeout": 50}}},
                                             "./c": {"tasks": {"go": {"command": "echo c runs"}}}}})");
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "c"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("c runs"));
  EXPECT_THAT(finished.err, HasSubstr("2 failed"));
}

TEST(Failure, the_first_decides_the_exit_code_whatever_falls_over_afterwards) {
  const Workspace workspace(
      {{"a", std::string("trap 'exit 77' TERM; echo a waits; ") + until_a_trap_ends_it, async, ""},
       {"b", "read go < $ROOT/fail; exit 9", async, ""},
       {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  const Gate fail(workspace, "fail");
  DreamRun dream(workspace);
  dream.await_out("a waits");
  fail.open();
  EXPECT_EQ(dream.exit_code(), 9);
  EXPECT_THAT(dream.err(), Not(HasSubstr("./a:go failed")));
  EXPECT_THAT(dream.err(), HasSubstr("1 failed, 2 terminated in"));
}

TEST(Failure, the_summary_tells_each_steps_outcome_and_why) {
  const Workspace workspace({{"a", "true", "", ""},
                             {"b", "exit 5", R"("required": false)", ""},
                             {"d", wait_line, async, ""},
                             {"services/api", "kill -KILL $$", "", ""},
                             {"c", "true", "", ""}});
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 137);
  expect_golden("summary.txt", without_times(finished.err.substr(finished.err.find("dream:   ./a:go"))),
                workspace);
}

}  // namespace
}  // namespace dream::e2e
