#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, only_a_line_that_does_nothing_else_runs_a_script_in_all_packages) {
  for (const char* line : {"turbo build",
                           "turbo run build --concurrency=20 --no-daemon",
                           "pnpm turbo run build",
                           "pnpm -r build",
                           "pnpm --recursive run build",
                           "lerna run build --stream",
                           "lerna run --concurrency 2 build",
                           "turbo run build --output-logs new-only --concurrency 50%",
                           "nx run-many -t build --parallel 3",
                           "pnpm -r --workspace-concurrency 1 --parallel build",
                           "npm run build --workspaces --if-present",
                           "npm run -ws build",
                           "yarn workspaces run build",
                           "yarn workspaces foreach -Apt run build",
                           "nx run-many -t build",
                           "npx nx run-many --target=build --all",
                           "bun run --filter '*' build",
                           "bun --filter=\"*\" build",
                           "pnpm --filter '*' run build",
                           "pnpm recursive run build",
                           "deno task -r build",
                           "pnpm exec nx run-many --targets build --parallel=3 --outputStyle=stream"})
    EXPECT_TRUE(only_runs_in_all(line, "build")) << line;
  for (const char* line : {"",
                           "turbo",
                           "turbo run test",
                           "turbo run build test",
                           "turbo run build api",  // no options: these are scripts
                           "turbo run app build",
                           "turbo run build --concurrency 2 api",
                           "lerna run test --parallel build",
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
  write("c/project.json", R"({"targets": {"test": {"command": "x"}}})");
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
    "since": "lerna run types --since main --no-sort --concurrency 2", "other": "nx affected -t none"}})");
  write("a/package.json", R"({"name": "a", "scripts": {"test": "x", "lint": "x", "types": "x"}})");
  const std::string made = text();
  EXPECT_THAT(made, HasSubstr("// `dream test --affected` runs test in the packages that have changed, like "
                              "test of the root.\n"));
  EXPECT_THAT(made,
              HasSubstr("`dream lint --affected` runs lint in the packages that have changed, like ci of"));
  EXPECT_THAT(made,
              HasSubstr("`dream types --affected -j 2` runs types in the packages that have changed, 2 at "
                        "a time, like since of the root"));
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
  write("a/project.json", R"({"name": "app", "targets": {"build": {}, "serve": {"executor": "x:y"}}})");
  write("b/project.json", R"({"targets": {"test": {"command": "x"}}})");
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
  EXPECT_THAT(needs(made, "./a", "lint"), ElementsAre("./rules:build"));
  EXPECT_THAT(needs(made, "./a", "test"), ElementsAre("./b:gen", "& ./a:a:b"));
  EXPECT_FALSE(made.dependencies.at("./a").contains("build")) << "nx builds the others itself";
  EXPECT_EQ(command(made, "./a", "e2e"), R"({ "npx", "nx", "run", "@x/a:e2e" })");
  EXPECT_THAT(text(), HasSubstr("// nx runs itself what its targets, and the scripts that call it, need.\n"));
}

