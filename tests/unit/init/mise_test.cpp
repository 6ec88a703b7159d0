#include <gmock/gmock.h>

#include "init/toml.hpp"
#include "init_fixture.hpp"

namespace dream::init {
namespace {

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

TEST(Toml, what_is_no_toml_is_passed_over) {
  const auto keys = [](std::string_view text) {
    std::vector<std::string> found;
    for (const TomlEntry& entry : toml_entries(text)) {
      std::string key;
      for (const std::string& part : entry.key) key += (key.empty() ? "" : "/") + part;
      found.push_back(key + "=" + entry.value);
    }
    return found;
  };
  EXPECT_THAT(keys("a = 1\n= 2\nb\n\"c.d\".e = [[1], {x = 2}] # f\n[[g]]\nh = 3"),
              ElementsAre("a=1", "c.d/e=[[1], {x = 2}]", "g=", "g/h=3"));
  EXPECT_THAT(keys("a = {b = {c = 1}, d = 'x}y'}\ne = 2"),
              ElementsAre("a={b = {c = 1}, d = 'x}y'}", "a/b={c = 1}", "a/b/c=1", "a/d='x}y'", "e=2"));
  for (const char* text :
       {"a = \"", "a = \"\"\"x", "a = \"\\", "a = [", "a = {b", "[", "[\"", "a.", "}", "a = {b = }}"})
    EXPECT_LE(toml_entries(text).size(), 2U) << text;
  EXPECT_THAT(toml_texts("[\"a\", 'b' ,\n # c\n\"\"\"d\"\"\",]"), ElementsAre("a", "b", "d"));
  EXPECT_THAT(toml_texts("'a'"), ElementsAre("a"));
}

}  // namespace
}  // namespace dream::init
