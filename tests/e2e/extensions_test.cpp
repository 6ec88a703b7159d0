#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/dream_run.hpp"

/// What dream makes of what executors can say without running anything.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Asked : ::testing::Test {
  Asked() {
    workspace.write("a/leaving.txt", "dev leave it\n");
    workspace.write("b/leaving.txt", "dev leave it too\nbuild make\n");
  }

  Finished dream(const std::string& folder, std::vector<std::string> arguments) const {
    arguments.emplace_back("--trust");
    return run(workspace, {.arguments = arguments, .folder = folder});
  }

  Workspace workspace{R"({"executors": {"leaving": {"plugin": ")" DREAM_LEAVING_PLUGIN R"("}}, "projects": {
    "./a": {"tasks": {"go": {"command": ["echo", "two words"]}}},
    "./b": {"executor": "leaving", "tasks": {"build": {"command": "make it"}}}}})"};
};

TEST_F(Asked, a_task_that_another_executor_would_know_is_a_hint) {
  const Finished finished = dream("a", {"dev"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("./a has no command for \"dev\", and no scripts; its leaving.txt has "
                                      "one (set \"executor\": \"leaving\" in dream.json)"));
}

TEST_F(Asked, a_task_that_nobody_knows_has_the_hint_of_its_own_executor) {
  const Finished finished = dream("a", {"unknown"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("set its command in dream.json"));
  EXPECT_THAT(finished.err, Not(HasSubstr("leaving.txt")));
}

TEST_F(Asked, a_command_that_is_missing_has_no_such_hint) {
  workspace.write("dream.json", R"({"executors": {"leaving": {"plugin": ")" DREAM_LEAVING_PLUGIN R"("}},
    "projects": {"./a": {"tasks": {"dev": {"command": ["no-such-program"]}}}}})");
  const Finished finished = dream("a", {"dev"});
  EXPECT_EQ(finished.code, 127);
  EXPECT_THAT(finished.err, Not(HasSubstr("leaving.txt")));
}

TEST_F(Asked, a_plan_shows_what_each_step_would_run_and_runs_nothing) {
  EXPECT_THAT(dream("a", {"plan", "go"}).out, HasSubstr("Commands\n  1  echo 'two words'\n"));
  EXPECT_THAT(dream("b", {"--dry-run", "build"}).out,
              HasSubstr("Commands\n  1  leaves something: make it\n"));
  EXPECT_THAT(on_one_line(dream("a", {"plan", "go", "--json"}).out),
              HasSubstr(R"("runs": "echo 'two words'","problem": null)"));
}

TEST_F(Asked, a_plan_says_why_a_step_can_not_be_started) {
  const Finished finished = dream("a", {"plan", "dev"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("1  can't be started: ./a has no command for \"dev\", and no scripts; "
                                      "its leaving.txt has one"));
}

TEST_F(Asked, a_list_has_the_tasks_that_executors_find) {
  const Finished finished = dream("a", {"list"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("  dev    leaving  leaving.txt: leave it too\n"));
  EXPECT_THAT(finished.out, Not(HasSubstr("leaving.txt: make")));  // build stands in dream.json already
  EXPECT_THAT(finished.out, HasSubstr("2 projects, 2 tasks and 1 that executors find\n"));
  EXPECT_THAT(on_one_line(dream("a", {"list", "--json"}).out),
              HasSubstr(R"({"task": "dev","summary": "leave it too","source": "leaving.txt"}]})"));
}

TEST_F(Asked, a_list_says_which_tool_is_missing_and_what_to_install) {
  workspace.write("b/no-tool", "");
  EXPECT_THAT(dream("a", {"list"}).out,
              HasSubstr("warning: the leaving tool is not installed (apt install leaving): ./b\n"));
  EXPECT_THAT(on_one_line(dream("a", {"list", "--json"}).out),
              HasSubstr(R"({"message": "the leaving tool is not installed","hint": "apt install leaving",)"
                        R"("projects": ["./b"]})"));
}

}  // namespace
}  // namespace dream::e2e
