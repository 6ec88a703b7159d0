#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "e2e/dream_run.hpp"
#include "e2e/signal_counter.hpp"

/// The deno executor with the real Deno.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A workspace with the Deno project ./a; `options` are members of its options.
Workspace deno_workspace(const std::string& options = {}) {
  return Workspace(R"({"executor": "deno", "projects": {"./a": {"options": {)" + options +
                   R"(}, "tasks": {"dev": {"stop": {"graceMs": 3600000}}}}}})");
}

void tasks(const Workspace& workspace, const std::string& members) {
  workspace.write("a/deno.json", R"({"tasks": {)" + members + "}}");
}

Finished dev(const Workspace& workspace, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), "dev");
  return run(workspace, {.arguments = std::move(arguments), .folder = "a"});
}

TEST(Deno, a_workspace_of_deno_projects_alone_needs_to_say_so_once) {
  const Workspace workspace(R"({
    "workspace": {
      "./c": {
        "dev": [
          { "projectPath": "./a", "task": "start", "async": true, "required": true, "delay": 0 },
          { "projectPath": "./b", "task": "build" }
        ]
      }
    },
    "executor": "deno"
  })");
  tasks(workspace, R"("start": "deno run main.ts")");
  workspace.write("a/main.ts", "const words: string[] = ['a', 'started']; console.log(words.join(' '));");
  workspace.write("b/deno.jsonc", "{ // tasks\n  \"tasks\": { \"build\": \"echo b built\", },\n}");
  workspace.write("c/package.json", R"({"name": "c", "scripts": {"dev": "echo c runs"}})");
  const Finished finished = run(workspace, {.arguments = {"dev"}, .folder = "c"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("a | a started\n"), HasSubstr("b | b built\n"), HasSubstr("c | c runs\n")));
}

TEST(Deno, a_task_has_its_arguments_and_its_own_exit_code) {
  const Workspace workspace = deno_workspace();
  tasks(workspace, R"("dev": "deno run main.ts")");
  workspace.write("a/main.ts", "console.log(Deno.args); Deno.exit(7);");
  const Finished finished = dev(workspace, {"--", "--port", "two words", "$HOME"});
  EXPECT_EQ(finished.code, 7) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr(R"([ "--port", "two words", "$HOME" ])"));
}

TEST(Deno, a_member_of_a_deno_workspace_has_the_tasks_of_the_root_too) {
  const Workspace workspace = deno_workspace(R"("task": "lint")");
  workspace.write("deno.json", R"({"workspace": ["./a"], "tasks": {"lint": "echo of the root"}})");
  tasks(workspace, R"("test": "echo never")");
  const Finished finished = dev(workspace);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("of the root\n"));
}

class EveryTask : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryTask, gets_a_signal_exactly_once_and_leaves_nothing) {
  const Workspace workspace = deno_workspace();
  tasks(workspace, R"("count": "node count.mjs", "dev": ")" + std::string(GetParam()) + "\"");
  workspace.write("a/count.mjs", signal_counter);
  workspace.write("a/package.json", R"({"name": "a", "scripts": {"npm": "node count.mjs"}})");
  expect_counted_once(workspace, "SIGTERM");
}

INSTANTIATE_TEST_SUITE_P(Deno, EveryTask,
                         ::testing::Values("deno run --allow-all count.mjs", "node count.mjs",
                                           "deno task count", "npm run npm"));

TEST(Deno, the_next_command_of_a_task_is_ended_too) {
  const Workspace workspace = deno_workspace();
  tasks(workspace, R"("dev": "node count.mjs && node count.mjs")");
  workspace.write("a/count.mjs", signal_counter);
  DreamRun dream(workspace, {.arguments = {"dev"}, .folder = "a"});
  dream.await_out("ready\n");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
}

TEST(Deno, a_script_may_do_what_it_is_permitted) {
  const std::string script = R"("script": "main.ts")";
  for (const auto& [permissions, code] :
       std::map<std::string, int>{{script, 1},
                                  {script + R"(, "permissions": {"env": ["GIVEN"]})", 0},
                                  {script + R"(, "permissions": true)", 0}}) {
    const Workspace workspace = deno_workspace(permissions);
    workspace.write("a/main.ts", "console.log('value', Deno.env.get('GIVEN'));");
    const Finished finished =
        run(workspace, {.arguments = {"dev"}, .folder = "a", .environment = {{"GIVEN", "given"}}});
    EXPECT_EQ(finished.code, code) << permissions << "\n" << finished.err;
    if (code == 0) {
      EXPECT_EQ(finished.out, "value given\n");
    } else {
      EXPECT_THAT(finished.err, HasSubstr("Requires env access to \"GIVEN\""));
    }
  }
}

TEST(Deno, unstable_features_config_and_flags_reach_it) {
  const Workspace workspace = deno_workspace(
      R"("script": "main.ts", "unstable": ["kv"], "config": "other.json", "flags": ["--quiet"])");
  workspace.write("a/other.json", R"({"imports": {"named": "./named.ts"}})");
  workspace.write("a/named.ts", "export const name = 'by other.json';");
  workspace.write("a/main.ts", "import { name } from 'named'; console.log(name, typeof Deno.openKv);");
  const Finished finished = dev(workspace);
  EXPECT_EQ(finished.out, "by other.json function\n") << finished.err;
}

TEST(Deno, a_missing_task_lists_those_there_are) {
  const Workspace workspace = deno_workspace();
  tasks(workspace, R"("test": "x", "build": "y")");
  const Finished finished = dev(workspace);
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr(R"(./a has no Deno task "dev"; its tasks are build, test)"));
}

TEST(Deno, says_what_to_install_where_it_is_missing) {
  const Workspace workspace = deno_workspace();
  tasks(workspace, R"("dev": "echo never")");
  const Finished finished =
      run(workspace, {.arguments = {"dev"}, .folder = "a", .environment = {{"PATH", DREAM_HELPERS}}});
  EXPECT_EQ(finished.code, 127);
  EXPECT_THAT(finished.err, AllOf(HasSubstr("deno is not installed"), HasSubstr("npm install -g deno")));
  EXPECT_THAT(finished.out, Not(HasSubstr("never")));
}

TEST(Deno, permissions_of_a_task_are_refused) {
  const Workspace workspace = deno_workspace(R"("permissions": true)");
  tasks(workspace, R"("dev": "echo never")");
  EXPECT_THAT(dev(workspace).err, HasSubstr(R"(this is for "script")"));
}

}  // namespace
}  // namespace dream::e2e
