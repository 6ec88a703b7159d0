#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, only_a_line_that_does_nothing_else_runs_a_script_in_all_packages) {
  for (const char* line :
       {"turbo build", "turbo run build --concurrency=20 --no-daemon", "pnpm turbo run build",
        "pnpm -r build", "pnpm --recursive run build", "lerna run build --stream",
        "npm run build --workspaces --if-present", "npm run -ws build", "yarn workspaces run build",
        "yarn workspaces foreach -Apt run build", "nx run-many -t build",
        "npx nx run-many --target=build --all", "bun run --filter '*' build", "bun --filter=\"*\" build",
        "pnpm --filter '*' run build", "pnpm recursive run build", "deno task -r build",
        "pnpm exec nx run-many --targets build --parallel=3 --outputStyle=stream"})
    EXPECT_TRUE(only_runs_in_all(line, "build")) << line;
  for (const char* line : {"",
                           "turbo",
                           "turbo run test",
                           "turbo run build test",
                           "turbo run build api",  // no options: these are scripts
                           "turbo run app build",
                           "turbo run build --filter=a",
                           "turbo build -F a",
                           "turbo watch build",
                           "pnpm build",
                           "pnpm -r --filter ./a build",
                           "pnpm -r exec build",
                           "npm run build",
                           "npm run build -w a",
                           "bun run build",
                           "bun run --filter './packages/*' build",
                           "deno task build",
                           "lerna run build --scope a",
                           "turbo build; x",
                           "A=b turbo build",
                           "turbo run build -- --x",
                           "yarn run build",
                           "turbo run $X build",
                           "nx run-many -t build test",
                           "nx run-many -t build -p a",
                           "nx run-many -t build,test",
                           "nx build",
                           "nx run-many -t build --exclude=b",
                           "nx affected -t build",
                           "npx exec build"})
    EXPECT_FALSE(only_runs_in_all(line, "build")) << line;
}

TEST_F(Init, run_many_of_nx_collects_where_nx_has_no_targets_beside_the_scripts) {
  write(
      "package.json",
      R"({"workspaces": ["*"], "scripts": {"build": "nx run-many -t build", "test": "nx run-many -t test"}})");
  write("nx.json", "{}");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x", "test": "x"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"build": "x"}})");
  write("c/project.json", R"({"targets": {"test": {}}})");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("build"))
      << "two calls of nx would each run what both need";
  EXPECT_THAT(needs(workspace(), "./", "build"), ElementsAre("./a:", "& ./b:"));
  EXPECT_THAT(text(),
              HasSubstr("what several of them need runs more than once. `nx run-many` is one call.\n"));
  write("nx.json", R"({"plugins": []})");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("build"));
  write("nx.json", R"({"plugins": ["@nx/vite/plugin"]})");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre()) << "it may find builds anywhere";
}

TEST_F(Init, a_script_for_the_packages_that_have_changed_stays_and_a_line_says_what_dream_has_for_it) {
  write(
      "package.json",
      R"({"workspaces": ["*"], "scripts": {"test": "nx affected --target=test", "ci": "npx turbo run lint --affected",
    "since": "lerna run types --since main", "other": "nx affected -t none"}})");
  write("a/package.json", R"({"name": "a", "scripts": {"test": "x", "lint": "x", "types": "x"}})");
  const std::string made = text();
  EXPECT_THAT(made, HasSubstr("// `dream test --affected` runs test in the packages that have changed, like "
                              "test of the root.\n"));
  EXPECT_THAT(made,
              HasSubstr("`dream lint --affected` runs lint in the packages that have changed, like ci of"));
  EXPECT_THAT(made, HasSubstr("`dream types --affected`"));
  EXPECT_THAT(made, Not(HasSubstr("none")));
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre());
}

