#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// Members that only the configuration of rush or lerna names.
namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class RushInit : public Init {
 protected:
  RushInit() {
    write("rush.json", R"({ /* c */ "projects": [
      {"packageName": "@x/app", "projectFolder": "apps/app", "decoupledLocalDependencies": ["tool"]},
      {"packageName": "lib", "projectFolder": "libs/lib"}, {"packageName": "tool", "projectFolder": "tool"}]})");
    write("apps/app/package.json",
          R"({"name": "@x/app", "dependencies": {"lib": "workspace:*"}, "devDependencies": {"tool": "1"},
              "scripts": {"build": "x", "test": "x", "lint": "x", "_phase:test": "x", "_phase:build": "x"}})");
    write("libs/lib/package.json",
          R"({"name": "lib", "scripts": {"build": "x", "test": "x", "lint": "x", "_phase:build": "x"}})");
    write("tool/package.json", R"({"name": "tool", "scripts": {"build": "x"}})");
    write("other/package.json", R"({"name": "other", "scripts": {"build": "x"}})");
    write("common/scripts/package.json", R"({"scripts": {"x": "x"}})");
  }
};

TEST_F(RushInit, projects_of_rush_are_its_members) {
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./apps/app", "./libs/lib", "./tool"));
  EXPECT_THAT(needs(made, "./apps/app", "build"), ElementsAre("^"));
  EXPECT_THAT(text(), AllOf(HasSubstr("// ./other is left out"), Not(HasSubstr("common/scripts")),
                            HasSubstr(R"("affects": ["dream.json", "dream.local.json", "rush.json"])")));
}

TEST_F(RushInit, a_project_in_a_rush_of_its_own_has_its_needs_written_out) {
  write("apps/rush.json", R"({"projects": [{"packageName": "@x/app", "projectFolder": "app"}]})");
  EXPECT_THAT(needs(workspace(), "./apps/app", "build"), ElementsAre("./libs/lib:"))
      << "the executor looks in the nearest, and \"tool\" is taken from a registry";
}

TEST_F(RushInit, a_folder_may_be_written_in_any_way) {
  for (const std::string written : {"apps/app/", "./apps/app", "apps/./app//"}) {
    write("rush.json", R"({"projects": [{"projectFolder": "libs/lib/"}, {"projectFolder": ")" + written +
                           R"(", "decoupledLocalDependencies": ["lib"]}]})");
    write("apps/rush.json", "{}");  // so that needs are written out
    const Workspace made = workspace();
    EXPECT_THAT(names(made.projects), ElementsAre("./apps/app", "./libs/lib")) << written;
    EXPECT_FALSE(made.dependencies.contains("./apps/app")) << written;
  }
}

TEST_F(RushInit, commands_and_phases_of_rush_keep_their_order) {
  write("common/config/rush/command-line.json", R"({
    "commands": [{"commandKind": "bulk", "name": "test"},
                 {"commandKind": "bulk", "name": "lint", "ignoreDependencyOrder": true},
                 {"commandKind": "phased", "name": "build", "phases": ["_phase:build", "_phase:test"]},
                 {"commandKind": "global", "name": "tidy", "summary": "Tidies.", "shellCommand": "x"}],
    "phases": [{"name": "_phase:build", "dependencies": {"upstream": ["_phase:build"]}},
               {"name": "_phase:test", "dependencies": {"self": ["_phase:build"]}}]})");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./apps/app", "test"), ElementsAre("^"));
  EXPECT_FALSE(made.dependencies.at("./apps/app").contains("lint"));
  EXPECT_THAT(needs(made, "./apps/app", "_phase:build"), ElementsAre("^"));
  EXPECT_THAT(needs(made, "./apps/app", "_phase:test"), ElementsAre("./apps/app:_phase:build"));
  EXPECT_THAT(text(), HasSubstr("// `rush build` is `dream run _phase:build _phase:test --all` here.\n"));
  EXPECT_EQ(command(made, "./", "tidy"), R"({ "rush", "tidy" })");
  EXPECT_EQ(made.projects.at("./").tasks.at("tidy").description, "Tidies.");
  write("common/scripts/install-run-rush.js", "");
  EXPECT_EQ(command(workspace(), "./", "tidy"),
            R"({ "node", "common/scripts/install-run-rush.js", "tidy" })");
}

