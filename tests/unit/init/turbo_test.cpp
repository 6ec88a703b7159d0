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

TEST_F(Init, turbo_jsonc_is_read_like_turbo_json) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("turbo.jsonc", R"({ /* all */ "globalDependencies": ["tsconfig.json"],
    "tasks": {"test": {"dependsOn": ["gen"]}}})");
  write("a/package.json", R"({"name": "a", "scripts": {"test": "x", "gen": "x", "lint": "x"}})");
  write("a/turbo.jsonc", R"({"extends": ["//"], "tasks": {"lint": {"dependsOn": ["gen"]}}} // its own)");
  const Workspace made = workspace();
  EXPECT_THAT(plan(made, "./a", "test"), ElementsAre("./a:gen", "./a:test"));
  EXPECT_THAT(plan(made, "./a", "lint"), ElementsAre("./a:gen", "./a:lint"));
  EXPECT_THAT(*made.affects,
              ElementsAre("dream.json", "dream.local.json", "package.json", "turbo.jsonc", "tsconfig.json"));
  EXPECT_EQ(text("turbo.jsonc"), text());
}

TEST_F(Init, a_server_that_turbo_never_caches_lasts_if_nobody_waits_for_its_end) {
  write("package.json", R"({"workspaces": ["*"], "scripts": {"dev": "turbo run dev"}})");
  write("a/package.json", R"({"name": "a", "scripts": {"dev": "x", "e2e": "x"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"dev": "x"}, "dependencies": {"a": "*"}})");
  const auto plan_with = [&](const std::string& tasks) {
    write("turbo.json", R"({"tasks": {)" + tasks + "}}");
    return plan(workspace(), "./", "dev");
  };
  const auto in_background = UnorderedElementsAre("./a:dev b", "./b:dev b", "./:dev b");
  const auto in_front = UnorderedElementsAre("./a:dev", "./b:dev", "./:dev");
  EXPECT_THAT(plan_with(R"("dev": {"cache": false})"), in_background);
  EXPECT_TRUE(workspace().tasks.at("dev").async.value_or(false));
  EXPECT_THAT(plan_with(R"("dev": {"cache": false, "outputs": [], "dependsOn": ["^build"]})"), in_background);
  for (const char* ends : {R"("dev": {})", R"("dev": {"cache": false, "persistent": false})",
                           R"("dev": {"cache": false, "outputs": ["dist/**"]})",
                           R"("dev": {"cache": false, "dependsOn": ["^dev"]})",
                           R"("dev": {"cache": false}, "e2e": {"dependsOn": ["a#dev"]})"})
    EXPECT_THAT(plan_with(ends), in_front) << ends;
  write("a/turbo.json", R"({"extends": ["//"], "tasks": {"dev": {"outputs": ["dist/**"]}}})");
  EXPECT_THAT(plan_with(R"("dev": {"cache": false})"),
              UnorderedElementsAre("./a:dev", "./b:dev b", "./:dev b"));
}

TEST_F(Init, turbo_jsonc_below_the_root_is_told) {
  write("Makefile", "x:\n\ty\n");
  write("web/turbo.jsonc", "{}");
  EXPECT_THAT(text(), HasSubstr("// Not read: web/turbo.jsonc."));
}

TEST_F(Init, a_script_of_the_root_with_hooks_stays_as_it_is) {
  write("package.json",
        R"({"workspaces": ["*"], "scripts": {"prebuild": "echo PRE", "build": "turbo run build",
    "posttest": "echo POST", "test": "turbo run test", "lint": "turbo run lint"}})");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x", "test": "x", "lint": "x"}})");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("lint"));
  EXPECT_THAT(text(),
              HasSubstr("// build of the root stays as it is, with prebuild: `dream build --all` would "
                        "run those of the packages twice.\n"));
  EXPECT_THAT(text(), HasSubstr("// test of the root stays as it is, with posttest: "));
}

TEST_F(Init, what_a_package_without_the_task_has_of_its_needs_comes_before_those_that_use_it) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("turbo.json", R"({"tasks": {"build": {"dependsOn": ["^build", "generate"]},
    "generate": {"dependsOn": ["fetch"]}, "test": {"dependsOn": ["^build"]}}})");
  write("web/package.json",
        R"({"name": "web", "dependencies": {"ui": "*"}, "scripts": {"build": "x", "test": "x"}})");
  write("ui/package.json", R"({"name": "ui", "dependencies": {"db": "*"}, "scripts": {"build": "x"}})");
  write("db/package.json", R"({"name": "db", "dependencies": {"api": "*"}, "scripts": {"generate": "x"}})");
  write("api/package.json", R"({"name": "api", "scripts": {"fetch": "x"}})");
  const Workspace made = workspace();
  EXPECT_THAT(plan(made, "./ui", "build"), ElementsAre("./api:fetch", "./db:generate", "./ui:build"));
  const std::vector<std::string> all = plan(made, "./web", "test");
  EXPECT_THAT(all, Contains("./db:generate"));
  EXPECT_LT(std::ranges::find(all, "./db:generate"), std::ranges::find(all, "./ui:build"));
  write("db/package.json",
        R"({"name": "db", "scripts": {"generate": "x", "build": "x"}, "dependencies": {"api": "*"}})");
  write("api/package.json", R"({"name": "api", "scripts": {"build": "x"}})");
  EXPECT_THAT(text(), Not(HasSubstr("^generate"))) << "nothing lacks the build";
}

TEST_F(Init, a_circle_of_one_task_leaves_the_others_to_the_manifests) {
  write("package.json", R"({"workspaces": ["p/*"]})");
  write("turbo.json", R"({"tasks": {"build": {"dependsOn": ["^build"]},
    "dev": {"persistent": true, "with": ["a#dev", "b#dev"]}}})");
  write("p/a/package.json",
        R"({"name": "a", "scripts": {"build": "x", "dev": "x", "test": "x"}, "dependencies": {"b": "*"}})");
  write("p/b/package.json", R"({"name": "b", "scripts": {"build": "x", "dev": "x", "test": "x"}})");
  EXPECT_THAT(needs(workspace(), "./p/a", "build"), ElementsAre("^"));
  EXPECT_THAT(plan(workspace(), "./p/a", "dev"), ElementsAre("./p/b:dev b", "./p/a:dev b"));
  EXPECT_THAT(text(), HasSubstr("// ./p/b:dev doesn't wait for ./p/a:dev, which waits for it.\n"));
  EXPECT_THAT(text(), Not(HasSubstr("itself")));
  write("turbo.json", R"({"tasks": {"build": {"dependsOn": ["^build"]}, "test": {"dependsOn": ["^test"]},
    "b#test": {"dependsOn": ["a#test"]}}})");
  EXPECT_THAT(needs(workspace(), "./p/a", "build"), ElementsAre("^"));
  EXPECT_THAT(plan(workspace(), "./p/b", "test"), ElementsAre("./p/b:test"));
  EXPECT_THAT(text(), HasSubstr("// ./p/b:test doesn't wait for ./p/a:test, which waits for it.\n"));
}

TEST_F(Init, what_turbo_runs_also_without_the_script_is_collected) {
  write(
      "package.json",
      R"({"workspaces": ["*"], "scripts": {"test": "turbo test", "lint": "turbo lint", "types": "pnpm -r types"}})");
  write("turbo.json",
        R"({"tasks": {"build": {"dependsOn": ["^build", "gen"]}, "test": {"dependsOn": ["build"]},
    "lint": {"dependsOn": ["^build"]}, "types": {"dependsOn": ["build"]}, "gen": {}}})");
  write("a/package.json",
        R"({"name": "a", "scripts": {"build": "x", "lint": "x"}, "dependencies": {"b": "*"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"build": "x", "test": "x", "types": "x"}})");
  write("c/package.json", R"({"name": "c", "scripts": {"gen": "x"}, "dependencies": {"d": "*"}})");
  write("d/package.json", R"({"name": "d", "scripts": {"build": "x"}})");
  write("e/package.json", R"({"name": "e", "scripts": {"build": "x"}})");
  write("e/turbo.json", R"({"extends": ["//"], "tasks": {"test": {"extends": false}}})");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "test"), ElementsAre("./b:", "& ./a:build", "& ./d:build", "& ./c:gen"));
  EXPECT_THAT(needs(made, "./", "lint"), ElementsAre("./a:", "& ./d:build")) << "a needs b's build itself";
  EXPECT_THAT(needs(made, "./", "types"), ElementsAre("./b:")) << "pnpm runs the scripts that there are";
}

TEST_F(Init, a_task_that_a_package_takes_away_is_not_collected) {
  write("package.json", R"({"workspaces": ["*"], "scripts": {"test": "turbo run test"}})");
  write("turbo.json", R"({"tasks": {"test": {"dependsOn": ["gen"]}}})");
  for (const char* name : {"a", "b", "c"})
    write(name + std::string("/package.json"),
          R"({"name": ")" + std::string(name) + R"(", "scripts": {"test": "x", "gen": "x"}})");
  write("b/turbo.json", R"({"extends": ["//"], "tasks": {"test": {"extends": false}}})");
  write("c/turbo.json", R"({"extends": ["//"], "tasks": {"test": {"extends": false, "cache": false}}})");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./", "test"), ElementsAre("./a:", "& ./c:"));
  EXPECT_THAT(plan(made, "./c", "test"), ElementsAre("./c:test")) << "a rule of its own";
  EXPECT_THAT(text(),
              HasSubstr("// turbo has no task test of ./b; dream runs its script also with --all.\n"));
}

TEST_F(Init, a_workspace_below_a_root_that_is_none_keeps_its_own_rules) {
  write("web/package.json", R"({"name": "web", "workspaces": ["apps/*"],
    "scripts": {"build": "turbo run build", "fmt": "x", "test": "turbo run test"}})");
  write("web/turbo.json", R"({"globalDependencies": [".env"],
    "tasks": {"build": {"dependsOn": ["fmt", "^build"]}, "test": {"dependsOn": ["build"]}}})");
  write("web/apps/x/package.json", R"({"name": "x", "dependencies": {"y": "*"},
    "scripts": {"build": "x", "test": "x"}})");
  write("web/apps/y/package.json", R"({"name": "y", "scripts": {"build": "x", "test": "x"}})");
  write("tools/package.json", R"({"name": "z", "scripts": {"build": "x"}})");
  const Workspace made = workspace();
  EXPECT_EQ(command(made, "./web", "build"), "null") << "or two builds would run in one folder";
  EXPECT_THAT(needs(made, "./web", "build"), ElementsAre("./web/apps/x:", "& ./web/apps/y:"));
  EXPECT_THAT(plan(made, "./web/apps/x", "test"),
              ElementsAre("./web/apps/y:build", "./web/apps/x:build", "./web/apps/x:test"));
  EXPECT_THAT(names(made.projects), testing::Contains("./tools"));
  EXPECT_THAT(text(), AllOf(Not(HasSubstr("Not read")), HasSubstr(R"("web/.env")")));
  write("b/package.json", R"({"workspaces": ["*"]})");
  write("b/lerna.json", "{}");
  write("b/c/package.json", R"({"name": "c", "scripts": {"build": "x"}})");
  EXPECT_THAT(text(), AllOf(HasSubstr(R"("web/.env")"), HasSubstr(R"("b/lerna.json")")));
}

TEST_F(Init, a_turbo_json_of_a_package_that_extends_nothing_is_not_read) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("turbo.json", R"({"tasks": {"build": {"dependsOn": ["^build"]}}})");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x", "gen": "x"}})");
  write("a/turbo.json", R"({"tasks": {"build": {"dependsOn": ["gen"]}}})");
  EXPECT_THAT(plan(workspace(), "./a", "build"), ElementsAre("./a:build"));
  EXPECT_THAT(text(), HasSubstr("// Not read: a/turbo.json: without \"extends\": [\"//\"]"));
}

TEST_F(Init, peers_are_in_front_of_nobody_where_turbo_orders) {
  write("package.json", R"({"workspaces": ["*"]})");
  write("a/package.json", R"({"name": "a", "scripts": {"build": "x"}, "devDependencies": {"b": "*"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"build": "x"}, "peerDependencies": {"c": "*"}})");
  write("c/package.json", R"({"name": "c", "scripts": {"build": "x"}, "dependencies": {"a": "*"}})");
  write("turbo.json", R"({"tasks": {"build": {"dependsOn": ["^build"]}}})");
  EXPECT_THAT(plan(workspace(), "./c", "build"), ElementsAre("./b:build", "./a:build", "./c:build"));
}

}  // namespace
}  // namespace dream::init
