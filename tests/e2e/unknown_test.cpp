#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "e2e/dream_run.hpp"

/// Projects of which nobody can tell whether they have a task: they don't count as those that lack it.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class Unknown : public ::testing::Test {
 protected:
  Unknown() {
    workspace.write("p/fine/package.json", R"({"scripts": {"build": "true"}})");
    workspace.write("p/other/package.json", R"({"scripts": {"lint": "true"}})");
  }

  Finished dream(const std::vector<std::string>& arguments) {
    return run(workspace, {.arguments = arguments});
  }

  /// Nothing is run, in the words of a run that names the project.
  void expect_refused(const std::string& task, int code = 2) {
    const Finished named = dream({task, "-p", "./p/odd"});
    EXPECT_EQ(named.code, code) << named.err;
    EXPECT_THAT(named.err, HasSubstr("./p/odd:" + task + " can't be started, so nothing is run: "));
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{task, "--all", "-j1"}, {task, "-p", "./p/*", "-p", "!./p/fine"}}) {
      const Finished refused = dream(words);
      EXPECT_EQ(refused.code, code) << refused.err;
      EXPECT_THAT(refused.err, HasSubstr(named.err.substr(0, named.err.find(" ("))));
    }
  }

  Workspace workspace{R"({"projects": {"./p/*": {"executor": "npm"}}})"};
};

TEST_F(Unknown, a_project_whose_manifest_is_broken_is_refused_by_those_who_select_it) {
  for (const char* manifest : {"{", R"({"scripts": []})", R"({"scripts": {"build": 5}})"}) {
    workspace.write("p/odd/package.json", manifest);
    expect_refused("build");
  }
  EXPECT_EQ(dream({"lint", "--all", "--list-only"}).out, "./p/other:lint\n")
      << "one script that can't be understood isn't all of them";
}

TEST_F(Unknown, a_project_whose_manifest_is_broken_is_told_by_those_who_only_look) {
  workspace.write("p/odd/package.json", "{");
  const std::string why = "p/odd/package.json:1:2: missing a name for object member";
  const Finished listed = dream({"build", "--all", "--list-only"});
  EXPECT_EQ(listed.code, 2) << "as a run";
  EXPECT_THAT(listed.err, AllOf(HasSubstr("./p/odd:build can't be started: "), HasSubstr(why)));
  const Finished plan = dream({"plan", "build", "--all"});
  EXPECT_EQ(plan.code, 0);
  EXPECT_THAT(plan.out, HasSubstr(why));
  const Finished valid = dream({"validate", "--strict"});
  EXPECT_EQ(valid.code, 1);
  EXPECT_THAT(valid.out, AllOf(HasSubstr("warning: the tasks of ./p/odd aren't known: "), HasSubstr(why)));
  const Finished list = dream({"list"});
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.out, AllOf(HasSubstr("./p/fine"), HasSubstr("warning: "), HasSubstr(why)));
}

TEST_F(Unknown, a_project_whose_manifest_is_broken_is_no_command_word) {
  workspace.write("p/odd/package.json", "{");
  EXPECT_THAT(run(workspace, {.arguments = {"trust"}, .folder = "p/odd"}).err,
              Not(HasSubstr("package.json")));
}

TEST_F(Unknown, what_a_glob_names_of_the_same_project_is_refused_too) {
  workspace.write("dream.json", R"({"projects": {"./p/*": {"executor": "npm"}, "./p/odd": {"executor": "npm",
    "tasks": {"test": {"executor": "shell", "command": "true"}}}},
    "workspace": {"./p/*": {"test": [":build"]}}})");
  workspace.write("p/odd/package.json", "{");
  const Finished refused = dream({"./p/odd:test"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("./p/odd:build can't be started, so nothing is run: "));
}

TEST_F(Unknown, what_manifests_name_is_refused_too) {
  workspace.write("dream.json", R"({"workspace": {"./p/*": {"build": ["^"]}},
    "projects": {"./p/*": {"executor": "npm"}}})");
  workspace.write("package.json", R"({"workspaces": ["p/*"]})");
  workspace.write("p/fine/package.json",
                  R"({"name": "fine", "scripts": {"build": "true"}, "dependencies": {"odd": "*"}})");
  workspace.write("p/odd/package.json", R"({"name": "odd", "scripts": []})");
  const Finished refused = dream({"./p/fine:build"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("./p/odd:build can't be started, so nothing is run: "));
}

TEST_F(Unknown, a_script_that_is_not_executable_is_there) {
  workspace.write("dream.json", R"({"projects": {"./p/*": {}}})");
  workspace.script("p/fine/scripts/t", "true\n");
  workspace.write("p/odd/scripts/t", "true\n");
  workspace.write("p/odd/scripts/notes.txt", "");
  EXPECT_EQ(dream({"t", "--all", "-p", "./p/odd"}).code, 126);
  EXPECT_EQ(dream({"t", "--all", "-j1"}).code, 126);
  const Finished valid = dream({"validate", "--strict"});
  EXPECT_EQ(valid.code, 1);
  EXPECT_THAT(valid.out, AllOf(HasSubstr("./p/odd:t can't be started: its scripts/t can't be used"),
                               Not(HasSubstr("notes"))));
  EXPECT_THAT(dream({"list"}).out, AllOf(HasSubstr("scripts/t"), Not(HasSubstr("notes"))));
}

/// A link to itself can be looked into by nobody, not even by root.
TEST_F(Unknown, a_folder_that_nobody_can_look_into_is_not_empty) {
  workspace.write("dream.json", R"({"projects": {"./p/*": {}, "./gone/*": {}}})");
  fs::create_directories(workspace.root() / "p/odd");
  fs::create_symlink("scripts", workspace.root() / "p/odd/scripts");
  expect_refused("t");
  fs::create_symlink("gone", workspace.root() / "gone");
  for (const char* how : {"--all", "--affected"}) {
    const Finished refused = dream({"t", how});
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("/gone: projects can't be looked for in it: "));
  }
  EXPECT_THAT(dream({"list"}).out, HasSubstr("projects can't be looked for in it: "));
  EXPECT_THAT(dream({"validate"}).out, HasSubstr("projects can't be looked for in it: "));
}

TEST_F(Unknown, folders_that_two_stars_match_begin_with_the_one_before_them) {
  workspace.write("dream.json", R"({"projects": {"./p/fine/**": {"executor": "npm"}}})");
  workspace.write("p/fine/in/package.json", R"({"scripts": {"build": "true"}})");
  EXPECT_EQ(dream({"build", "--all", "--list-only"}).out, "./p/fine:build\n./p/fine/in:build\n");
  EXPECT_EQ(dream({"build", "-p", "./p/fine/**", "--list-only"}).out, "./p/fine:build\n./p/fine/in:build\n");
  EXPECT_THAT(dream({"list"}).out, HasSubstr("./p/fine "));
}

TEST_F(Unknown, ids_are_what_dream_prints) {
  workspace.write("dream.json", R"({"projects": {"./a": {"tasks": {"x/y": {"command": "echo XY"}}},
    "./b:c": {"tasks": {"t": {"command": "echo T"}}}},
    "workspace": {"./": {"all": ["./a:x/y", "./b:c:t"]}}, "tasks": {"all": {"command": null}}})");
  fs::create_directory(workspace.root() / "b:c");
  EXPECT_EQ(dream({"./a:x/y"}).out, "XY\n");
  EXPECT_EQ(dream({"./b:c:t"}).out, "T\n");
  EXPECT_EQ(dream({"all", "-o", "raw"}).out, "XY\nT\n");
  EXPECT_THAT(dream({"./a:x/z"}).err,
              AllOf(HasSubstr("./a has no command for \"x/z\""), HasSubstr("did you mean \"x/y\"?")));
  EXPECT_THAT(dream({"./gone:x/y"}).err, Not(HasSubstr("did you mean \"./gone:x/y\"")));
}

}  // namespace
}  // namespace dream::e2e
