#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/dream_run.hpp"

/// `dream init` from the folder to the first run.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;

TEST(InitCommand, writes_a_file_that_runs_and_changes_nothing_else) {
  const Workspace workspace("{}");
  std::filesystem::remove(workspace.root() / "dream.json");
  workspace.write("Procfile", "web: echo from web\nworker: echo from worker\n");
  const Finished made = run(workspace, {.arguments = {"init"}});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.out, "dream.json is written; `dream list` shows what it says\n");
  EXPECT_EQ(workspace.read("Procfile"), "web: echo from web\nworker: echo from worker\n");
  EXPECT_EQ(run(workspace, {.arguments = {"validate"}}).code, 0);
  const Finished started = run(workspace, {.arguments = {"start"}});
  EXPECT_EQ(started.code, 0) << started.err;
  EXPECT_THAT(started.out, HasSubstr("from web\n"));
  EXPECT_THAT(started.out, HasSubstr("from worker\n"));
}

TEST(InitCommand, overwrites_nothing) {
  const Workspace workspace(R"({"tasks": {}})");
  workspace.write("Procfile", "web: true\n");
  const Finished finished = run(workspace, {.arguments = {"init"}});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("dream init overwrites nothing"));
  EXPECT_EQ(workspace.read("dream.json"), R"({"tasks": {}})");
}

TEST(InitCommand, takes_over_the_file_that_is_named_and_only_init_does) {
  const Workspace workspace("{}");
  const Finished elsewhere = run(workspace, {.arguments = {"init", "--from", "Procfile"}});
  EXPECT_EQ(elsewhere.code, 2);
  EXPECT_THAT(elsewhere.err, HasSubstr("there is no such file"));
  EXPECT_THAT(run(workspace, {.arguments = {"list", "--from", "x"}}).err, HasSubstr("--from goes with init"));
}

}  // namespace
}  // namespace dream::e2e