TEST_F(Init, a_script_comes_after_the_targets_of_nx_that_it_needs) {
  write("package.json", R"({"workspaces": ["libs/*"]})");
  write("nx.json",
        R"({"targetDefaults": {"build": {"dependsOn": ["^build"]}, "test": {"dependsOn": ["build"]}}})");
  write("libs/a/package.json",
        R"({"name": "a", "scripts": {"build": "x", "lint": "x"}, "dependencies": {"s": "*"},
                                 "nx": {"targets": {"gen": {"command": "x"}, "lint": {"dependsOn": ["gen", "tool:check"]}}}})");
  write("libs/s/package.json", R"({"name": "s", "dependencies": {"t": "*"}})");
  write("libs/s/project.json", R"({"name": "s", "targets": {"gen": {"command": "x"}}})");
  write("libs/t/package.json", R"({"name": "t", "scripts": {"test": "x"}})");
  write("libs/t/project.json", R"({"name": "t", "targets": {"build": {"command": "x"}}})");
  write("tools/tool/project.json", R"({"targets": {"check": {"command": "x"}}})");
  const Workspace made = workspace();
  EXPECT_THAT(plan(made, "./libs/a", "lint"),
              ElementsAre("./libs/a:gen", "./tools/tool:check", "./libs/a:lint"));
  EXPECT_THAT(plan(made, "./libs/a", "build"), ElementsAre("./libs/t:build", "./libs/a:build"))
      << "also behind one that lacks it";
  EXPECT_THAT(plan(made, "./libs/t", "test"), ElementsAre("./libs/t:build", "./libs/t:test"));
  EXPECT_THAT(plan(made, "./libs/t", "build"), ElementsAre("./libs/t:build")) << "nx sees to the rest";
  EXPECT_EQ(made.projects.at("./libs/s").executor, "npm") << "its manifest counts";
  EXPECT_EQ(made.projects.at("./libs/s").tasks.at("gen").executor, "shell");
  EXPECT_EQ(made.projects.at("./tools/tool").executor, "shell");
}

TEST_F(Init, what_project_json_says_of_a_script_counts) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("nx.json", R"({"targetDefaults": {"build": {"dependsOn": ["lint"]}}})");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x", "test": "x", "gen": "x", "lint": "x"},
                              "nx": {"targets": {"test": {"dependsOn": ["gen"]}}, "implicitDependencies": ["b"]}})");
  write("a/project.json", R"({"targets": {"build": {"dependsOn": ["gen"]}, "test": {"continuous": true}}})");
  write("b/project.json", R"({"targets": {"x": {"command": "x"}}, "implicitDependencies": ["a"]})");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./a", "build"), ElementsAre("./a:gen"));
  EXPECT_THAT(needs(made, "./a", "test"), ElementsAre("./a:gen"));
  EXPECT_EQ(made.projects.at("./a").tasks.at("test").async, true);
  EXPECT_THAT(text(), HasSubstr("// Not taken over: implicitDependencies of ./a.\n")) << "of b nx knows";
}

TEST_F(Init, the_root_is_a_project_of_nx_where_it_says_so) {
  write("package.json",
        R"({"name": "shop", "scripts": {"build": "x"}, "nx": {"targets": {"gen": {"command": "x"}}}})");
  write("nx.json", R"({"targetDefaults": {"build": {"dependsOn": ["gen", "tidy"]}}})");
  write("project.json",
        R"({"targets": {"tidy": {"dependsOn": ["gen"]}, "serve": {"continuous": true, "command": "x"}}})");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./", "serve"), R"({ "npx", "nx", "run", "shop:serve" })");
  EXPECT_EQ(made.projects.at("./").tasks.at("serve").async, true);
  EXPECT_THAT(plan(made, "./", "build"), ElementsAre("./:gen", "./:tidy", "./:build"));
  write("package.json", R"({"name": "shop", "scripts": {"build": "x", "gen": "x"}, "workspaces": ["*"]})");
  std::filesystem::remove(folder_.path() / "project.json");
  EXPECT_THAT(plan(workspace(), "./", "build"), ElementsAre("./:build")) << "nx doesn't know it";
}

TEST_F(Init, what_is_continuous_for_nx_takes_no_slot) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("nx.json", R"({"targetDefaults": {"dev": {"continuous": true}}})");
  write("a/package.json", R"({"name": "a", "scripts": {"dev": "x"}})");
  write("b/project.json", R"({"targets": {"serve": {"continuous": true, "command": "x"},
                                       "build": {"continuous": false, "command": "x"}}})");
  const Workspace made = workspace();
  EXPECT_EQ(made.tasks.at("dev").async, true);
  EXPECT_EQ(made.projects.at("./b").tasks.at("serve").async, true);
  EXPECT_EQ(made.projects.at("./b").tasks.at("build").async, std::nullopt);
  write("b/project.json", R"({"targets": {"dev": {"command": "x"}}})");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x"}})");
  EXPECT_EQ(workspace().tasks.at("dev").async, true) << "no script has it";
}

TEST_F(Init, a_target_that_runs_something_else_than_the_script_of_its_name_has_a_name_of_its_own) {
  write("package.json", R"({"workspaces": ["*"], "scripts": {"lint": "nx run-many -t lint"}})");
  write("nx.json", R"({"targetDefaults": {"pack": {"executor": "x:y"}, "test": {"executor": "x:y"}}})");
  write("a/package.json", R"({"name": "a",
    "scripts": {"lint": "x", "test": "x", "gen": "x", "e2e": "x", "serve": "nx serve a"},
    "nx": {"targets": {"lint": {"command": "y"}, "test": {"dependsOn": ["gen"]}, "pack": {},
                       "gen": {"executor": "nx:run-script", "options": {"script": "gen"}}}}})");
  write("a/project.json", R"({"name": "a", "targets": {
    "lint": {"executor": "x:y"}, "serve": {"executor": "x:y"}, "all": {"dependsOn": ["lint"]},
    "e2e": {"executor": "nx:run-script", "options": {"script": "test"}},
    "// why": {"command": "x"}, "none": {"inputs": []}}})");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./a").tasks), ElementsAre("all", "nx-e2e", "nx-lint", "pack"));
  EXPECT_EQ(command(made, "./a", "nx-lint"), R"({ "npx", "nx", "run", "a:lint" })");
  EXPECT_THAT(text(), HasSubstr("// \"nx-lint\" is \"lint\" of nx in package.json: ./a has another task"));
  EXPECT_FALSE(made.projects.at("./").tasks.contains("lint")) << "nx runs the targets, not the scripts";
  write("nx.json", R"({"plugins": ["@nx/vite/plugin"]})");
  EXPECT_TRUE(workspace().projects.at("./a").tasks.contains("none")) << "a plugin may say what it runs";
}

TEST_F(Init, targets_that_plugins_of_nx_find_are_told) {
  write("package.json", R"({"scripts": {"x": "x"}})");
  write(
      "nx.json",
      R"({"plugins": ["own", {"plugin": "@nx/js/typescript", "options": {"typecheck": {"targetName": "tsc"}}},
    {"plugin": "@nx/vitest", "options": {"testTargetName": "test", "ciTargetName": "ci"}}]})");
  EXPECT_THAT(text(), HasSubstr("// The targets that nx's plugins find aren't here: own, @nx/js/typescript "
                                "(tsc) and @nx/vitest (test, ci). `npx nx run PROJECT:TARGET` runs one.\n"));
  write("nx.json", R"({"plugins": []})");
  EXPECT_THAT(text(), Not(HasSubstr("plugins")));
}

}  // namespace
}  // namespace dream::init
