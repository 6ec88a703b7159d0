#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/dream_run.hpp"

namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(TaskEnvironment, later_layers_win) {
  const Workspace workspace(R"({"projects": {"./a": {
    "env": {"PROJECT": "project", "TASK": "project"},
    "envFile": "project.env",
    "tasks": {"go": {"command": "echo $OWN $FILE $PROJECT $TASK",
                     "env": {"TASK": "task"}}}}}})");
  workspace.write("a/project.env", "FILE=file\nPROJECT=file\nTASK=file\n");
  const std::map<std::string, std::string> own{
      {"OWN", "own"}, {"FILE", "own"}, {"PROJECT", "own"}, {"TASK", "own"}};
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "a", .environment = own}).out,
            "own file project task\n");
}

TEST(TaskEnvironment, a_variable_of_one_step_is_not_seen_by_another) {
  const Workspace workspace(R"({"workspace": {"./c": {"go": ["./a"]}},
    "projects": {"./a": {"env": {"ONLY": "a"}}},
    "tasks": {"go": {"command": "echo ${ONLY-unset}"}}})");
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "c"}).out, "a | a\nc | unset\n");
}

TEST(TaskEnvironment, values_are_taken_as_they_are) {
  const Workspace workspace(R"({"projects": {"./a": {"env": {"VALUE": "two words $HOME \"quoted\" é"},
    "tasks": {"go": {"command": "printf '%s' \"$VALUE\""}}}}})");
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "a"}).out, "two words $HOME \"quoted\" é");
}

TEST(TaskEnvironment, a_missing_or_broken_env_file_is_an_error_before_anything_runs) {
  const Workspace workspace(
      R"({"workspace": {"./c": {"go": [{"projectPath": "./a", "async": true}]}},
    "projects": {"./c": {"envFile": "here.env"}}, "tasks": {"go": {"command": "touch $ROOT/ran"}}})");
  const Finished missing = run(workspace, {.arguments = {"go"}, .folder = "c"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("c/here.env"));
  workspace.write("c/here.env", "GOOD=1\n=2\n");
  const Finished broken = run(workspace, {.arguments = {"go"}, .folder = "c"});
  EXPECT_EQ(broken.code, 2);
  EXPECT_THAT(broken.err, HasSubstr("c/here.env:2:1"));
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
}

/// As by hand, one command after the other.
TEST(TaskEnvironment, an_env_file_is_read_when_a_step_before_may_have_written_it) {
  const Workspace workspace(R"({"workspace": {"./c": {"go": [":make"]}}, "projects": {"./c": {"tasks": {
    "make": {"command": "cat $ROOT/new > made.env"},
    "go": {"command": "echo $TOLD $API_KEY", "envFile": "made.env"}}}}})");
  const auto go = [&] { return run(workspace, {.arguments = {"go"}, .folder = "c"}); };
  for (const char* told : {"first", "second"}) {
    workspace.write("new", "TOLD=" + std::string(told) + "\nAPI_KEY=key-of-" + told + "\n");
    EXPECT_THAT(go().out, HasSubstr(std::string(told) + " key-of-" + told + "\n"));
  }
  workspace.write("new", "=\n");
  const Finished broken = go();
  EXPECT_EQ(broken.code, 125);
  EXPECT_THAT(broken.err, AllOf(HasSubstr("./c:make succeeded"), HasSubstr("c/made.env:1:1")));
}

TEST(TaskEnvironment, an_env_file_that_no_step_has_written_fails_its_step) {
  const Workspace workspace(R"({"workspace": {"./c": {"go": [":make"]}}, "projects": {"./c": {"tasks": {
    "make": {"command": "true"}, "go": {"command": "true", "envFile": "made.env"}}}}})");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "c"});
  EXPECT_EQ(finished.code, 125);
  EXPECT_THAT(finished.err, HasSubstr("c/made.env doesn't exist"));
}

TEST(TaskEnvironment, an_env_file_that_is_still_missing_fails_each_attempt) {
  const Workspace workspace(R"({"workspace": {"./c": {"go": [":make"]}}, "projects": {"./c": {"tasks": {
    "make": {"command": "true"}, "go": {"command": "echo ran", "envFile": "made.env",
    "restart": {"on": "failure", "max": 2, "delayMs": 0}}}}}})");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "c"});
  EXPECT_EQ(finished.code, 125);
  EXPECT_EQ(finished.out, "");
}

