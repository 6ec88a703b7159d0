#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "e2e/dream_run.hpp"
#include "e2e/signal_counter.hpp"

/// The npm executor with the real npm, pnpm and yarn.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A workspace with the npm project ./a; `options` are members of its options.
Workspace npm_workspace(const std::string& options = {}, const std::string& task = {}) {
  return Workspace(R"({"executor": "npm", "projects": {"./a": {"options": {)" + options +
                   R"(}, "tasks": {"dev": {)" + task + "}}}}}");
}

void package(const Workspace& workspace, const std::string& scripts) {
  workspace.write("a/package.json", R"({"name": "a", "version": "1.0.0", "scripts": {)" + scripts + "}}");
}

Finished npm_dev(const Workspace& workspace, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), "dev");
  return run(workspace, {.arguments = std::move(arguments), .folder = "a"});
}

TEST(Npm, runs_a_script_between_its_pre_and_post_scripts) {
  const Workspace workspace = npm_workspace();
  package(workspace, R"("predev": "echo before", "dev": "node main.mjs", "postdev": "echo after")");
  workspace.write("a/main.mjs", "console.log('main', process.argv.slice(2))");
  const Finished finished = npm_dev(workspace, {"--", "--port", "two words", "$HOME"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  const std::string main = "main [ '--port', 'two words', '$HOME' ]\n";
  EXPECT_THAT(finished.out, AllOf(HasSubstr("before\n"), HasSubstr(main), HasSubstr("after\n")));
  EXPECT_LT(finished.out.find("before\n"), finished.out.find(main));
  EXPECT_LT(finished.out.find(main), finished.out.rfind("after\n"));
}

TEST(Npm, a_make_in_a_script_finds_the_slots_of_the_run) {
  const Workspace workspace(R"({"executor": "npm", "workspace": {"./": {"dev": [["./a", "./b"]]}},
    "projects": {"./": {"tasks": {"dev": {"command": null}}}, "./b": {"tasks": {"dev": {"command": null}}}}})");
  package(workspace, R"("dev": "make -f flags.mk")");
  workspace.write("a/flags.mk", "all:\n\t@echo 'flags $(MAKEFLAGS)'\n");
  const Finished finished = run(workspace, {.arguments = {"dev", "-j", "2"}});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("flags  -j2 --jobserver-auth="));
  EXPECT_THAT(finished.err, Not(HasSubstr("jobserver unavailable")));
}

TEST(Npm, the_exit_code_is_the_scripts_own) {
  const Workspace workspace = npm_workspace();
  package(workspace, R"("dev": "exit 7")");
  EXPECT_EQ(npm_dev(workspace).code, 7);
  package(workspace, R"("dev": "kill -9 $$")");
  EXPECT_EQ(npm_dev(workspace).code, 137);
  package(workspace, R"("predev": "exit 3", "dev": "echo never")");
  const Finished finished = npm_dev(workspace);
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.out, Not(HasSubstr("\nnever")));
}

TEST(Npm, a_member_of_an_npm_workspace_has_its_exit_code_and_the_programs_of_the_root) {
  const Workspace workspace = npm_workspace();
  workspace.write("package.json", R"({"name": "root", "private": true, "workspaces": ["a"]})");
  workspace.script("node_modules/.bin/hoisted", "echo from the root; exit 5\n");
  package(workspace, R"("dev": "hoisted")");
  const Finished finished = npm_dev(workspace);
  EXPECT_EQ(finished.code, 5) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("from the root\n"));
}

class EveryScript : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryScript, gets_a_signal_exactly_once_and_leaves_nothing) {
  for (const std::string signal : {"SIGTERM", "SIGINT"}) {
    const Workspace workspace =
        npm_workspace("", R"("stop": {"signal": ")" + signal + R"(", "graceMs": 3600000})");
    package(workspace, R"("count": "exec node count.mjs", "dev": ")" + std::string(GetParam()) + "\"");
    workspace.write("a/count.mjs", signal_counter);
    expect_counted_once(workspace, signal, SIGINT);
  }
}

// A shell that stays, one that became the program, and package managers below each other.
INSTANTIATE_TEST_SUITE_P(Npm, EveryScript,
                         ::testing::Values("node count.mjs", "exec node count.mjs", "npm run count",
                                           "pnpm run count", "node count.mjs; true"));

TEST(Npm, the_next_script_is_ended_too) {
  const Workspace workspace = npm_workspace("", R"("stop": {"graceMs": 3600000})");
  package(workspace, R"("predev": "node count.mjs", "dev": "echo dev; exec node count.mjs")");
  workspace.write("a/count.mjs", signal_counter);
  DreamRun dream(workspace, {.arguments = {"dev"}, .folder = "a"});
  dream.await_out("ready\n");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143) << "however far npm gets";
}

