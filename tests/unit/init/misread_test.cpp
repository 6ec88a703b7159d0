#include <gmock/gmock.h>

#include "init_fixture.hpp"

/// What other tools' files say is taken as these tools take it.
namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, amounts_of_memory_may_be_bytes) {
  write("compose.yaml",
        "services:\n  a: {image: i, mem_limit: 536870912}\n  b: {image: i, shm_size: 67108864}\n"
        "  c: {image: i, deploy: {resources: {limits: {memory: 1073741824}}}}\n");
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("memory": "536870912")"));
  EXPECT_THAT(line("\"b\": {"), HasSubstr(R"("shmSize": "67108864")"));
  EXPECT_THAT(line("\"c\": {"), HasSubstr(R"("memory": "1073741824")"));
}

TEST_F(Init, no_part_of_a_line_runs_in_another_folder_than_the_one_that_is_missing) {
  write("mprocs.yaml", "procs:\n  a: {shell: 'echo 1; touch HERE', cwd: /none}\n");
  EXPECT_EQ(command(workspace(), "./", "a"), "cd /none || exit; echo 1; touch HERE");
}

TEST_F(Init, projects_that_nx_names_among_what_a_target_needs_are_others) {
  write("package.json", R"({"workspaces": ["p/*", "q/*", "r/*"]})");
  write("nx.json", R"({"targetDefaults": {
    "test": {"dependsOn": [{"target": "build", "projects": ["@x/b", "of-nx"]}]},
    "e2e": {"dependsOn": [{"target": "build", "projects": "@x/b"}]},
    "lint": {"dependsOn": [{"target": "build", "projects": ["self", "dependencies"]}]}}})");
  write("p/a/package.json", R"({"name": "@x/a", "dependencies": {"@x/b": "*"},
    "scripts": {"build": "x", "test": "x", "e2e": "x", "lint": "x"}})");
  write("q/b/package.json", R"({"name": "@x/b", "scripts": {"build": "x"}})");
  write("r/c/package.json", R"({"name": "@x/c", "nx": {"name": "of-nx"}, "scripts": {"build": "x"}})");
  const Workspace made = workspace();
  EXPECT_THAT(needs(made, "./p/a", "test"), ElementsAre("./q/b:build", "& ./r/c:build"));
  EXPECT_THAT(needs(made, "./p/a", "e2e"), ElementsAre("./q/b:build"));
  EXPECT_THAT(needs(made, "./p/a", "lint"), ElementsAre("./p/a:build", "& ^build"));
}

TEST_F(Init, what_only_looks_like_a_target_is_none) {
  write("Makefile",
        "vpath %.c src:lib\nbuild: ; x\nother.a:\n.RECIPEPREFIX = >\nrun:\n>docker run a:b\n"
        ">@echo x: y\n.RECIPEPREFIX =\nlast:\n\techo c: d\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("build", "last", "run"));
}

TEST_F(Init, what_only_looks_like_a_recipe_is_none) {
  write("justfile",
        "usage := '''\nfirst: one\n  second: two\n'''\nother := \"\"\"a\nthird: x\n\"\"\" + '''\n"
        "fourth:\n'''\none := '''on one line'''\n# it's''' a comment\nbuild:\n  echo '''\n"
        "quote := \"'''\"\ntest a='''x''': build\n  x\nlines := ```\nfifth: x\n```\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("build", "test"));
}

TEST_F(Init, a_package_of_another_version_than_the_one_that_is_here_comes_from_a_registry) {
  write("package.json", R"({"workspaces": ["p/*"]})");
  write("p/a/package.json", R"({"name": "a", "version": "1.0.0", "dependencies": {"b": "^1.0.0", "c": "^1"},
    "scripts": {"build": "x"}})");
  write("p/b/package.json", R"({"name": "b", "version": "2.0.0", "dependencies": {"a": "^1"},
    "scripts": {"build": "x"}})");
  write("p/c/package.json", R"({"name": "c", "scripts": {"build": "x"}})");
  const std::string made = text();
  EXPECT_THAT(made, Not(HasSubstr("doesn't wait"))) << "a waits for no b of the version 2";
  EXPECT_THAT(made, HasSubstr(R"("./p/*": { "build": ["^"] })"));
}

}  // namespace
}  // namespace dream::init