TEST_F(RushInit, what_rush_runs_in_each_project_in_place_of_scripts_is_left_to_it) {
  write("common/config/rush/command-line.json", R"({
    "commands": [{"commandKind": "bulk", "name": "lint", "summary": "Checks.", "shellCommand": "x --all"},
                 {"commandKind": "bulk", "name": "test"},
                 {"commandKind": "phased", "name": "check", "phases": ["_phase:build", "_phase:own"]},
                 {"commandKind": "phased", "name": "make", "phases": ["_phase:build"]}],
    "phases": [{"name": "_phase:build"}, {"name": "_phase:own", "shellCommand": "y"}]})");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("check", "lint"));
  EXPECT_EQ(command(made, "./", "lint"), R"({ "rush", "lint" })");
  EXPECT_FALSE(made.dependencies.at("./apps/app").contains("lint")) << "its order is that of another command";
  EXPECT_THAT(text(),
              AllOf(HasSubstr("// rush runs a command of its own in each project for lint and check, and no "
                              "script: a task of the root calls rush.\n"),
                    HasSubstr("`rush make` is"), Not(HasSubstr("`rush check` is"))));
}

TEST_F(Init, members_of_lerna_are_those_that_its_file_names) {
  write("package.json", R"({"scripts": {"build": "lerna run build"}})");
  write("lerna.json", R"({"packages": ["libs/*"]})");
  write("libs/a/package.json", R"({"name": "a", "dependencies": {"b": "1"}, "scripts": {"build": "x"}})");
  write("libs/b/package.json", R"({"name": "b", "scripts": {"build": "x"}})");
  write("packages/c/package.json", R"({"name": "c", "scripts": {"build": "x"}})");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./", "./libs/a", "./libs/b"));
  EXPECT_THAT(needs_of_glob(made, "./libs/*", "build"), ElementsAre("^"));
  EXPECT_THAT(needs(made, "./", "build"), ElementsAre("./libs/a:", "& ./libs/b:"));
  write("lerna.json", "{}");
  EXPECT_THAT(names(workspace().projects), ElementsAre("./", "./packages/c"));
}

TEST_F(Init, how_many_scripts_run_at_a_time_is_told) {
  write("package.json",
        R"({"workspaces": ["*"], "scripts": {"build": "pnpm -r --workspace-concurrency=1 run build",
                                                             "test": "lerna run test --concurrency 2",
                                                             "lint": "turbo run lint --concurrency=50%"}})");
  write("a/package.json", R"({"name": "a", "scripts": {"test": "x", "build": "x", "lint": "x"}})");
  EXPECT_THAT(text(), AllOf(HasSubstr("// build of the root runs 1 at a time: `dream build -j 1`.\n"),
                            HasSubstr("// test of the root runs 2 at a time: `dream test -j 2`.\n"),
                            HasSubstr("// lint of the root runs 50% of the processors at a time: `dream lint "
                                      "-j N`.\n")));
}

TEST_F(Init, yarn_runs_in_order_by_an_option_among_others) {
  write("package.json",
        R"({"workspaces": ["*"], "scripts": {"test:all": "yarn workspaces foreach -pvit run test",
                                                             "all": "yarn workspaces foreach -Apv run lint"}})");
  write("a/package.json",
        R"({"name": "a", "dependencies": {"b": "*"}, "scripts": {"test": "x", "lint": "x"}})");
  write("b/package.json", R"({"name": "b", "scripts": {"test": "x", "lint": "x"}})");
  const Workspace made = workspace();
  EXPECT_THAT(needs_of_glob(made, "./*", "test"), ElementsAre("^"));
  EXPECT_THAT(needs_of_glob(made, "./*", "lint"), ElementsAre());
}

TEST_F(Init, what_lerna_runs_in_all_packages_runs_in_those_that_its_file_names) {
  write(
      "package.json",
      R"({"workspaces": ["mods/*", "extra"], "scripts": {"build": "lerna run build", "test": "npm run -ws test"}})");
  write("lerna.json", R"({"packages": ["mods/*"]})");
  for (const char* folder : {"mods/a", "mods/b", "extra"})
    write(folder + std::string("/package.json"), R"({"scripts": {"build": "x", "test": "x"}})");
  EXPECT_THAT(needs(workspace(), "./", "build"), ElementsAre("./mods/a:", "& ./mods/b:"));
  EXPECT_THAT(needs(workspace(), "./", "test"), ElementsAre("./mods/a:", "./mods/b:", "./extra:"));
  for (const char* other :
       {R"({"packages": ["mods/*"], "useWorkspaces": true})", R"({"version": "1.0.0"})"}) {
    write("lerna.json", other);
    EXPECT_THAT(needs(workspace(), "./", "build"), ElementsAre("./extra:", "& ./mods/a:", "& ./mods/b:"))
        << other;
  }
}

}  // namespace
}  // namespace dream::init
