#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// Which packages are members of a workspace, and of each other's needs.
namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(Init, members_are_found_however_deep_they_lie) {
  const std::string deep = "packages/b/c/d/e/f/g/h/i";
  write("package.json", R"({"workspaces": ["packages/**"]})");
  write("packages/a/package.json", R"({"name": "a", "scripts": {"build": "x"}, "dependencies": {"i": "*"}})");
  write(deep + "/package.json", R"({"name": "i", "scripts": {"build": "x"}})");
  write("nx.json", "{}");
  write(deep + "/libs/project.json", R"({"targets": {"gen": {"command": "x"}}})");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./packages/a", "./" + deep, "./" + deep + "/libs"));
  EXPECT_THAT(needs(workspace(), "./packages/a", "build"), ElementsAre("^"));
}

/// Where no package means another one of the workspace, `"^"` leads nowhere.
TEST_F(Init, a_range_means_no_member_with_pnpm_9_where_its_settings_do_not_say_so) {
  const std::string members = "packages: ['*']\n";
  write("pnpm-workspace.yaml", members);
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x"}, "dependencies": {"b": "^1.0.0"}})");
  write("b/package.json", R"({"name": "b", "version": "1.2.0", "scripts": {"build": "x"}})");
  const auto has_needs = [&] {
    return !workspace().dependency_globs.empty() || !workspace().dependencies.empty();
  };
  EXPECT_TRUE(has_needs()) << "nobody says a version";
  write("pnpm-lock.yaml", "lockfileVersion: '9.0'\n\nsettings:\n");
  EXPECT_FALSE(has_needs());
  write("pnpm-workspace.yaml", members + "linkWorkspacePackages: deep # why\n");
  EXPECT_TRUE(has_needs());
  write("pnpm-workspace.yaml", members);
  write("a/package.json",
        R"({"name": "a", "scripts": {"build": "x"}, "dependencies": {"b": "workspace:^"}})");
  EXPECT_TRUE(has_needs());
}

}  // namespace
}  // namespace dream::init
