#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "e2e/dream_run.hpp"
#include "e2e/golden.hpp"

namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* several_errors = R"({
  // four of them
  "workspace": { "./a": { "go": [{ "projectPath": "./b", "asynch": true }] } },
  "tasks": { "go": { "delay": "soon", "command": [] } },
  "executor": "shel",
}
)";

TEST(Configuration, all_errors_are_told_at_once_with_place_and_caret) {
  const Workspace workspace(several_errors);
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_EQ(finished.out, "");
  expect_golden("several_errors.txt", finished.err, workspace);
}

TEST(Configuration, validate_tells_the_same_on_stdout) {
  const Workspace workspace(several_errors);
  const Finished text = run(workspace, {.arguments = {"validate"}});
  EXPECT_EQ(text.code, 2);
  expect_golden("validate.txt", text.out, workspace);
  const Finished json = run(workspace, {.arguments = {"validate", "--json"}});
  EXPECT_EQ(json.code, 2);
  expect_golden("validate.json", json.out, workspace);
}

TEST(Configuration, validate_of_a_sound_file_says_so) {
  const Workspace workspace(R"({"tasks": {"go": {}}})");
  const Finished text = run(workspace, {.arguments = {"validate"}});
  EXPECT_EQ(text.code, 0);
  EXPECT_EQ(text.out, workspace.root().string() + "/dream.json: no problems\n");
  EXPECT_EQ(run(workspace, {.arguments = {"validate", "--json"}}).out, "[]\n");
}

TEST(Configuration, broken_json_is_told_with_its_place) {
  const Workspace workspace("{\n  \"tasks\": {\n    \"go\": {\"command\": \"true\"\n}\n");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  expect_golden("broken_json.txt", finished.err, workspace);
}

/// Where each error was compared with all others, this would take hours.
TEST(Configuration, many_missing_project_folders_are_told_as_fast_as_few) {
  constexpr int count = 30'000;
  std::string projects;
  for (int number = 0; number < count; ++number)
    projects += (number > 0 ? ",\"./p" : "\"./p") + std::to_string(number) + "\"";
  const Workspace workspace(R"({"workspace":{"./a":{"go":[)" + projects + R"(]}}})");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_EQ(std::ranges::count(finished.err, '\n'), count);
}

TEST(Configuration, a_missing_project_folder_is_an_error_when_the_plan_needs_it) {
  const Workspace workspace(R"({"workspace": {"./a": {"go": ["./gone"], "else": []}},
                                "tasks": {"go": {"command": "touch $ROOT/ran"}, "else": {"command": "true"}}})");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  expect_golden("missing_folder.txt", finished.err, workspace);
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
  EXPECT_EQ(run(workspace, {.arguments = {"else"}, .folder = "a"}).code, 0);
}

TEST(Configuration, a_cycle_is_shown_as_a_whole) {
  const Workspace workspace(
      R"({"workspace": {"./a": {"test": ["./b"]}, "./b": {"test": ["./c"]}, "./c": {"test": ["./a"]}},
                                "tasks": {"test": {"command": "true"}}})");
  const Finished finished = run(workspace, {.arguments = {"test", "--recursive"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  expect_golden("cycle.txt", finished.err, workspace);
  EXPECT_EQ(run(workspace, {.arguments = {"plan", "test", "-r"}, .folder = "a"}).code, 2);
  EXPECT_EQ(run(workspace, {.arguments = {"test"}, .folder = "a"}).code, 0);
}

TEST(Configuration, a_step_that_names_itself_is_a_cycle_in_both_modes) {
  const Workspace workspace(
      R"({"workspace": {"./a": {"test": ["./a"]}}, "tasks": {"test": {"command": "true"}}})");
  for (const char* mode : {"--recursive", "--no-recursive"}) {
    const Finished finished = run(workspace, {.arguments = {"test", mode}, .folder = "a"});
    EXPECT_EQ(finished.code, 2);
    EXPECT_THAT(finished.err, HasSubstr("./a:test -> ./a:test"));
  }
}

TEST(Configuration, an_option_that_the_executor_does_not_know_is_an_error_at_its_place) {
  const Workspace workspace(R"({"projects": {"./a": {"options": {"shel": "zsh"}}},
                                "tasks": {"go": {"command": "touch $ROOT/ran"}}})");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err,
              HasSubstr(workspace.root().string() + "/dream.json:1:35: there is no option \"shel\""));
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
}

const std::string two_projects =
    R"("projects": {"./a": {"tasks": {"t": {"command": "true", "profiles": ["seed"]}}},
                    "./b": {"tasks": {"t": {"command": "true"}}}})";

