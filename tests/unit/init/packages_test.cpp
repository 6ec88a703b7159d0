#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;

TEST_F(Init, packages_of_npm_workspaces_are_projects_and_are_built_after_those_they_use) {
  write("package.json", R"({"workspaces": ["packages/*", "apps/**", "!packages/old"]})");
  write("packages/ui/package.json", R"({"name": "@x/ui", "scripts": {"build": "tsc"}})");
  write("packages/old/package.json", R"({"name": "@x/old", "scripts": {"build": "tsc"}})");
  write("packages/types/package.json", R"({"name": "@x/types"})");
  write("packages/no-package/readme.md", "");
  write(
      "apps/deep/web/package.json",
      R"({"name": "web", "scripts": {"build": "b", "dev": "d"}, "devDependencies": {"@x/ui": "*", "@x/types": "*"}})");
  write("node_modules/x/package.json", "{}");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./apps/deep/web", "./packages/types", "./packages/ui"));
  EXPECT_EQ(made.projects.at("./packages/ui").executor, "npm");
  EXPECT_THAT(needs(made, "./apps/deep/web", "build"), ElementsAre("^"));
  EXPECT_THAT(plan(made, "./apps/deep/web", "build"),
              ElementsAre("./packages/ui:build", "./apps/deep/web:build"));
  EXPECT_TRUE(made.recursive.empty()) << "what manifests name is always followed";
  EXPECT_THAT(text(), HasSubstr("// package.json: build and dev\n"));
}

TEST_F(Init, patterns_of_a_workspace_mean_what_they_mean_to_the_executor) {
  write("package.json", R"({"workspaces": ["packages/[ab]", "{apps,tools}/*", "!tools/x"]})");
  for (const char* folder : {"packages/a", "packages/c", "apps/web", "apps/.hidden", "tools/x", "tools/y"})
    write(std::string(folder) + "/package.json", R"({"scripts": {"build": "b"}})");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./apps/web", "./packages/a", "./tools/y"));
}

TEST_F(Init, a_script_that_is_a_comment_is_no_task) {
  write("package.json", R"({"scripts": {"// build": "----", "build": "x"}})");
  EXPECT_THAT(text(), AllOf(HasSubstr("// package.json: build\n"), Not(HasSubstr("----"))));
}

TEST_F(Init, one_package_is_the_project_of_the_root) {
  write("package.json", R"({"scripts": {"dev": "vite"}})");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./"));
  EXPECT_EQ(made.projects.at("./").executor, "npm");
}

TEST_F(Init, members_of_a_deno_workspace_are_projects) {
  write("deno.jsonc", "{ // both\n \"workspace\": [\"./add\", \"./subtract\"], }");
  write("add/deno.json", R"({"tasks": {"test": "deno test"}})");
  write("subtract/deno.json", "{}");
  write("other/deno.json", "{}");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./add", "./subtract"));
  EXPECT_EQ(made.projects.at("./add").executor, "deno");
}

TEST_F(Init, packages_without_a_workspace_are_found_where_they_lie) {
  write("web/package.json", R"({"scripts": {"dev": "x"}})");
  write("web/node_modules/y/package.json", R"({"scripts": {"dev": "x"}})");
  write("services/api/deno.json", R"({"tasks": {"dev": "x"}})");
  write("services/none/package.json", "{}");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./services/api", "./web"));
  EXPECT_EQ(made.projects.at("./services/api").executor, "deno");
}

TEST_F(Init, members_of_a_pnpm_workspace_are_projects) {
  write("package.json", R"({"name": "all"})");
  write("pnpm-workspace.yaml", "packages:\n  - 'packages/*'\n  - '!packages/old'\n");
  write("packages/a/package.json", R"({"name": "a", "scripts": {"build": "x"}})");
  write("packages/old/package.json", R"({"name": "old", "scripts": {"build": "x"}})");
  write("elsewhere/b/package.json", R"({"name": "b", "scripts": {"build": "x"}})");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./packages/a"));
  EXPECT_THAT(
      text(),
      HasSubstr("// ./elsewhere/b and 1 more are left out: the workspace doesn't name them. To run their "
                "scripts, write \"./elsewhere/b\": { \"executor\": \"npm\" } into \"projects\".\n"));
  write("packages/old/package.json", R"({"name": "old"})");
  EXPECT_THAT(text(),
              HasSubstr("// ./elsewhere/b is left out: the workspace doesn't name it. To run its scripts"));
}

TEST_F(Init, packages_that_need_one_another_for_development_or_as_peers_are_left_to_their_manifests) {
  write("package.json", R"({"workspaces": ["*"]})");
  for (const char* kind : {"devDependencies", "peerDependencies"}) {
    write("a/package.json",
          R"({"name": "a", "scripts": {"build": "x"}, ")" + std::string(kind) + R"(": {"b": "*"}})");
    write("b/package.json",
          R"({"name": "b", "scripts": {"build": "x"}, "dependencies": {"a": "*", "b": "*"}})");
    EXPECT_THAT(needs_of_glob(workspace(), "./*", "build"), ElementsAre("^"));
  }
}

TEST_F(Init, packages_that_use_one_another_make_no_cycle) {
  write("a/package.json",
        R"({"name": "a", "scripts": {"build": "x"}, "devDependencies": {"b": "file:../b"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"build": "x"}, "dependencies": {"c": "file:../c"}})");
  write("c/package.json", R"({"name": "c", "scripts": {"test": "x"}, "dependencies": {"a": "file:../a"}})");
  const Workspace made = workspace();
  EXPECT_THAT(plan(made, "./b", "build"), ElementsAre("./a:build", "./b:build"));
  EXPECT_THAT(plan(made, "./a", "build"), ElementsAre("./a:build"));
  EXPECT_THAT(text(), HasSubstr("./a:build doesn't wait for ./b:build, which waits for it."))
      << "what is no dependency when it runs gives way";
}

TEST_F(Init, what_most_packages_of_a_folder_need_is_said_by_a_pattern) {
  write("package.json",
        R"({"workspaces": ["libs/*", "apps/*", "!apps/old", ".tools/*"], "scripts": {"gen": "x"}})");
  write("turbo.json",
        R"({"tasks": {"build": {"dependsOn": ["^build", "//#gen"]}, "test": {"dependsOn": ["^build"]},
    "e2e": {"dependsOn": ["build"]}, "odd#test": {"dependsOn": []}}})");
  for (const char* name : {"libs/a", "libs/b", "libs/c", "apps/x", "apps/y", "apps/old", ".tools/t"})
    write(std::string(name) + "/package.json",
          R"({"name": ")" + std::string(name).substr(5) +
              R"(", "scripts": {"build": "x", "test": "x"}, "dependencies": {"a": "*"}})");
  write("libs/odd/package.json", R"({"name": "odd", "scripts": {"test": "x"}})");
  write("libs/whole/package.json",
        R"({"name": "whole", "scripts": {"build": "x", "e2e": "x"}, "dependencies": {"a": "*"}})");
  write("libs/none/readme.md", "");
  const Workspace made = workspace();
  EXPECT_THAT(needs_of_glob(made, "./libs/*", "build"), ElementsAre("^", "& ./:gen"));
  EXPECT_THAT(needs_of_glob(made, "./libs/*", "test"), ElementsAre("^build"));
  EXPECT_THAT(needs_of_glob(made, "./libs/*", "e2e"), ElementsAre(":build"));
  EXPECT_THAT(needs_of_glob(made, "./apps/*", "build"), ElementsAre("^", "& ./:gen"))
      << "a new package would be a member";
  EXPECT_THAT(names(made.dependencies), ElementsAre("./.tools/t", "./libs/odd"));
  EXPECT_THAT(needs(made, "./libs/odd", "test"), ElementsAre());
  EXPECT_THAT(plan(made, "./libs/b", "test"), ElementsAre("./:gen", "./libs/a:build", "./libs/b:test"));
  EXPECT_THAT(plan(made, "./libs/odd", "test"), ElementsAre("./libs/odd:test"));
}

TEST_F(Init, a_pattern_stands_only_where_a_new_package_would_be_a_member_and_for_packages_alone) {
  write("package.json", R"({"workspaces": ["web", "worker", "libs/*", "all/x", "all/y"]})");
  write("nx.json", "{}");
  for (const char* name : {"web", "worker", "libs/a", "libs/b", "all/x", "all/y"})
    write(std::string(name) + "/package.json",
          R"({"name": ")" + std::string(name) +
              R"(", "scripts": {"build": "x"}, "dependencies": {"libs/a": "*"}})");
  for (const char* folder : {"all/docs", "docs", "scripts", "tools"}) write(std::string(folder) + "/x", "");
  write("libs/other/project.json", R"({"name": "other", "targets": {"build": {"command": "x"}}})");
  const Workspace made = workspace();
  EXPECT_THAT(needs_of_glob(made, "./libs/*", "build"), ElementsAre("^"));
  EXPECT_THAT(names(made.dependencies), ElementsAre("./libs/other", "./web", "./worker"))
      << "./* would be any folder";
  EXPECT_THAT(needs_of_glob(made, "./all/*", "build"), ElementsAre("^")) << "most are packages";
  EXPECT_THAT(needs(made, "./libs/other", "build"), ElementsAre()) << "nx runs it";
}

TEST_F(Init, a_pattern_names_tasks_of_each_package_and_passes_over_those_that_lack_them) {
  write("package.json", R"({"workspaces": ["p/*"]})");
  write("turbo.json", R"({"tasks": {
    "build": {"dependsOn": ["gen", "^build", "setup"]}, "gen": {"dependsOn": ["tools#make", "prepare"]},
    "prepare": {"dependsOn": ["^gen"]}, "setup": {"dependsOn": ["nobody", "^setup"]}, "e2e": {"dependsOn": ["dev", "d#build"]},
    "c#dev": {"persistent": true}, "odd#gen": {"dependsOn": []}}})");
  const auto package = [&](const std::string& name, const std::string& uses,
                           std::vector<std::string> scripts) {
    std::string all;
    for (const std::string& script : scripts) all += (all.empty() ? "\"" : ", \"") + script + R"(": "x")";
    write("p/" + name + "/package.json",
          R"({"name": ")" + name + R"(", "dependencies": {)" + uses + R"(}, "scripts": {)" + all + "}}");
  };
  package("a", R"("b": "*")", {"build", "gen"});
  package("b", "", {"build", "gen", "prepare"});
  package("c", R"("b": "*")", {"build", "dev", "e2e"});
  package("d", R"("c": "*")", {"test"});
  package("odd", R"("b": "*")", {"build"});
  write("tools/package.json", R"({"name": "tools", "scripts": {"make": "x"}})");
  write("package.json", R"({"workspaces": ["p/*", "tools"]})");
  const Workspace made = workspace();
  EXPECT_THAT(needs_of_glob(made, "./p/*", "build"), ElementsAre(":gen", "& ^"));
  EXPECT_THAT(needs_of_glob(made, "./p/*", "gen"), ElementsAre("./tools:make", "& :prepare"));
  EXPECT_THAT(needs_of_glob(made, "./p/*", "prepare"), ElementsAre("^gen"));
  EXPECT_THAT(names(made.dependencies), ElementsAre("./p/odd"));
  EXPECT_THAT(needs(made, "./p/odd", "build"), ElementsAre("^")) << "its gen would need nothing";
  EXPECT_THAT(plan(made, "./p/a", "build"), ElementsAre("./tools:make", "./p/b:prepare", "./p/b:gen",
                                                        "./p/a:gen", "./p/b:build", "./p/a:build"));
  EXPECT_THAT(plan(made, "./p/c", "build"),
              ElementsAre("./tools:make", "./p/b:prepare", "./p/b:gen", "./p/b:build", "./p/c:build"))
      << "it lacks gen, and what that comes after stays before";
  EXPECT_THAT(line("\"e2e\""), AllOf(HasSubstr(R"({ "task": "dev", "async": true })"),
                                     HasSubstr("./tools:make"), Not(HasSubstr("./p/d:build"))))
      << "another package's task is named only where it has it";
}

TEST_F(Init, a_script_that_the_root_runs_in_all_packages_in_order_comes_after_those_it_uses) {
  write("package.json",
        R"({"name": "all", "scripts": {"compile": "pnpm -r run compile", "lint": "pnpm -r --parallel lint",
    "test": "lerna run test", "check": "yarn workspaces foreach -pt run check", "fmt": "pnpm -r fmt && x"}})");
  write("pnpm-workspace.yaml", "packages: ['*']\n");
  const char* scripts = R"("scripts": {"compile": "x", "lint": "x", "test": "x", "check": "x", "fmt": "x"})";
  write("a/package.json", std::string(R"({"name": "a", )") + scripts + "}");
  write("b/package.json", std::string(R"({"name": "b", "dependencies": {"a": "*"}, )") + scripts + "}");
  const Workspace made = workspace();
  for (const char* task : {"compile", "test", "check"})
    EXPECT_THAT(needs_of_glob(made, "./*", task), ElementsAre("^")) << task;
  for (const char* task : {"lint", "fmt", "build"})
    EXPECT_THAT(needs_of_glob(made, "./*", task), ElementsAre()) << task;
}

TEST_F(Init, order_goes_through_packages_without_the_task) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x"}, "dependencies": {"b": "*"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"test": "x"}, "dependencies": {"c": "*"}})");
  write("c/package.json", R"({"name": "c", "scripts": {"build": "x"}})");
  EXPECT_THAT(plan(workspace(), "./a", "build"), ElementsAre("./c:build", "./a:build"));
}

TEST_F(Init, what_turbo_says_of_the_order_is_said_by_entries) {
  write("package.json", R"({"workspaces": ["*"], "scripts": {"gen": "x", "lint": "turbo lint --filter=a"}})");
  write("turbo.json", R"({"tasks": {
    "build": {"dependsOn": ["^build", "gen"]}, "lint": {"dependsOn": ["^build", "//#gen"]},
    "test": {"dependsOn": ["build", "$CI"]}, "b#test": {"dependsOn": []}, "dev": {"persistent": true, "with": ["b#dev"]},
    "e2e": {"dependsOn": ["dev"]}}})");
  write("a/package.json", R"({"name": "a", "dependencies": {"b": "*"},
    "scripts": {"build": "x", "gen": "x", "lint": "x", "test": "x", "dev": "x", "e2e": "x"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"build": "x", "test": "x", "dev": "x"}})");
  write("c/package.json", R"({"name": "c", "dependencies": {"b": "*"},
    "scripts": {"build": "x", "gen": "x", "test": "x", "lint": "x", "dev": "x", "e2e": "x"}})");
  write("c/turbo.json", R"({"extends": ["//"], "tasks": {
    "test": {"dependsOn": ["gen"]}, "build": {"outputs": []}, "lint": {"dependsOn": ["$TURBO_EXTENDS$", "gen"]},
    "dev": {"persistent": false}}})");
  const Workspace made = workspace();
  EXPECT_THAT(plan(made, "./a", "build"), ElementsAre("./b:build", "./a:gen", "./a:build"));
  EXPECT_THAT(plan(made, "./a", "lint"), ElementsAre("./b:build", "./:gen", "./a:lint"));
  EXPECT_THAT(plan(made, "./a", "test"), ElementsAre("./b:build", "./a:gen", "./a:build", "./a:test"));
  EXPECT_THAT(plan(made, "./b", "test"), ElementsAre("./b:test"));
  EXPECT_THAT(plan(made, "./c", "test"), ElementsAre("./c:gen", "./c:test"));
  EXPECT_THAT(plan(made, "./c", "build"), ElementsAre("./b:build", "./c:gen", "./c:build"))
      << "as the root says";
  EXPECT_THAT(plan(made, "./c", "lint"), ElementsAre("./b:build", "./:gen", "./c:gen", "./c:lint"));
  EXPECT_THAT(needs(made, "./c", "e2e"), ElementsAre("./c:dev")) << "it ends here";
  EXPECT_THAT(plan(made, "./a", "dev"), ElementsAre("./b:dev b", "./a:dev b"));
  EXPECT_THAT(needs(made, "./a", "e2e"), ElementsAre("./a:dev"));
  EXPECT_EQ(made.tasks.at("dev").async, true) << "a slot is for what ends";
  EXPECT_EQ(made.projects.at("./c").tasks.at("dev").async, false);
  EXPECT_THAT(plan(made, "./", "lint"), ElementsAre("./:lint"))
      << "the root's own scripts follow //#lint alone";
}

TEST_F(Init, what_a_task_without_a_script_needs_comes_before_as_well) {
  write("package.json", R"({"workspaces": ["*"]})");
  write(
      "turbo.json",
      R"({"tasks": {"check": {"dependsOn": ["gen", "far#gen"]}, "gen": {"dependsOn": ["^gen", "tools#make", "gen"]}}})");
  write("a/package.json", R"({"name": "a", "dependencies": {"b": "*"}, "scripts": {"check": "x"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"gen": "x"}})");
  write("far/package.json", R"({"name": "far", "dependencies": {"last": "*"}, "scripts": {"x": "y"}})");
  write("last/package.json", R"({"name": "last", "scripts": {"gen": "x"}})");
  write("tools/package.json", R"({"name": "tools", "scripts": {"make": "x"}})");
  EXPECT_THAT(plan(workspace(), "./a", "check"),
              ElementsAre("./tools:make", "./b:gen", "./last:gen", "./a:check"));
}

TEST_F(Init, scripts_of_the_root_that_run_those_of_all_packages_collect_them) {
  write("package.json", R"({"workspaces": ["*"], "scripts": {
    "build": "turbo run build", "dev": "npx turbo run dev --parallel --ui=tui", "test": "pnpm -r --stream run test",
    "lint": "turbo run lint --filter=a", "fmt": "turbo fmt && x", "gen": "turbo run build", "e2e": "turbo run e2e"}})");
  write("turbo.json",
        R"({"tasks": {"build": {"dependsOn": ["^build"]}, "//#e2e": {}, "a#serve": {"persistent": true},
    "dev": {"persistent": true, "dependsOn": ["^build"]}}})");
  const char* scripts =
      R"("scripts": {"build": "x", "dev": "x", "test": "x", "lint": "x", "fmt": "x", "e2e": "x", "serve": "x"})";
  write("a/package.json", std::string(R"({"name": "a", "dependencies": {"b": "*"}, )") + scripts + "}");
  write("b/package.json", std::string(R"({"name": "b", )") + scripts + "}");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_THAT(names(tasks), ElementsAre("build", "dev", "test"));
  for (const auto& [name, task] : tasks) EXPECT_EQ(command(made, "./", name), "null") << name;
  EXPECT_THAT(plan(made, "./", "build"), ElementsAre("./b:build", "./a:build", "./:build"));
  EXPECT_THAT(needs(made, "./", "dev"), ElementsAre("./a:", "& ./b:"));
  EXPECT_EQ(made.projects.at("./a").tasks.at("serve").async, true);
  EXPECT_FALSE(made.projects.at("./b").tasks.contains("serve"));
  EXPECT_EQ(made.recursive.size(), 1U) << "only what the root needs needs something by its name";
  EXPECT_THAT(
      text(),
      HasSubstr("// build, dev and test of the root run those of all packages, as in package.json.\n"));
}

TEST_F(Init, a_package_below_another_workspace_names_those_that_it_uses) {
  write("pnpm-workspace.yaml", "packages: ['a', 'more/*', 'more']\n");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x"}})");
  write("more/package.json",
        R"({"name": "more", "workspaces": ["*"], "scripts": {"build": "x"}, "dependencies": {"a": "*"}})");
  for (const char* name : {"more/b", "more/c"})
    write(std::string(name) + "/package.json",
          R"({"name": ")" + std::string(name) + R"(", "scripts": {"build": "x"},
      "dependencies": {"a": "*"}})");
  const Workspace made = workspace();
  EXPECT_THAT(needs_of_glob(made, "./more/*", "build"), ElementsAre("./a:"));
  EXPECT_THAT(needs_of_glob(made, "./*", "build"), ElementsAre("^"));
}

TEST_F(Init, a_package_of_another_workspace_is_meant_only_by_its_folder) {
  write("one/package.json", R"({"workspaces": ["*"], "scripts": {"x": "y"}})");
  write("two/package.json", R"({"workspaces": ["*"], "scripts": {"x": "y"}})");
  const auto uses = [&](const std::string& how) {
    write("one/a/package.json",
          R"({"name": "a", "dependencies": {"b": ")" + how + R"("}, "scripts": {"build": "x"}})");
  };
  write("two/b/package.json", R"({"name": "b", "scripts": {"build": "x"}})");
  uses("1.0.0");
  EXPECT_TRUE(workspace().dependencies.empty()) << "it comes from a registry";
  uses("file:../../two/b");
  EXPECT_THAT(needs(workspace(), "./one/a", "build"), ElementsAre("./two/b:"));
}

TEST_F(Init, what_wireit_runs_it_puts_in_order_itself) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "wireit"}, "dependencies": {"b": "*"},
                              "wireit": {"build": {"dependencies": ["../b:build"]}}})");
  write("b/package.json", R"({"name": "b", "scripts": {"build": "wireit"}, "devDependencies": {"a": "*"}})");
  EXPECT_TRUE(workspace().dependencies.empty());
  EXPECT_THAT(text(), HasSubstr("// wireit runs itself what its scripts need.\n"));
}

TEST_F(Init, patterns_of_pnpm_name_hidden_folders_and_take_out_whatever_stands_later) {
  write("pnpm-workspace.yaml", "packages: ['!**/old', 'packages/**', 'examples/.test/*', '.tools', '.']\n");
  for (const char* folder : {"packages", "packages/a/b/c/d", "packages/old", "packages/.hidden",
                             "examples/.test/x", "examples/y", ".tools", "packages/node_modules/z"})
    write(std::string(folder) + "/package.json", R"({"scripts": {"dev": "x"}})");
  EXPECT_THAT(names(workspace().projects),
              ElementsAre("./.tools", "./examples/.test/x", "./packages", "./packages/a/b/c/d"));
}

TEST_F(Init, braces_in_patterns_are_alternatives) {
  write("package.json", R"({"workspaces": {"packages": ["{apps,libs}/*", "!{apps,libs}/old"]}})");
  for (const char* folder : {"apps/a", "libs/b", "apps/old", "other/c"})
    write(std::string(folder) + "/package.json", R"({"scripts": {"dev": "x"}})");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./apps/a", "./libs/b"));
}

TEST_F(Init, many_members_without_tasks_are_told_as_one) {
  write("deno.json", R"({"workspace": ["./a", "./b", "./c", "./d", "./e"], "tasks": {"test": "x"}})");
  for (const char* folder : {"a", "b", "c", "d"}) write(std::string(folder) + "/deno.json", "{}");
  write("e/deno.json", R"({"tasks": {"test": "x"}})");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./", "./e"));
  ASSERT_EQ(made.project_globs.size(), 1U);
  EXPECT_EQ(made.settings_of("./c")->executor, "deno");
}

TEST_F(Init, tasks_of_deno_beside_scripts_of_npm_are_tasks_of_the_same_project) {
  write("package.json", R"({"scripts": {"dev": "x"}})");
  write("deno.json", R"({"tasks": {"dev": "y", "check": "z"}})");
  const Workspace made = workspace();
  EXPECT_EQ(made.projects.at("./").tasks.at("check").executor, "deno");
  EXPECT_THAT(text(), HasSubstr("Not taken over: tasks of deno.json with names from package.json of ./."));
}

TEST_F(Init, a_script_that_starts_all_at_once_needs_no_slots) {
  write("package.json", R"({"workspaces": ["p/*"], "scripts": {"dev": "pnpm -r --parallel run dev",
    "start": "lerna run start --parallel", "watch": "turbo run watch --parallel", "test": "pnpm -r test",
    "lint": "nx run-many -t lint --parallel", "serve": "bun run --filter '*' serve",
    "build": "bun run --filter '*' build"}})");
  for (const char* name : {"a", "b"})
    write(
        "p/" + std::string(name) + "/package.json",
        R"({"scripts": {"dev": "x", "start": "x", "watch": "x", "test": "x", "lint": "x", "serve": "x", "build": "x"}})");
  const Workspace made = workspace();
  for (const std::string task : {"dev", "start", "watch", "serve"})
    EXPECT_THAT(needs(made, "./", task),
                ElementsAre("./p/a:" + task + " async", "& ./p/b:" + task + " async"));
  for (const char* task : {"test", "lint", "build"})
    EXPECT_THAT(needs(made, "./", task), ElementsAre("./p/a:", "& ./p/b:"));
}

TEST_F(Init, files_of_the_root_that_count_for_all_packages_are_named) {
  write("package.json", R"({"workspaces": ["p/*"]})");
  write("yarn.lock", "");
  write("turbo.json", R"({"globalDependencies": ["tsconfig.json", "**/.env.*local", "!x", "{a,b}.js"]})");
  write("nx.json", R"({"namedInputs": {"sharedGlobals": ["{workspaceRoot}/babel.config.json", "default"]}})");
  write("p/a/package.json", R"({"scripts": {"test": "x"}})");
  EXPECT_THAT(workspace().affects, Optional(ElementsAre("dream.json", "dream.local.json", "package.json",
                                                        "yarn.lock", "turbo.json", "nx.json", "tsconfig.json",
                                                        "**/.env.*local", "babel.config.json")));
  EXPECT_THAT(text(), HasSubstr("`affects` lacks !x and {a,b}.js: dream has no such globs."));
  write("deep/package.json", R"({"workspaces": ["p/*"]})");
  write("deep/p/a/package.json", R"({"scripts": {"test": "x"}})");
  EXPECT_THAT(workspace("deep/package.json").affects,
              Optional(ElementsAre("dream.json", "dream.local.json", "deep/package.json")));
  write("package.json", R"({"scripts": {"test": "x"}})");
  std::filesystem::remove_all(folder_.path() / "deep");
  EXPECT_EQ(workspace().affects, std::nullopt) << "no workspace";
}

}  // namespace
}  // namespace dream::init