TEST(TaskEnvironment, an_env_file_is_awaited_only_from_what_ends_first) {
  for (const char* needs : {R"([{"task": ":other", "finally": true}])", R"([[":other", ":more"]])"}) {
    const Workspace workspace(R"({"workspace": {"./c": {"go": )" + std::string(needs) +
                              R"(}}, "projects": {"./c":
      {"tasks": {"other": {"command": "touch $ROOT/ran"}, "more": {"command": "true", "envFile": "no.env"},
                 "go": {"command": "true", "envFile": "no.env"}}}}})");
    const Finished finished = run(workspace, {.arguments = {"go", "-j", "2"}, .folder = "c"});
    EXPECT_EQ(finished.code, 2) << needs;
    EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran")) << needs;
  }
}

/// Wherever it stands in the plan, and whether that is a list.
TEST(TaskEnvironment, an_env_file_of_a_step_at_the_end_may_come_from_every_other) {
  for (const char* needs : {R"([{"task": "report", "finally": true}])",
                            R"([[":more", ":other"], {"task": "report", "finally": true}])"}) {
    const Workspace workspace(R"({"workspace": {"./c": {"go": )" + std::string(needs) +
                              R"(}}, "projects": {"./c": {"tasks": {
      "other": {"command": "true"}, "more": {"command": "true"},
      "report": {"command": "echo $TOLD", "envFile": "made.env"},
      "go": {"command": "echo TOLD=by-go > made.env"}}}}})");
    const Finished finished = run(workspace, {.arguments = {"go", "-j", "2"}, .folder = "c"});
    EXPECT_EQ(finished.code, 0) << needs << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("by-go")) << needs;
    std::filesystem::remove(workspace.root() / "c/made.env");
    EXPECT_EQ(run(workspace, {.arguments = {"validate", "--strict"}}).code, 0) << needs;
  }
}

/// It may set PATH, too; and nobody who only looks finds a fault.
TEST(TaskEnvironment, an_env_file_that_is_to_come_is_no_fault_before) {
  const Workspace workspace(R"({"workspace": {"./c": {"go": [":make"]}}, "projects": {"./c": {"tasks": {
    "make": {"command": "echo PATH=$PWD/bin:$PATH > made.env"},
    "go": {"command": ["mytool"], "envFile": "made.env"}}}}})");
  std::filesystem::create_directories(workspace.root() / "c/bin");
  workspace.write("c/bin/mytool", "#!/bin/sh\necho mine\n");
  std::filesystem::permissions(workspace.root() / "c/bin/mytool", std::filesystem::perms::owner_all);
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "go"}, .folder = "c"}).out,
              Not(HasSubstr("doesn't exist")));
  EXPECT_EQ(run(workspace, {.arguments = {"validate", "--strict"}}).code, 0);
  EXPECT_THAT(run(workspace, {.arguments = {"go"}, .folder = "c"}).out, HasSubstr("mine"));
}

TEST(TaskEnvironment, env_files_see_dreams_own_then_env_then_what_stands_before) {
  const Workspace workspace(R"({"projects": {"./c": {"envFile": ["one.env", "two.env"], "env": {"B": "env"},
    "tasks": {"go": {"command": "echo $X"}}}}})");
  workspace.write("c/one.env", "A=one\nB=one\nC=one\n");
  workspace.write("c/two.env", "X=$A-$B-${C}-$NONE\n");
  const Finished finished =
      run(workspace, {.arguments = {"go"}, .folder = "c", .environment = {{"A", "dream"}}});
  EXPECT_EQ(finished.out, "dream-env-one-\n");
  EXPECT_THAT(finished.err, HasSubstr("c/two.env:1:3: $NONE is not set"));
}

TEST(TaskEnvironment, a_task_runs_in_its_projects_folder) {
  const Workspace workspace(R"({"tasks": {"go": {"command": "pwd"}}})");
  EXPECT_EQ(run(workspace, {.arguments = {"go", "-p", "b"}, .folder = "a"}).out,
            workspace.root().string() + "/b\n");
}

TEST(DefaultCommand, is_the_script_of_that_name) {
  const Workspace workspace("{}");
  workspace.script("a/scripts/go", "echo the script");
  workspace.script("b/scripts/go.sh", "echo the .sh script");
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "a"}).out, "the script\n");
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "b"}).out, "the .sh script\n");
}

TEST(DefaultCommand, that_is_missing_lists_the_scripts_there_are) {
  const Workspace workspace("{}");
  workspace.script("a/scripts/build", "true");
  workspace.script("a/scripts/test.sh", "true");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("./a has no command for \"go\"; its scripts are build, test"),
                                  HasSubstr("write the executable scripts/go")));
}

}  // namespace
}  // namespace dream::e2e