TEST(Configuration, validate_tells_a_cycle_that_only_all_meets) {
  const Workspace workspace(R"({"workspace": {"./a": {"t": ["./b"]}, "./b": {"t": ["./a"]}}, )" +
                            two_projects + "}");
  for (const char* project : {"a", "b"}) std::filesystem::create_directory(workspace.root() / project);
  EXPECT_EQ(run(workspace, {.arguments = {"t"}, .folder = "a"}).code, 0);
  EXPECT_EQ(run(workspace, {.arguments = {"t", "--all"}}).code, 2);
  const Finished finished = run(workspace, {.arguments = {"validate", "--strict"}});
  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("warning: dream t --all: "), HasSubstr("./a:t -> ./b:t")));
}

TEST(Configuration, validate_tells_what_could_not_be_started_whatever_other_tasks_there_are) {
  const Workspace workspace(R"({"projects": {"./": {"tasks": {
    "a": {"command": "true"}, "b": {"command": ["./none.sh"]},
    "c": {"command": "true", "ports": {"PORT": 4000}, "ready": {"port": "PROT"}}}}}})");
  const std::string out = run(workspace, {.arguments = {"validate"}}).out;
  EXPECT_THAT(out, AllOf(HasSubstr("./:b can't be started: no such program"),
                         HasSubstr("./:c: no port is called \"PROT\"; its own are PORT")));
  EXPECT_LT(out.find("./:b can't"), out.find("./:c: no port")) << "in the order of the file";
}

/// What lies in .gitignore, or a step makes.
TEST(Configuration, validate_warns_of_an_env_file_and_a_folder_that_are_not_here) {
  const Workspace workspace(R"({"projects": {"./dist": {"tasks": {"a": {"command": "true"}}},
    "./": {"tasks": {"b": {"command": "true", "envFile": ".env.local"}}}}})");
  const Finished finished = run(workspace, {.arguments = {"validate"}});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("warning: ./:b can't be started: "), Not(HasSubstr("error: "))));
}

/// Rather than a warning: on no machine could it be started.
TEST(Configuration, validate_calls_what_the_file_says_wrongly_an_error) {
  const Workspace workspace(
      R"({"workspace": {"./": {"b": [{"task": "c", "async": true, "waitFor": "ready"}]}},
    "projects": {"./": {"tasks": {"a": {"command": "true", "options": {"x": 1}}, "b": {"command": "true"},
    "c": {"command": "true"}}}}})");
  const Finished finished = run(workspace, {.arguments = {"validate"}});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("error: ./:a can't be started: there is no option \"x\""),
                                  HasSubstr("error: the dependency waits until ./:c is ready")));
}

TEST(Configuration, validate_tells_nothing_of_what_another_task_brings) {
  const Workspace workspace(R"({"workspace": {"./": {"up": [":build", ":run"]}}, "projects": {
    "./": {"tasks": {"up": {"command": null}, "build": {"command": "true"}, "run": {"command": ["out/app"]}}},
    "./a": {"tasks": {"dev": {"command": "true", "ports": {"PORT": 4000}}}},
    "./b": {"tasks": {"dev": {"command": "true", "ports": {"PORT": 4001}, "env": {"A": "{port:./a:dev:PORT}"}}}}}})");
  for (const char* folder : {"a", "b"}) std::filesystem::create_directory(workspace.root() / folder);
  EXPECT_THAT(run(workspace, {.arguments = {"validate", "--strict"}}).out, HasSubstr("no problems"));
}

TEST(Configuration, validate_tells_what_can_never_match) {
  const Workspace workspace(
      R"({"recursive": [{"project": "./nope", "tasks": ["t"]}, {"project": "./no*", "tasks": ["t"]},
      {"project": "./a", "tasks": ["t"]}], "affects": ["{a,b}/**", "../x", "/etc/*", "etc/*"], )" +
      two_projects + "}");
  for (const char* project : {"a", "b"}) std::filesystem::create_directory(workspace.root() / project);
  const Finished finished = run(workspace, {.arguments = {"validate"}});
  for (const char* entry : {"./nope", "./no*"})
    EXPECT_THAT(finished.out,
                HasSubstr(std::string("no project is \"") + entry + "\", so this entry has no effect"));
  for (const char* glob : {"{a,b}/**", "../x", "/etc/*"})
    EXPECT_THAT(finished.out, HasSubstr(std::string("\"") + glob + "\" matches no file of the workspace"));
  EXPECT_THAT(finished.out, AllOf(Not(HasSubstr("is \"./a\"")), Not(HasSubstr("\"etc/*\" matches"))));
}

TEST(Configuration, a_profile_of_no_task_is_told) {
  const Workspace workspace("{" + two_projects + "}");
  for (const char* project : {"a", "b"}) std::filesystem::create_directory(workspace.root() / project);
  const auto told = [&](const char* profile) {
    return run(workspace, {.arguments = {"t", "--profile", profile}, .folder = "b"}).err;
  };
  EXPECT_EQ(told("sead"), "dream: no task has the profile \"sead\" (did you mean \"seed\"?)\n");
  EXPECT_EQ(told("seed"), "");
  EXPECT_EQ(told("*"), "");
}

