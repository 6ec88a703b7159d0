#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

TEST_F(Init, npm_runs_a_script_in_one_workspace_after_the_other_in_their_order) {
  write("package.json",
        R"({"workspaces": ["shared", "apps/*", "api"], "scripts": {"build": "npm run build --workspaces"}})");
  for (const char* name : {"shared", "api", "apps/b", "apps/a"})
    write(std::string(name) + "/package.json", R"({"scripts": {"build": "x"}})");
  EXPECT_THAT(needs(workspace(), "./", "build"),
              ElementsAre("./shared:", "./apps/a:", "./apps/b:", "./api:"));
}

TEST_F(Init, yarn_runs_a_script_in_one_workspace_after_the_other_unless_told_otherwise) {
  for (const char* name : {"shared", "api", "apps/b", "apps/a"})
    write(std::string(name) + "/package.json", R"({"scripts": {"test": "x"}})");
  const auto needs_with = [&](const std::string& line) {
    write("package.json",
          R"({"workspaces": ["shared", "apps/*", "api"], "scripts": {"test": ")" + line + "\"}}");
    return needs(workspace(), "./", "test");
  };
  EXPECT_THAT(needs_with("yarn workspaces run test"),
              ElementsAre("./shared:", "./apps/a:", "./apps/b:", "./api:"));
  for (const char* line : {"yarn workspaces foreach -A run test", "yarn workspaces foreach -Atv run test"})
    EXPECT_THAT(needs_with(line), ElementsAre("./api:", "./apps/a:", "./apps/b:", "./shared:")) << line;
  for (const char* line : {"yarn workspaces foreach -Ap run test",
                           "yarn workspaces foreach --all --parallel run test", "bun --filter '*' test"})
    EXPECT_THAT(needs_with(line), Contains(HasSubstr("& ./shared:"))) << line;
}

TEST_F(Init, the_script_of_the_same_name_decides_whether_the_packages_have_an_order) {
  write("a/package.json",
        R"({"name": "a", "scripts": {"dev": "x", "test": "x", "build": "x"}, "dependencies": {"b": "*"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"dev": "x", "test": "x", "build": "x"}})");
  for (
      const char* scripts :
      {R"("dev": "pnpm -r --parallel dev", "dev:one": "pnpm -r dev")",
       R"("dev:one": "lerna run dev", "dev": "lerna run dev --parallel")",
       R"("dev": "yarn workspaces foreach -Ap run dev", "dev:one": "yarn workspaces foreach -Apt run dev")"}) {
    write("package.json", R"({"workspaces": ["*"], "scripts": {)" + std::string(scripts) + "}}");
    EXPECT_THAT(plan(workspace(), "./a", "dev"), ElementsAre("./a:dev")) << scripts;
    EXPECT_THAT(text(),
                HasSubstr("// dev of the packages has no order, as dev of the root runs them in none; "
                          "`dream dev:one` runs each after those of the packages that it uses.\n"))
        << scripts;
  }
  write("package.json",
        R"({"workspaces": ["*"], "scripts": {"dev": "pnpm -r --parallel dev", "dev:one": "pnpm -r dev"}})");
  EXPECT_THAT(plan(workspace(), "./", "dev"), UnorderedElementsAre("./a:dev b", "./b:dev b", "./:dev"));
  write("package.json",
        R"({"workspaces": ["*"], "scripts": {"test": "pnpm -r test", "test:all": "pnpm -r --parallel test",
    "build": "pnpm -r --parallel build", "build:one": "pnpm -r build", "all": "pnpm -r dev"}})");
  EXPECT_THAT(plan(workspace(), "./a", "test"), ElementsAre("./b:test", "./a:test"));
  EXPECT_THAT(plan(workspace(), "./a", "dev"), ElementsAre("./b:dev", "./a:dev"));
  EXPECT_THAT(plan(workspace(), "./a", "build"), ElementsAre("./b:build", "./a:build")) << "builds end";
  EXPECT_THAT(text(), Not(HasSubstr("no order")));
}

TEST_F(Init, yarn_keeps_the_order_with_parallel_and_behind_variables) {
  write("a/package.json", R"({"name": "a", "scripts": {"test": "x"}, "dependencies": {"b": "*"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"test": "x"}})");
  for (const char* line : {"yarn workspaces foreach --all --parallel --topological-dev run test",
                           "yarn workspaces foreach -Ap --topological run test",
                           "X=1 yarn workspaces foreach -At run test", "cross-env X=1 lerna run test"}) {
    write("package.json", R"({"workspaces": ["*"], "scripts": {"test": ")" + std::string(line) + "\"}}");
    EXPECT_THAT(plan(workspace(), "./a", "test"), ElementsAre("./b:test", "./a:test")) << line;
  }
}

TEST_F(Init, what_goes_on_after_a_failure_is_told_of_the_scripts_that_collect) {
  write("a/package.json", R"({"name": "a", "scripts": {"test": "x", "lint": "x", "e2e": "x", "fmt": "x"}})");
  write(
      "package.json",
      R"({"workspaces": ["*"], "scripts": {"test": "turbo run test --continue", "lint": "turbo lint --continue",
        "e2e": "nx run-many -t e2e", "fmt": "turbo run fmt --continue=never"}})");
  EXPECT_THAT(
      text(),
      AllOf(HasSubstr("// `dream lint -k` and `dream test -k` go on after a failure, as --continue does.\n"),
            HasSubstr("// `dream e2e -k` goes on after a failure, as nx does.\n"), Not(HasSubstr("fmt -k"))));
  write("package.json", R"({"workspaces": ["*"], "scripts": {"test": "pnpm -r --no-bail test",
        "lint": "npm run lint -ws", "e2e": "nx run-many -t e2e --nxBail"}})");
  EXPECT_THAT(text(),
              AllOf(HasSubstr("test -k` goes on after a failure, as --no-bail does.\n"),
                    HasSubstr("lint -k` goes on after a failure, as npm does.\n"), Not(HasSubstr("e2e -k"))));
}

TEST_F(Init, what_all_would_run_twice_is_collected_through_another_script_or_told) {
  write("a/package.json",
        R"({"name": "a", "scripts": {"test": "x", "build": "x", "lint": "x", "dev": "x"}})");
  write("package.json",
        R"({"workspaces": ["*"], "scripts": {"test": "npm run test:all", "test:all": "turbo run test",
        "build": "FORCE_COLOR=1 turbo run build", "lint": "eslint . && pnpm --filter './a' run lint",
        "dev": "vite"}})");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "test"), "null");
  EXPECT_THAT(plan(made, "./", "test"), ElementsAre("./a:test", "./:test"));
  EXPECT_THAT(text(),
              HasSubstr("// build and lint of the root run those of packages, too, so `--all` would run "
                        "them twice: `dream build --all -p '!./'` leaves the root out.\n"));
  write("package.json",
        R"({"workspaces": ["*"], "scripts": {"test": "yarn test:all", "test:all": "turbo run test",
        "pretest:all": "x"}})");
  EXPECT_THAT(text(), Not(HasSubstr("null"))) << "what npm runs around it would be lost";
}

TEST_F(Init, what_all_would_run_twice_through_other_scripts_is_told) {
  write("a/package.json",
        R"({"name": "a", "scripts": {"test": "x", "build": "x", "lint": "x", "dev": "x"}})");
  write("package.json", R"({"workspaces": ["*"], "scripts": {
        "test": "npm run test:all", "test:all": "lerna run test && echo x",
        "build": "rimraf out && yarn build:1", "build:1": "yarn build:2", "build:2": "yarn build:1; lerna run build",
        "lint": "yarn lint:all", "lint:all": "lerna run lint --concurrency 2",
        "dev": "yarn dev:all", "dev:all": "lerna run other && yarn dev"}})");
  EXPECT_EQ(command(workspace(), "./", "lint"), "null");
  EXPECT_THAT(text(),
              AllOf(HasSubstr("// build and test of the root run those of packages, too, so `--all`"),
                    HasSubstr("// lint of the root runs those of all packages, as in package.json.\n"),
                    HasSubstr("// lint of the root runs 2 at a time: `dream lint -j 2`.\n")));
}

}  // namespace
}  // namespace dream::init
