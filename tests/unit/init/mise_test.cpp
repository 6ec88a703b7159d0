#include <gmock/gmock.h>

#include "init/toml.hpp"
#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class Mise : public Init {
 protected:
  void program(const std::string& path, const std::string& text) const {
    write(path, text);
    std::filesystem::permissions(folder_.path() / path, std::filesystem::perms::owner_all);
  }
};

TEST_F(Mise, tasks_of_mise_are_run_by_it) {
  write(
      "mise.toml",
      "[tools]\nnode = '22'\n[tasks]\nlint = 'x'\ntest.run = 'y'\n# c = 'd'\n[tasks.build]\nrun = \"a = b\"\n"
      "[tasks.\"docs:html\"]\ndescription = 'x'\n[tasks.own]\nhide = true\n[env]\nA = 'b'\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("build", "docs:html", "lint", "test"));
  EXPECT_EQ(command(made, "./", "docs:html"), R"({ "mise", "run", "docs:html" })");
}

TEST_F(Mise, programs_in_the_folders_of_mise_are_its_tasks) {
  program("mise-tasks/build", "#!/bin/sh\n#MISE description=\"all of it\"\n");
  program(".mise/tasks/docs/html.sh", "#!/bin/sh\n");
  program(".mise/tasks/docs/_default", "#!/bin/sh\n");
  program("mise-tasks/lint", "#!/bin/sh\n");
  program("mise-tasks/lint.sh", "#!/bin/sh\n");
  program("mise-tasks/own.ts", "#!/usr/bin/env node\n//MISE hide=true\n");
  program(".config/mise/tasks/own", "#!/bin/sh\n#MISE hide=true\n");
  write("mise-tasks/README.md", "no program\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks),
              ElementsAre("build", "docs", "docs:html", "lint", "lint.sh"));
  EXPECT_EQ(command(made, "./", "docs:html"), R"({ "mise", "run", "docs:html" })");
  EXPECT_EQ(made.projects.at("./").tasks.at("build").description, "all of it");
}

/// Where each line takes as long as the whole file, this takes minutes.
TEST_F(Mise, many_lines_of_a_program_that_are_no_toml_are_passed_over) {
  std::string lines = "#!/bin/sh\n";
  for (int line = 0; line < 40'000; ++line) lines += "#MISE =bad\n";
  program("mise-tasks/build", lines + "#MISE description=\"all of it\"\n");
  EXPECT_EQ(workspace().projects.at("./").tasks.at("build").description, "all of it");
}

TEST_F(Mise, places_that_a_file_names_are_looked_into_instead_of_the_usual_ones) {
  write("mise.toml",
        "[task_config]\nincludes = [\n  \"more.toml\", # further\n  'scripts',\n"
        "  \"git::https://h/r.git//x\",\n]\n");
  write("more.toml", "[build]\nrun = 'x'\n[\"docs:html\"]\ndescription = 'all pages'\n[own]\nhide = true\n");
  program("scripts/release", "#!/bin/sh\n");
  program("mise-tasks/unseen", "#!/bin/sh\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("build", "docs:html", "release"));
  EXPECT_EQ(made.projects.at("./").tasks.at("docs:html").description, "all pages");
  EXPECT_THAT(text(), HasSubstr("Not taken over: the included tasks of git::https://h/r.git//x."));
}

TEST_F(Mise, tasks_of_its_roots_are_those_of_their_folders) {
  write("mise.toml",
        "monorepo_root = true\n[monorepo]\nconfig_roots = ['apps/*', 'lib']\n[tasks]\nall = 'x'\n");
  write("apps/web/mise.toml", "[tasks.dev]\nrun = 'x'\n");
  write("apps/api/.config/mise.toml", "[tasks.dev]\nrun = 'x'\n");
  program("lib/mise-tasks/test.sh", "#!/bin/sh\n");
  write("other/mise.toml", "[tasks.no]\nrun = 'x'\n");
  Workspace made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./", "./apps/api", "./apps/web", "./lib"));
  EXPECT_EQ(command(made, "./apps/web", "dev"), R"({ "mise", "run", "dev" })");
  EXPECT_EQ(command(made, "./lib", "test"), R"({ "mise", "run", "test" })");
  write("mise.toml", "monorepo_root = true\n");
  made = workspace();
  EXPECT_THAT(names(made.projects), ElementsAre("./apps/api", "./apps/web", "./lib", "./other"));
}

TEST_F(Mise, texts_and_lists_of_several_lines_hold_no_tasks) {
  write("mise.toml", R"([tasks]
a = """
b=c
[tasks.d]
say \"""e = f\"""
"""
g = [
  "x=y", # h = i
  'k = l',
]
m = { run = "n = o", description = 'one, two' }
p.run = '''
q = r
'''
s = { hide = true, run = "t" }
)");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("a", "g", "m", "p"));
  EXPECT_EQ(made.projects.at("./").tasks.at("m").description, "one, two");
}

TEST(Toml, entries_are_in_the_order_of_the_file_with_those_of_inline_tables) {
  const auto entries = toml_entries(
      "z = {b = {c = true}, d = 'x}y'}\n\"c.d\".e = ['1', \"2\"]\n[[g]]\nh = 3\n[a]\nf.g = 4", "a.toml");
  ASSERT_TRUE(entries);
  std::vector<std::string> keys;
  for (const TomlEntry& entry : *entries) {
    std::string& key = keys.emplace_back();
    for (const std::string& part : entry.key) key += "/" + part;
  }
  EXPECT_THAT(keys, ElementsAre("/z", "/z/b", "/z/b/c", "/z/d", "/c.d", "/c.d/e", "/g", "/g/h", "/a", "/a/f",
                                "/a/f/g"));
  EXPECT_TRUE((*entries)[2].is_true);
  EXPECT_THAT((*entries)[3].texts, ElementsAre("x}y"));
  EXPECT_THAT((*entries)[5].texts, ElementsAre("1", "2"));
}

TEST(Toml, heads_of_tables_that_the_library_only_asserts_are_errors) {
  for (const char* text : {"[#", "[@", "[=]", "[}a]", "[[#", "[{{x}}]\n"})
    EXPECT_FALSE(toml_entries(text, "a")) << text;
  std::string name = "a";
  for (int parts = 0; parts < 200'000; ++parts) name += ".a";
  EXPECT_FALSE(toml_entries("[" + name + "]", "a"));
  EXPECT_FALSE(toml_entries(name + " = 1", "a"));
  EXPECT_FALSE(toml_entries("a = " + std::string(100'000, '['), "a"));
}

TEST_F(Mise, a_file_that_is_no_toml_is_an_error_with_its_line) {
  write("mise.toml", "[tasks]\na = \n");
  EXPECT_THAT(text("mise.toml"), HasSubstr("mise.toml: the file can't be understood: line 2, column 5: "));
  write("package.json", R"({"scripts": {"dev": "x"}})");
  EXPECT_THAT(text(),
              AllOf(HasSubstr("Not read: mise.toml: the file can't be understood: line 2, column 5: "),
                    HasSubstr("package.json: dev")));
}

}  // namespace
}  // namespace dream::init
