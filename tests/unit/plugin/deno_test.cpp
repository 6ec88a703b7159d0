#include <gmock/gmock.h>

#include "executor_fixture.hpp"

namespace dream::plugin {
namespace {

using dream::testing::FakeFoundTask;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Deno : public ExecutorTest {
 protected:
  Deno() { install({"deno"}); }

  void tasks(const std::string& members) const {
    folder.write("web/deno.json", R"({"tasks": {)" + members + "}}");
  }
};

TEST_F(Deno, runs_the_task_of_the_name) {
  tasks(R"("dev": "deno run -A main.ts")");
  const auto started = child(task("dev"));
  ASSERT_TRUE(started);
  EXPECT_THAT(started->argv, ElementsAre("deno", "task", "dev"));
  EXPECT_EQ(started->directory, root() + "/web");
  EXPECT_THAT(started->environment, Contains("PATH=" + search_path()));
  EXPECT_THAT(started->environment, Contains("DENO_NO_UPDATE_CHECK=1"));
  EXPECT_THAT(started->relays, Contains("deno task")) << "it forwards signals";
}

TEST_F(Deno, runs_another_task_when_it_is_named) {
  tasks(R"("serve": {"command": "deno run main.ts"})");
  EXPECT_THAT(argv(task("dev", R"({"task": "serve"})")), ElementsAre("deno", "task", "serve"));
}

TEST_F(Deno, runs_all_tasks_that_a_star_names) {
  tasks(R"("build:a": "x", "build:b": "y", "serve": "z")");
  EXPECT_THAT(argv(task("dev", R"({"task": "build:*"})")), ElementsAre("deno", "task", "build:*"));
  EXPECT_THAT(failure(task("dev", R"({"task": "lint:*"})")),
              HasSubstr("its tasks are build:a, build:b, serve"));
  EXPECT_THAT(failure(task("dev", R"({"task": "b?ild:*"})")), HasSubstr("its tasks are"))
      << "a star alone is special";
}

TEST_F(Deno, runs_no_task_whose_name_is_an_option) {
  tasks(R"("-r": "x")");
  EXPECT_THAT(failure(task("dev", R"({"task": "-r"})")), HasSubstr("begins with a dash: \"-r\""));
}

TEST_F(Deno, knows_tasks_of_deno_jsonc_with_comments_and_of_package_json) {
  folder.write("web/deno.jsonc", "{ // tasks\n \"tasks\": {\"dev\": \"x\", /* more */ },\n}");
  folder.write("web/package.json", R"({"scripts": {"build": "tsc"}})");
  EXPECT_THAT(argv(task("dev")), ElementsAre("deno", "task", "dev"));
  EXPECT_THAT(argv(task("build")), ElementsAre("deno", "task", "build"));
  tasks(R"("other": "x")");
  EXPECT_THAT(failure(task("dev")), HasSubstr("its tasks are build, other")) << "deno.json stands for both";
}

TEST_F(Deno, knows_the_tasks_of_the_workspace_that_a_member_belongs_to) {
  folder.write("deno.json", R"({"workspace": ["./web"], "tasks": {"lint": "deno lint", "dev": "x"}})");
  tasks(R"("dev": "y")");
  EXPECT_THAT(argv(task("lint")), ElementsAre("deno", "task", "lint"));
  EXPECT_THAT(failure(task("build")), HasSubstr("its tasks are dev, lint ("));
  folder.write("deno.json", R"({"tasks": {"lint": "deno lint"}})");
  EXPECT_THAT(failure(task("lint")), HasSubstr("its tasks are dev (")) << "it is no workspace";
}

TEST_F(Deno, without_a_file_of_its_own_a_folder_has_the_tasks_of_the_nearest_one_above) {
  folder.write("deno.json", R"({"tasks": {"lint": "deno lint"}})");
  folder.write("web/main.ts");
  EXPECT_THAT(argv(task("lint")), ElementsAre("deno", "task", "lint"));
}

TEST_F(Deno, uses_the_configuration_file_that_is_named) {
  folder.write("web/config/other.json", R"({"tasks": {"dev": "x"}})");
  EXPECT_THAT(argv(task("dev", R"({"config": "config/other.json"})")),
              ElementsAre("deno", "task", "--config", "config/other.json", "dev"));
  EXPECT_THAT(failure(task("test", R"({"config": "config/other.json"})")), HasSubstr("its tasks are dev ("));
}

TEST_F(Deno, puts_flags_before_the_name_and_arguments_behind_it) {
  tasks(R"("dev": "x")");
  auto dev = task("dev", R"({"flags": ["--quiet"], "unstable": ["kv"], "args": ["--port", "1"]})");
  dev.arguments = {"a b"};
  EXPECT_THAT(argv(dev),
              ElementsAre("deno", "task", "--unstable-kv", "--quiet", "dev", "--port", "1", "a b"));
}

TEST_F(Deno, runs_a_script_with_its_permissions) {
  EXPECT_THAT(argv(task("dev", R"({"script": "main.ts"})")), ElementsAre("deno", "run", "main.ts"));
  EXPECT_THAT(argv(task("dev", R"({"script": "main.ts", "permissions": true, "args": ["x"]})")),
              ElementsAre("deno", "run", "--allow-all", "main.ts", "x"));
  EXPECT_THAT(argv(task("dev", R"({"script": "main.ts", "permissions": "server"})")),
              ElementsAre("deno", "run", "--permission-set=server", "main.ts"));
  EXPECT_THAT(
      argv(task("dev", R"({"script": "main.ts", "config": "d.json", "unstable": ["kv"], "flags": ["--watch"],
                           "permissions": {"read": true, "net": ["localhost:1", "a.b"], "run": false}})")),
      ElementsAre("deno", "run", "--config", "d.json", "--unstable-kv", "--allow-read",
                  "--allow-net=localhost:1,a.b", "--deny-run", "--watch", "main.ts"));
}

TEST_F(Deno, refuses_a_permission_that_deno_would_read_as_another) {
  const auto wrong = [&](const std::string& permissions) {
    const std::string message =
        failure(task("dev", R"({"script": "main.ts", "permissions": )" + permissions + "}"));
    EXPECT_EQ(plugin.error().code, DREAM_E_OPTIONS);
    return plugin.error().where + ": " + message;
  };
  EXPECT_EQ(wrong(R"({"read": ["/ok", "/data/a,b"]})"),
            "/permissions/read/1: \"/data/a,b\" has a comma, where Deno would begin another name "
            "(split it, or allow the folder that it is in)");
  EXPECT_THAT(wrong(R"({"net": [","]})"), StartsWith("/permissions/net/0: \",\" has a comma"));
  EXPECT_EQ(wrong(R"({"read": []})"),
            "/permissions/read: a list without names allows nothing (use false to deny it all)");
  EXPECT_THAT(wrong(R"({"env": [""]})"), StartsWith("/permissions/env/0: this is no name"));
  EXPECT_THAT(wrong(R"({"env": [5]})"), StartsWith("/permissions/env/0: this is no name"));
}

TEST_F(Deno, refuses_options_that_contradict_each_other) {
  tasks(R"("dev": "x")");
  EXPECT_THAT(failure(task("dev", R"({"script": "main.ts", "task": "dev"})")),
              StartsWith("it is either \"task\" or \"script\""));
  EXPECT_EQ(plugin.error().where, "/task");
  EXPECT_THAT(failure(task("dev", R"({"permissions": true})")), HasSubstr("this is for \"script\""));
  EXPECT_EQ(plugin.error().where, "/permissions");
  EXPECT_EQ(plugin.error().code, DREAM_E_OPTIONS);
}

TEST_F(Deno, a_missing_task_lists_those_there_are) {
  tasks(R"("test": "x", "build": "y")");
  EXPECT_EQ(failure(task("dev")),
            "./web has no Deno task \"dev\"; its tasks are build, test "
            "(write it, or name another one in the option \"task\")");
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
  folder.write("web/deno.json", "{}");
  EXPECT_THAT(failure(task("dev")), StartsWith("./web has no Deno task \"dev\", and no others"));
}

TEST_F(Deno, missing_files_are_named) {
  EXPECT_EQ(failure(task("dev")),
            "./web has no deno.json, deno.jsonc or package.json "
            "(make one (deno init), or give the project another executor)");
}

TEST_F(Deno, a_broken_file_is_shown_with_its_place) {
  folder.write("web/deno.json", "{\n  \"tasks\" {}\n}");
  EXPECT_THAT(failure(task("dev")), StartsWith(root() + "/web/deno.json:2:11: missing a colon"));
}

TEST_F(Deno, a_missing_tool_says_what_to_install) {
  tasks(R"("dev": "x")");
  std::filesystem::remove_all(search_path());
  EXPECT_EQ(failure(task("dev")),
            "deno is not installed: no folder of PATH has it (npm install -g deno, or see deno.com)");
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
  const ScopedSearchPath path(search_path());
  EXPECT_FALSE(plugin.tool(project()));
  install({"deno"});
  EXPECT_TRUE(plugin.tool(project()));
}

TEST_F(Deno, refuses_a_command) {
  auto line = task("dev");
  line.command_line = "deno run main.ts";
  EXPECT_THAT(failure(line), StartsWith("the deno executor runs tasks and scripts of Deno, and no command"));
}

TEST_F(Deno, finds_the_tasks_of_a_folder_in_order_of_name) {
  folder.write("deno.json", R"({"workspace": ["./web"], "tasks": {"lint": "deno lint"}})");
  EXPECT_THAT(plugin.discover(project()), IsEmpty()) << "those above are other projects'";
  folder.write("web/package.json", R"({"scripts": {"build": "tsc"}})");
  EXPECT_THAT(plugin.discover(project()), IsEmpty()) << "that is a project of npm's";
  tasks(R"("test": "deno test", "all": {"description": "everything", "dependencies": ["test"]})");
  folder.write("web/package.json", R"({"scripts": {"build": "tsc", "test": "jest"}})");
  EXPECT_THAT(plugin.discover(project()), ElementsAre(FakeFoundTask{"all", "everything", "deno.json"},
                                                      FakeFoundTask{"build", "tsc", "package.json"},
                                                      FakeFoundTask{"test", "deno test", "deno.json"}));
  folder.write("web/deno.json", "{");
  EXPECT_THAT(plugin.discover(project()), IsEmpty());
  EXPECT_THAT(plugin.error().message, StartsWith(root() + "/web/deno.json:1:2: "));
}

TEST_F(Deno, does_not_take_tasks_that_it_cannot_understand_for_absent) {
  tasks(R"("build": 5)");
  EXPECT_THAT(plugin.discover(project()), ElementsAre(FakeFoundTask{"build", "", "deno.json", true}));
  EXPECT_THAT(failure(task("build")), HasSubstr(R"(something else than a command as "build")"));
  folder.write("web/deno.json", R"({"tasks": []})");
  EXPECT_THAT(plugin.discover(project()), IsEmpty());
  EXPECT_EQ(plugin.error().message, root() + R"(/web/deno.json: "tasks" is no object)");
}

TEST_F(Deno, describes_what_it_would_run) {
  tasks(R"("dev": "x")");
  EXPECT_EQ(plugin.describe(task("dev")), "deno task dev");
}

}  // namespace
}  // namespace dream::plugin