TEST_F(Init, what_nx_says_of_the_order_is_said_by_entries) {
  write("package.json", R"({"workspaces": ["*"]})");
  write(
      "nx.json",
      R"({"targetDefaults": {"build": {}, "test": {"dependsOn": [{"target": "build", "dependencies": true}, "compile"]},
    "lint": {"dependsOn": [{"target": "build", "projects": "dependencies"}, {"target": "compile", "projects": "self"}]}}})");
  write(
      "a/package.json",
      R"({"name": "a", "dependencies": {"b": "*"}, "scripts": {"build": "x", "compile": "x", "test": "x", "lint": "x"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"build": "x"}})");
  const Workspace made = workspace();
  EXPECT_THAT(plan(made, "./a", "build"), ElementsAre("./a:build")) << "nx.json says so";
  EXPECT_THAT(plan(made, "./a", "test"), ElementsAre("./b:build", "./a:compile", "./a:test"));
  EXPECT_THAT(plan(made, "./a", "lint"), ElementsAre("./b:build", "./a:compile", "./a:lint"));
}

TEST_F(Init, targets_of_nx_are_run_by_it) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("nx.json", "{}");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x"}})");
  write("a/project.json", R"({"name": "app", "targets": {"build": {}, "serve": {}}})");
  write("b/project.json", R"({"targets": {"test": {}}})");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./a", "serve"), R"({ "npx", "nx", "run", "app:serve" })");
  EXPECT_THAT(names(made.projects.at("./a").tasks), ElementsAre("serve"));
  EXPECT_EQ(command(made, "./b", "test"), R"({ "npx", "nx", "run", "b:test" })");
  EXPECT_THAT(text(), HasSubstr("// nx runs itself what its targets, and the scripts that call it, need.\n"));
}

TEST_F(Init, what_packages_say_of_their_targets_to_nx_counts) {
  write("package.json", R"({"workspaces": ["*"]})");
  write(
      "nx.json",
      R"({"targetDefaults": {"lint": {"dependsOn": ["rules:build"]}, "build": {"dependsOn": ["^build"]}}})");
  write(
      "a/package.json",
      R"({"name": "@x/a", "dependencies": {"@x/rules": "*"}, "scripts": {"lint": "x", "build": "pnpm -w exec nx build", "test": "y", "a:b": "z"},
                              "nx": {"targets": {"test": {"dependsOn": ["@x/b:gen", "a:b", "none:x"]}, "e2e": {"command": "z"}}}})");
  write("b/package.json", R"({"name": "@x/b", "scripts": {"gen": "x", "e2e": "npx nx e2e"}})");
  write("rules/package.json", R"({"name": "@x/rules", "scripts": {"build": "x"}, "nx": {"name": "rules"}})");
  const Workspace made = workspace();
  EXPECT_THAT(needs_of_glob(made, "./*", "lint"), ElementsAre("./rules:build"));
  EXPECT_THAT(needs_of_glob(made, "./*", "test"), ElementsAre("./b:gen", "& :a:b"));
  EXPECT_THAT(needs_of_glob(made, "./*", "build"), ElementsAre()) << "nx builds the others itself";
  EXPECT_EQ(command(made, "./a", "e2e"), R"({ "npx", "nx", "run", "@x/a:e2e" })");
  EXPECT_THAT(text(), HasSubstr("// nx runs itself what its targets, and the scripts that call it, need.\n"));
}

TEST_F(Init, what_is_continuous_for_nx_takes_no_slot) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("nx.json", R"({"targetDefaults": {"dev": {"continuous": true}}})");
  write("a/package.json", R"({"name": "a", "scripts": {"dev": "x"}})");
  write("b/project.json", R"({"targets": {"serve": {"continuous": true}, "build": {"continuous": false}}})");
  const Workspace made = workspace();
  EXPECT_EQ(made.tasks.at("dev").async, true);
  EXPECT_EQ(made.projects.at("./b").tasks.at("serve").async, true);
  EXPECT_EQ(made.projects.at("./b").tasks.at("build").async, std::nullopt);
}

}  // namespace
}  // namespace dream::init
