// What can't be started is told before anything runs, unless a step before it could change that.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>

#include "e2e/dream_run.hpp"
#include "support/temporary_folder.hpp"

namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// ./first:go, which leaves a trace, then ./a:go with these settings, then ./last:go. `entry` is of ./a.
Workspace with(const std::string& settings, const std::string& entry = "") {
  return Workspace(R"({"workspace": {"./last": {"go": ["./first", {"projectPath": "./a")" + entry + R"(}]}},
    "projects": {"./first": {"tasks": {"go": {"command": "touch $ROOT/ran; printf '#!/bin/sh\\necho made' > ../a/made; chmod +x ../a/made"}}},
                 "./a": {)" +
                   settings + R"(},
                 "./last": {"tasks": {"go": {"command": "echo last"}}}}})");
}

std::string command(const std::string& argv) {
  return R"("tasks": {"go": {"command": )" + argv + "}}";
}

Finished go(const Workspace& workspace) {
  for (const char* project : {"first", "a", "last"})
    std::filesystem::create_directory(workspace.root() / project);
  return run(workspace, {.arguments = {"go"}, .folder = "last"});
}

bool anything_ran(const Workspace& workspace) {
  return std::filesystem::exists(workspace.root() / "ran");
}

TEST(Refused, is_a_program_that_PATH_does_not_have) {
  const Workspace workspace = with(command(R"(["no-such-program"])"));
  const Finished finished = go(workspace);
  EXPECT_EQ(finished.code, 127);
  EXPECT_THAT(finished.err, HasSubstr("./a:go can't be started, so nothing is run: no program "
                                      "\"no-such-program\" in PATH (install it, or give its path)"));
  EXPECT_FALSE(anything_ran(workspace));
}

TEST(Refused, is_a_file_outside_the_workspace) {
  const Workspace missing = with(command(R"(["/nowhere/program"])"));
  EXPECT_EQ(go(missing).code, 127);
  EXPECT_FALSE(anything_ran(missing));
  const Workspace no_program = with(command(R"(["/etc/passwd"])"));
  EXPECT_EQ(go(no_program).code, 126);
  EXPECT_FALSE(anything_ran(no_program));
}

TEST(Refused, is_a_script_whose_interpreter_is_missing) {
  const TemporaryFolder outside;
  for (const std::string line : {"#!/no/such/interpreter", "#! /no/such/interpreter -x", "#!/bin/sh\r"}) {
    const std::filesystem::path script = outside.write("script", line + "\ntrue\n");
    std::filesystem::permissions(script, std::filesystem::perms(0755));
    const Workspace workspace = with(command(R"([")" + script.string() + R"("])"));
    const Finished finished = go(workspace);
    EXPECT_EQ(finished.code, 127) << line;
    EXPECT_THAT(finished.err,
                HasSubstr("the interpreter that its first line names, or its loader, was not found"));
    EXPECT_FALSE(anything_ran(workspace)) << line;
  }
  // It may come: a step before could make the environment that the interpreter lies in.
  const Workspace workspace(R"({"workspace": {"./a": {"go": [":make"]}}, "projects": {"./a": {"tasks": {
    "make": {"command": "mkdir -p .venv && ln -s /bin/sh .venv/python"}, "go": {"command": ["./script"]}}}}})");
  workspace.write("a/script", "#!" + (workspace.root() / "a/.venv/python").string() + "\necho it runs\n");
  std::filesystem::permissions(workspace.root() / "a/script", std::filesystem::perms(0755));
  EXPECT_THAT(run(workspace, {.arguments = {"go"}, .folder = "a"}).out, HasSubstr("it runs"));
}

TEST(Refused, is_a_step_without_a_command) {
  const Workspace workspace = with("");
  const Finished finished = go(workspace);
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("./a has no command for \"go\""));
  EXPECT_FALSE(anything_ran(workspace));
}

TEST(Refused, is_a_command_that_the_executor_has_no_use_for) {
  const Workspace workspace = with(R"("executor": "npm", )" + command(R"("echo never")"));
  const Finished finished = go(workspace);
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err,
              HasSubstr("./a:go can't be started, so nothing is run: the npm executor runs scripts"));
  EXPECT_FALSE(anything_ran(workspace));
}