/// A lock file, and the package manager that it stands for.
using Pair = std::pair<std::string, std::string>;
class EveryManager : public ::testing::TestWithParam<Pair> {};

TEST_P(EveryManager, runs_the_script_with_its_arguments_and_passes_signals_on_once) {
  const auto& [lock_file, name] = GetParam();
  const Workspace workspace = npm_workspace("", R"("stop": {"graceMs": 3600000})");
  package(workspace, R"("dev": "exec node count.mjs", "show": "node show.mjs", "fail": "exit 7")");
  workspace.write("a/" + lock_file, "");
  workspace.write("a/count.mjs", signal_counter);
  workspace.write("a/show.mjs",
                  "console.log(process.env.npm_config_user_agent.split('/')[0], process.argv.slice(2));");
  const Finished shown = run(workspace, {.arguments = {"show", "--", "--flag", "two words"}, .folder = "a"});
  EXPECT_THAT(shown.out, HasSubstr(name + " [ '--flag', 'two words' ]\n")) << shown.err;
  EXPECT_EQ(run(workspace, {.arguments = {"fail"}, .folder = "a"}).code, 7);
  expect_counted_once(workspace, "SIGTERM");
  expect_counted_once(workspace, "SIGINT", SIGINT);
}

TEST_P(EveryManager, hands_a_signal_on_to_the_program_of_the_script) {
  const Workspace workspace = npm_workspace();
  package(workspace, R"("dev": "listener $ROOT/gate; echo after")");
  workspace.write("a/" + GetParam().first, "");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, {.arguments = {"dev"}, .folder = "a"});
  dream.await_out("listening\n");
  dream.send(SIGUSR1);
  dream.await_out("got SIGUSR1\n");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0) << dream.err();
  EXPECT_THAT(dream.out(), HasSubstr("cleaned up\nafter\n"));
}

INSTANTIATE_TEST_SUITE_P(Npm, EveryManager,
                         ::testing::Values(Pair("package-lock.json", "npm"), Pair("pnpm-lock.yaml", "pnpm"),
                                           Pair("yarn.lock", "yarn")));

TEST(Npm, node_options_reach_the_script) {
  for (const std::string manager : {"npm", "pnpm", "yarn"}) {
    const Workspace workspace =
        npm_workspace(R"("packageManager": ")" + manager + R"(", "nodeOptions": "--title=given")");
    package(workspace, R"("dev": "node -p process.title")");
    EXPECT_THAT(npm_dev(workspace).out, HasSubstr("\ngiven\n")) << manager;
  }
}

TEST(Npm, a_missing_script_lists_those_there_are_unless_it_may_be_missing) {
  const Workspace workspace = npm_workspace();
  package(workspace, R"("test": "jest", "build": "tsc")");
  const Finished finished = npm_dev(workspace);
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err,
              HasSubstr(R"(./a has no script "dev" in its package.json; its scripts are build, test)"));
  const Workspace lenient = npm_workspace(R"("ifPresent": true)");
  package(lenient, R"("test": "jest")");
  EXPECT_EQ(npm_dev(lenient).code, 0);
}

TEST(Npm, a_missing_or_broken_package_json_is_named) {
  const Workspace workspace = npm_workspace();
  EXPECT_THAT(npm_dev(workspace).err, HasSubstr("./a has no package.json"));
  workspace.write("a/package.json", "{\n  \"scripts\": {]\n}\n");
  const Finished finished = npm_dev(workspace);
  EXPECT_NE(finished.code, 0);
  EXPECT_THAT(finished.err, HasSubstr((workspace.root() / "a/package.json").string() + ":2:15: "));
}

TEST(Npm, is_suggested_where_another_executor_does_not_know_the_script) {
  const Workspace workspace(R"({"projects": {"./a": {}}})");
  package(workspace, R"("dev": "echo never")");
  EXPECT_THAT(npm_dev(workspace).err,
              HasSubstr(R"(its package.json has one (set "executor": "npm" in dream.json))"));
}

TEST(Npm, says_what_to_install_where_it_is_missing) {
  const Workspace workspace = npm_workspace();
  package(workspace, R"("dev": "echo never")");
  const Finished finished =
      run(workspace, {.arguments = {"dev"}, .folder = "a", .environment = {{"PATH", DREAM_HELPERS}}});
  EXPECT_EQ(finished.code, 127);
  EXPECT_THAT(finished.err,
              AllOf(HasSubstr("npm is not installed"), HasSubstr("apt-get install nodejs npm")));
}

TEST(Npm, below_a_shell_passes_signals_on_once_as_well) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {
    "dev": {"command": "npm run count", "stop": {"graceMs": 3600000}}}}}})");
  package(workspace, R"("count": "exec node count.mjs")");
  workspace.write("a/count.mjs", signal_counter);
  expect_counted_once(workspace, "SIGTERM");
}

}  // namespace
}  // namespace dream::e2e