TEST(Configuration, a_project_may_be_called_tasks) {
  const std::string elsewhere =
      R"("executor": "docker", "options": {"host": "unix:///nowhere/engine.sock", "image": "x"})";
  const Workspace workspace(R"({"projects": {"tasks": {)" + elsewhere + R"(}, "work": {)" + elsewhere +
                            "}}}");
  for (const char* project : {"tasks", "work"}) std::filesystem::create_directory(workspace.root() / project);
  const Finished finished = run(workspace, {.arguments = {"list"}});
  EXPECT_THAT(finished.out + finished.err, HasSubstr("./tasks and 1 more"));
}

TEST(Configuration, the_nearest_file_wins) {
  const Workspace workspace(R"({"tasks": {"go": {"command": "echo outer"}}})");
  workspace.write("a/dream.json", R"({"tasks": {"go": {"command": "echo inner"}}})");
  std::filesystem::create_directories(workspace.root() / "a/b");
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "a/b"}).out, "inner\n");
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "b"}).out, "outer\n");
}

TEST(Configuration, the_root_is_a_project_too) {
  const Workspace workspace(R"({"workspace": {"./": {"go": ["./a"]}}, "tasks": {"go": {"command": "pwd"}}})");
  const std::string root = workspace.root().string();
  EXPECT_EQ(run(workspace, {.arguments = {"go"}}).out, "a    | " + root + "/a\nroot | " + root + "\n");
}

TEST(Configuration, the_attributes_of_the_nearest_place_win) {
  const Workspace workspace(R"({
    "workspace": {"./c": {"go": [{"projectPath": "./a", "required": true}, "./b", "./d"]}},
    "tasks": {"go": {"required": false, "command": "exit 3"}},
    "projects": {"./a": {"tasks": {"go": {"required": false, "command": "true"}}},
                 "./d": {"tasks": {"go": {"required": true}}}}})");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "c"});
  EXPECT_EQ(finished.code, 3);  // of ./d; the failure of ./b was optional by the task's default
  EXPECT_THAT(finished.err, AllOf(HasSubstr("./b:go failed: exit code 3, optional"),
                                  HasSubstr("./d:go failed: exit code 3\n")));
}

/// What a run knows of them, everything that looks knows, too.
TEST(Configuration, of_init_has_no_note_of_the_dollars_that_init_wrote) {
  const auto notes_on = [](const std::string& begin) {
    const Workspace workspace(begin + R"(
  "projects": {"./": {"tasks": {"t": {"command": "true", "env": {"PRICE": "5$$"}}}}}})");
    return run(workspace, {.arguments = {"validate"}}).out;
  };
  EXPECT_THAT(notes_on("{\n  // Written by hand."), HasSubstr("note: "));
  EXPECT_THAT(notes_on("{\n  // Written by dream init. It says more."), Not(HasSubstr("note: ")));
}

TEST(Configuration, projects_of_a_glob_are_known_wherever_projects_are_named) {
  const Workspace workspace(R"({
    "workspace": {"./packages/*": {"build": ["./a:prepare"]}},
    "projects": {"./a": {"tasks": {"prepare": {"command": "true"}}},
                 "./packages/*": {"tasks": {"build": {"async": true}, "check": {"command": ["no-such-program"]}}}}})");
  workspace.script("packages/one/scripts/build", "echo built");
  std::filesystem::create_directories(workspace.root() / "packages/two");
  const auto dream = [&](const std::vector<std::string>& arguments, const std::string& folder = "") {
    return run(workspace, {.arguments = arguments, .folder = folder});
  };
  const std::string list = dream({"list"}).out;
  EXPECT_THAT(list, AllOf(HasSubstr("./packages/one  shell"), HasSubstr("./packages/two  shell")));
  EXPECT_THAT(list, HasSubstr("3 projects, 3 tasks and 1 that executors find\n"));
  EXPECT_THAT(dream({}, "packages/two").out, AllOf(HasSubstr("  check"), Not(HasSubstr("  build"))));
  EXPECT_THAT(dream({"chekc"}, "packages/two").err, HasSubstr("did you mean \"check\"?"));
  EXPECT_THAT(dream({"build", "-p", "packages/onn"}).err, HasSubstr("did you mean \"./packages/one\"?"));
  // Nobody said that each of them has the task build.
  const std::string problems = dream({"validate"}).out;
  EXPECT_THAT(problems, HasSubstr("./packages/one:check and 1 more can't be started"));
  EXPECT_THAT(problems, Not(HasSubstr(":build")));
}

}  // namespace
}  // namespace dream::e2e