TEST(Refused, is_everything_at_once_and_the_first_decides_the_exit_code) {
  Workspace workspace = with(command(R"(["no-such-program"])"));
  workspace.write("dream.json", R"({"workspace": {"./last": {"go": ["./first", "./a"]}},
    "projects": {"./first": {}, "./a": {)" +
                                    command(R"(["no-such-program"])") + R"(},
                 "./last": {"tasks": {"go": {"command": ["/nowhere"]}}}}})");
  const Finished finished = go(workspace);
  EXPECT_EQ(finished.code, 2);
  for (const char* step : {"./first:go can't", "./a:go can't", "./last:go can't"})
    EXPECT_THAT(finished.err, HasSubstr(step));
}

TEST(Refused, is_a_program_of_the_workspace_that_nobody_can_make) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"go": {"command": ["./missing"]}}}}})");
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "a"}).code, 127);
}

TEST(Refused, is_a_step_that_starts_itself) {
  const Workspace workspace(R"({"workspace": {"./b": {"go": ["./a"]}}, "projects": {
    "./a": {"tasks": {"go": {"command": "echo once; \"$DREAM\" -p b go"}, "way": {"command": "\"$DREAM\" go"}}},
    "./b": {"tasks": {"go": {"command": "echo b"}}},
    "./c": {"tasks": {"go": {"command": ["sh", "-c", "\"$DREAM\" go"]}}}}})");
  const auto go = [&](const char* folder, const char* task) {
    return run(workspace, {.arguments = {task}, .folder = folder, .environment = {{"DREAM", DREAM_BINARY}}});
  };
  const Finished own = go("c", "go");
  EXPECT_EQ(own.code, 2);
  EXPECT_THAT(own.err, HasSubstr("./c:go would start itself without end: it has started this dream (run "));
  const Finished by_another = go("a", "go");
  EXPECT_EQ(by_another.code, 2);
  EXPECT_EQ(by_another.out, "once\n");
  EXPECT_THAT(by_another.err, HasSubstr("./a:go would start itself without end"));
  const Finished twice = go("a", "way");
  EXPECT_EQ(twice.code, 2);
  EXPECT_EQ(twice.out, "once\n") << twice.err;
}

TEST(Refused, is_a_selection_where_only_whole_ids_are_asked_for) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"go": {"command": "echo a"}}}}})");
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--affected", "main"},
                                               {"-p", "a"},
                                               {"--all"},
                                               {"-p", "a", "--dependents"}}) {
    std::vector<std::string> words{"run", "./a:go"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished refused = run(workspace, {.arguments = words});
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("./a:go names its project itself"));
  }
}

TEST(NotRefused, is_what_a_step_before_it_makes) {
  const Workspace workspace = with(command(R"(["./made"])"));
  const Finished finished = go(workspace);
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("made"));
}

TEST(NotRefused, is_a_name_that_a_folder_of_the_workspace_may_have) {
  const Workspace workspace = with(command(R"(["made"])") + R"(, "env": {"PATH": "../a:/usr/bin:/bin"})");
  EXPECT_EQ(go(workspace).code, 0);
}

TEST(NotRefused, is_what_no_step_has_made_when_its_turn_has_come) {
  const Workspace workspace = with(command(R"(["./never"])"));
  EXPECT_EQ(go(workspace).code, 127);
  EXPECT_TRUE(anything_ran(workspace));
  const Finished plan = run(workspace, {.arguments = {"plan", "go"}, .folder = "last"});
  EXPECT_THAT(plan.out, HasSubstr("no such program; judged when its turn comes"));
}

TEST(NotRefused, is_an_optional_step) {
  const Workspace workspace = with(command(R"(["no-such-program"])"), R"(, "required": false)");
  const Finished finished = go(workspace);
  EXPECT_EQ(finished.code, 0);
  EXPECT_TRUE(anything_ran(workspace));
  EXPECT_THAT(finished.err, HasSubstr("./a:go failed: no program"));
  EXPECT_THAT(finished.out, HasSubstr("last"));
}

TEST(NotRefused, is_what_a_shell_line_runs) {
  const Workspace workspace = with(command(R"("no-such-program || true")"));
  EXPECT_EQ(go(workspace).code, 0);
}

