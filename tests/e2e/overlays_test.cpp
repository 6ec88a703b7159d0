#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "e2e/dream_run.hpp"

/// ${NAME} in dream.json, and the files that dream.json is merged with.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Variables, are_defaults_that_the_caller_can_set) {
  const Workspace workspace(R"j({"projects": {"./a": {"env": {"PORT": "${PORT:-3000}"},
    "tasks": {"go": {"command": ["sh", "-c", "echo \"[$PORT] [${NAME}] [$$]\" | tr '0-9' 9"]}}}}})j");
  workspace.write(".env", "NAME=from the file\n");
  DreamRun usual(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(usual.exit_code(), 0);
  EXPECT_THAT(usual.out(), HasSubstr("[9999] [from the file] [9"));
  DreamRun set(workspace,
               {.arguments = {"go"}, .folder = "a", .environment = {{"PORT", "31"}, {"NAME", "x"}}});
  EXPECT_EQ(set.exit_code(), 0);
  EXPECT_THAT(set.out(), HasSubstr("[99] [x] [9"));
}

TEST(Variables, that_must_be_set_stop_every_command_with_their_place) {
  const Workspace workspace("{\"projects\": {\"./a\": {\n  \"env\": {\"K\": \"${KEY:?ask the team}\"}}}}");
  for (const char* command : {"list", "validate", "go"}) {
    DreamRun run(workspace, {.arguments = {command}, .folder = "a"});
    EXPECT_EQ(run.exit_code(), 2) << command;
    EXPECT_THAT(run.out() + run.err(),
                HasSubstr("dream.json:2:11: error: /projects/.~1a/env/K: \"KEY\" has no value: ask the team"))
        << command;
  }
}

TEST(Variables, that_are_secret_stand_in_no_plan_and_no_info) {
  const Workspace workspace(R"({"tasks": {"go": {"command": ["echo", "--key=${API_TOKEN}", "${PLAIN}"]}}})");
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"plan", "go"}, {"plan", "go", "--json"}, {"--info"}, {"validate", "--json"}}) {
    DreamRun run(workspace, {.arguments = arguments,
                             .folder = "a",
                             .environment = {{"API_TOKEN", "hunter2"}, {"PLAIN", "plain"}}});
    EXPECT_EQ(run.exit_code(), 0);
    EXPECT_THAT(run.out() + run.err(), Not(HasSubstr("hunter2")));
    const bool is_shown = run.out().find("plain") != std::string::npos;
    EXPECT_EQ(is_shown, arguments.front() != "validate");
  }
}

TEST(Variables, a_pipe_as_dot_env_keeps_no_command_that_only_looks) {
  const Workspace workspace(
      R"({"projects": {"./a": {"env": {"K": "${NONE:-x}"}, "tasks": {"go": {"command": "true"}}}}})");
  ASSERT_EQ(::mkfifo((workspace.root() / ".env").c_str(), 0644), 0);
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"list"}, {"validate"}, {"plan", "go"}, {"--info"}}) {
    DreamRun run(workspace, {.arguments = arguments, .folder = "a"});
    EXPECT_EQ(run.exit_code(), 0);
  }
  DreamRun run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(run.exit_code(), 2);
  EXPECT_THAT(run.err(), HasSubstr("it is a pipe, and its end didn't come within 2.0 s"));
}

TEST(Overlays, are_merged_and_every_place_names_its_file) {
  const Workspace workspace(R"({"extends": "tools/base.json",
    "projects": {"./a": {"tasks": {"go": {"env": {"FROM": "main"}}}}}})");
  workspace.write(
      "tools/base.json",
      R"({"projects": {"./a": {"tasks": {"go": {"command": "echo $FROM $WHO"}}, "env": {"FROM": "base"}}}})");
  workspace.write(
      "dream.local.json",
      "{\"projects\": {\"a\": {\"env\": {\"WHO\": \"me\"}}},\n \"workspace\": {\"./a\": {\"go\": [\"./b\"]}},"
      "\"tasks\": {\"go\": {\"command\": \"true\"}}}");
  DreamRun run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(run.exit_code(), 0) << run.err();
  EXPECT_THAT(run.out(), HasSubstr("main me"));
  DreamRun plan(workspace, {.arguments = {"plan", "go"}, .folder = "a"});
  EXPECT_EQ(plan.exit_code(), 0);
  EXPECT_THAT(plan.out(), HasSubstr("dream.local.json:2:31"));
  DreamRun info(workspace, {.arguments = {"--info"}, .folder = "a"});
  EXPECT_EQ(info.exit_code(), 0);
  EXPECT_THAT(info.out(), HasSubstr("tools/base.json"));
  EXPECT_THAT(info.out(), HasSubstr("merged below it"));
  EXPECT_THAT(info.out(), HasSubstr("merged over it"));
  EXPECT_THAT(info.out(), HasSubstr("dream.local.json:2:"));
}

TEST(Overlays, that_are_wrong_stop_a_run_and_are_told_by_validate) {
  const Workspace workspace(R"({"tasks": {"go": {"command": "echo ran"}}})");
  workspace.write("dream.local.json", "{\n  \"tasks\": {\"go\": {\"comand\": \"x\"}}}");
  for (const char* command : {"go", "validate", "list"}) {
    DreamRun run(workspace, {.arguments = {command}, .folder = "a"});
    EXPECT_EQ(run.exit_code(), 2) << command;
    EXPECT_THAT(run.out() + run.err(),
                HasSubstr("dream.local.json:2:20: error: /tasks/go/comand: unknown key"))
        << command;
    EXPECT_THAT(run.out(), Not(HasSubstr("ran")));
  }
}

TEST(Overlays, that_everybody_may_write_are_not_obeyed) {
  const Workspace workspace(R"({"extends": "base.json", "tasks": {"go": {"command": "echo ran"}}})");
  workspace.write("base.json", "{}");
  for (const char* name : {"dream.local.json", "base.json"}) {
    workspace.write(name, "{}");
    ASSERT_EQ(::chmod((workspace.root() / name).c_str(), 0666), 0);
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"go"}, {"list"}}) {
      DreamRun run(workspace, {.arguments = arguments, .folder = "a"});
      EXPECT_EQ(run.exit_code(), 2);
      EXPECT_THAT(run.err(), HasSubstr(std::string(name) + ": is not obeyed: everybody may write to it"));
    }
    DreamRun trusted(workspace, {.arguments = {"go", "--trust"}, .folder = "a"});
    EXPECT_EQ(trusted.exit_code(), 0);
    ASSERT_EQ(::chmod((workspace.root() / name).c_str(), 0644), 0);
  }
}

}  // namespace
}  // namespace dream::e2e
