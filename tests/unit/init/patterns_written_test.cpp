#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// Which patterns of projects are written, and which projects one by one.
namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(Init, a_pattern_is_written_for_more_than_one_project) {
  write("package.json", R"({"workspaces": ["p/*"]})");
  write("turbo.json",
        R"({"tasks": {"build": {"dependsOn": ["^build", "gen"]}, "a#build": {"dependsOn": ["b#gen"]}}})");
  write("p/a/package.json", R"({"name": "a", "scripts": {"build": "x"}, "dependencies": {"b": "*"}})");
  write("p/b/package.json", R"({"name": "b", "scripts": {"build": "x", "gen": "x"}})");
  EXPECT_THAT(names(workspace().dependencies), ElementsAre("./p/a", "./p/b"));
  EXPECT_TRUE(workspace().dependency_globs.empty()) << "it would stand for one of two";
  write("p/c/package.json", R"({"name": "c", "scripts": {"build": "x"}, "dependencies": {"b": "*"}})");
  write("p/d/package.json", R"({"name": "d", "scripts": {"build": "x"}, "dependencies": {"b": "*"}})");
  EXPECT_THAT(names(workspace().dependencies), ElementsAre("./p/a"));
  EXPECT_THAT(needs_of_glob(workspace(), "./p/*", "build"), ElementsAre("^", "& :gen"));
}

TEST_F(Init, many_packages_of_which_nothing_more_is_said_are_one_pattern) {
  write("package.json", R"({"workspaces": ["p/*"]})");
  write("turbo.json", R"({"tasks": {"dev": {}, "p0#dev": {"persistent": true}}})");
  for (int at = 0; at < 22; ++at)
    write("p/" + std::to_string(at) + "/package.json",
          R"({"name": "p)" + std::to_string(at) + R"(", "scripts": {"build": "x", "dev": "x"}})");
  Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./p/0")) << "it has more to say";
  ASSERT_EQ(made.project_globs.size(), 1U);
  EXPECT_EQ(made.project_globs[0].pattern, "./p/*");
  EXPECT_EQ(made.project_globs[0].settings.executor, "npm");
  EXPECT_THAT(text(),
              HasSubstr("    // 21 packages: build and dev\n    \"./p/*\": { \"executor\": \"npm\" },\n"));
  write("p/old/README.md", "");
  made = workspace();
  EXPECT_EQ(made.projects.size(), 22U) << "another folder would be a project, too";
  EXPECT_TRUE(made.project_globs.empty());
}

TEST_F(Init, whatever_is_lost_is_named) {
  std::string service = "services: {web: {image: x";
  for (int at = 0; at < 40; ++at) service += ", new_" + std::to_string(at) + ": 1";
  write("compose.yaml", service + "}}\n");
  for (int at = 0; at < 40; ++at) EXPECT_THAT(text(), HasSubstr("new_" + std::to_string(at)));
}

}  // namespace
}  // namespace dream::init