/// What is wrong with the file is known before the step's turn.
TEST(Refused, is_a_script_of_a_file_that_is_broken) {
  for (const auto& [executor, file] : {std::pair("npm", "a/package.json"), {"deno", "a/deno.json"}}) {
    const Workspace workspace = with(R"("executor": ")" + std::string(executor) + "\"");
    for (const auto& [text, why] :
         {std::pair(R"({"scripts": {"go": "echo hi" "x": 1}})", ":1:30: missing a comma"),
          {"", ":1:1: the file is empty"},
          {"{\n<<<<<<< HEAD\n\"a\": 1\n=======\n\"a\": 2\n>>>>>>> other\n}",
           ":2:1: a merge conflict (<<<<<<<)"}}) {
      workspace.write(file, text);
      const Finished finished = go(workspace);
      EXPECT_EQ(finished.code, 2) << finished.err;
      EXPECT_THAT(finished.err, HasSubstr("./a:go can't be started, so nothing is run: "));
      EXPECT_THAT(finished.err, HasSubstr(std::string(file) + why));
      EXPECT_FALSE(anything_ran(workspace));
    }
  }
}

TEST(Refused, is_told_of_a_broken_file_by_validate) {
  const Workspace workspace(R"({"projects": {"./a": {"executor": "npm", "tasks": {"go": {}}}}})");
  workspace.write("a/package.json", R"({"scripts": {"go": "echo hi",}})");
  EXPECT_THAT(run(workspace, {.arguments = {"validate"}}).out,
              HasSubstr("a/package.json:1:30: a comma before }"));
}

TEST(Refused, is_an_argv_with_a_word_on_what_was_meant) {
  const auto told = [](const std::string& argv) { return go(with(command(argv))).err; };
  EXPECT_THAT(told(R"(["cd", "sub"])"), HasSubstr("(cd is the shell's: write a string"));
  EXPECT_THAT(told(R"(["vite dev"])"), HasSubstr("(each word is an element of the array; a string"));
  EXPECT_THAT(told(R"(["~/bin/foo"])"), HasSubstr(R"(write "${HOME}/bin/foo")"));
}

TEST(Refused, is_an_entry_that_is_a_task_of_the_project) {
  const Workspace workspace(R"({"workspace": {"./": {"dev": ["build"]}},
    "tasks": {"dev": {"command": "echo dev"}, "build": {"command": "echo build"}}})");
  const Finished finished = run(workspace, {.arguments = {"dev"}});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr(R"((did you mean the task ":build"?))"));
}

TEST(Refused, is_a_script_that_can_not_run_whatever_other_tasks_are_called) {
  const Workspace workspace(R"({"projects": {"./": {"tasks": {"line": {"command": "true"}}}}})");
  workspace.write("scripts/lint", "#!/nowhere/sh\n");
  std::filesystem::permissions(workspace.root() / "scripts/lint", std::filesystem::perms::all);
  EXPECT_THAT(run(workspace, {.arguments = {"lint"}}).err, Not(HasSubstr("did you mean")));
}

TEST(Refused, names_only_projects_that_can_run_the_task) {
  const Workspace workspace(R"({"workspace": {"./": {"dev": ["./api"]}},
    "projects": {"./db": {"tasks": {"dev": {"command": "true"}}}}})");
  for (const char* folder : {"api", "db"}) std::filesystem::create_directory(workspace.root() / folder);
  EXPECT_THAT(run(workspace, {.arguments = {"dev"}}).err, HasSubstr("(./db has it: dream dev -p ./db)"));
}

TEST(Refused, is_a_step_whose_env_file_is_missing_with_the_one_to_begin_with) {
  const Workspace workspace(R"({
    "projects": {"./a": {"envFile": ".env", "tasks": {"go": {"command": "true"}}}}})");
  const auto told = [&] { return run(workspace, {.arguments = {"go"}, .folder = "a"}).err; };
  EXPECT_THAT(told(), HasSubstr("dream.json:2:18: the env file a/.env doesn't exist\n"));
  workspace.write("a/.env.example", "A=1\n");
  EXPECT_THAT(told(), HasSubstr(": the env file a/.env doesn't exist (cp .env.example .env)\n"));
  const Workspace of_task(R"({
    "projects": {"./a": {"tasks": {"go": {"command": "true", "envFile": "./.env"}}}}})");
  of_task.write("a/.env.example", "A=1\n");
  EXPECT_THAT(run(of_task, {.arguments = {"validate"}}).out,
              HasSubstr("can't be started: the env file a/.env doesn't exist; cp a/.env.example a/.env\n"))
      << "its place stands in front";
}

}  // namespace
}  // namespace dream::e2e
