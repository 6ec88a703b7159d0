#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>

#include "e2e/dream_run.hpp"

/// Runs of a plugin that does more than to start a child.
namespace dream::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A workspace whose project ./a is the unusual executor's; `tasks` are its tasks. ./b:go needs the one
/// called `before`, by an entry with these members.
std::string unusual(const std::string& tasks, const std::string& before = "") {
  const std::string needs =
      before.empty() ? "" : R"("workspace": {"./b": {"go": [{"projectPath": "./a", )" + before + "}]}},\n";
  return "{" + needs + R"("executors": {"unusual": {"plugin": ")" DREAM_UNUSUAL_PLUGIN R"("}},
"projects": {"./a": {"executor": "unusual", "tasks": {)" +
         tasks + R"(}},
"./b": {"tasks": {"go": {"command": "eval \"${LAST:-echo up}\""}}}}})";
}

Launch task(const std::string& name) {
  return {.arguments = {name, "--trust"}, .folder = "a"};
}
const Launch the_one_that_needs_it{.arguments = {"go", "--trust", "--debug"}, .folder = "b"};

TEST(PluginRun, that_reads_its_child_is_as_slow_as_the_reader_and_loses_nothing) {
  constexpr std::size_t all = 16'000'000;
  const Workspace workspace(unusual(
      R"("copies": {"command": "yes $(head -c 60000 /dev/zero | tr '\\0' y) | head -c 16000000; echo > $ROOT/written"})",
      R"("task": "copies", "async": true)"));
  Launch launch = the_one_that_needs_it;
  launch.arguments = {"go", "--trust"};
  const std::string turn = (workspace.root() / "turn").string();
  ASSERT_EQ(::mkfifo(turn.c_str(), 0600), 0);
  launch.environment["LAST"] =
      "dd if=/dev/zero of=/dev/null bs=64k count=200000 status=none; echo > $ROOT/turn";  // takes its time
  DreamRun dream(workspace, launch);
  EXPECT_EQ(std::ifstream(turn).get(), '\n');
  EXPECT_FALSE(fs::exists(workspace.root() / "written"));  // what nobody reads, nobody keeps
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_TRUE(fs::exists(workspace.root() / "written"));
  EXPECT_GT(dream.out().size(), all);
}

TEST(PluginRun, that_pauses_its_child_gets_nothing_meanwhile_and_all_of_it_in_the_end) {
  const Workspace workspace(unusual(R"("pauses": {"command": "seq 100000"})"));
  const Finished finished = run(workspace, task("pauses"));
  EXPECT_EQ(finished.code, 0);
  EXPECT_EQ(std::ranges::count(finished.out, '\n'), 100'000);
}

TEST(PluginRun, that_holds_its_child_for_ever_can_be_ended_by_force) {
  const Workspace workspace(unusual(R"("holds": {"command": "trap '' TERM; yes"})"));
  DreamRun dream(workspace, task("holds"));
  dream.await_out("y");
  dream.send(SIGTERM);
  dream.await_err("stopping");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.err(), Not(HasSubstr("did not report its end")));
}

TEST(PluginRun, whose_start_fails_beside_a_child_of_it_has_failed_once_the_child_is_gone) {
  const Workspace workspace(unusual(R"("changes": {"command": "exec tail -f /dev/null"})"));
  DreamRun dream(workspace, task("changes"));
  EXPECT_EQ(dream.exit_code(), 125);  // and nothing of it lives
  EXPECT_THAT(dream.err(), HasSubstr("./a:changes failed: changed its mind (ask again)"));
  EXPECT_THAT(dream.err(), Not(HasSubstr("internal error")));
}

TEST(PluginRun, that_never_ran_has_not_started_and_holds_nobody_back) {
  const Workspace workspace(
      unusual(R"("never": {})", R"("task": "never", "async": true, "required": false, "delay": 3600000)"));
  const Finished finished = run(workspace, the_one_that_needs_it);
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("up"));
  EXPECT_THAT(finished.err, HasSubstr("./a:never failed: nobody is there (wake somebody)"));
  EXPECT_THAT(finished.err, Not(HasSubstr("./a:never started")));
  EXPECT_EQ(run(workspace, task("never")).code, 127);
}

TEST(PluginRun, whose_start_refuses_an_option_is_told_with_its_place) {
  const Workspace workspace(unusual("\n\"refuses\": {\"options\": {\n  \"port\": 80}}"));
  const Finished finished = run(workspace, task("refuses"));
  EXPECT_NE(finished.code, 0);
  EXPECT_THAT(finished.err, HasSubstr("dream.json:4:3: "));
  EXPECT_THAT(finished.err, HasSubstr("this port is taken (take another)"));
}

TEST(PluginRun, that_says_when_it_is_ready_has_the_next_step_start_then) {
  const Workspace workspace(
      unusual(R"("stays": {"service": true, "stop": {"graceMs": 0}, "ready": {"healthcheck": true}})",
              R"("task": "stays")"));
  const Finished finished = run(workspace, the_one_that_needs_it);
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("up"));
  EXPECT_THAT(finished.err, HasSubstr("./a:stays is ready after "));
}

TEST(PluginRun, that_can_not_say_when_it_is_ready_is_refused_before_anything_runs) {
  const Workspace workspace(
      R"({"workspace": {"./b": {"dev": ["./a"]}},
          "projects": {"./a": {"tasks": {"dev": {"command": "echo ran", "ready": [{"log": "x"}, {"healthcheck": true}]}}},
                       "./b": {"tasks": {"dev": {"command": "echo ran"}}}}})");
  workspace.write("a/file", "");
  const Finished finished = run(workspace, {.arguments = {"dev"}, .folder = "b"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err,
              HasSubstr("./a:dev: ready/healthcheck: the executor shell knows of no health check "
                        "(take another probe: port, log or exec)"));
  EXPECT_EQ(finished.out, "");
}

TEST(PluginRun, that_can_not_say_whether_it_is_healthy_is_refused_before_anything_runs) {
  const std::string health = R"("health": {"healthcheck": true})";
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"dev": {"command": "echo ran", )" + health +
                            "}}}}}");
  workspace.write("a/file", "");
  const Finished finished = run(workspace, {.arguments = {"dev"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err,
              HasSubstr("./a:dev: health/healthcheck: the executor shell can't tell whether what it "
                        "runs stays healthy (take another probe: port, http or exec)"));
  EXPECT_EQ(finished.out, "");
  const Workspace other(unusual("\"stays\": {" + health + "}"));
  const Finished refused = run(other, task("stays"));
  EXPECT_EQ(refused.code, 2) << "it knows only when it is ready";
  EXPECT_THAT(refused.err, HasSubstr("the executor unusual can't tell whether"));
}

TEST(PluginRun, that_is_elsewhere_can_not_say_here_that_it_is_ready_nor_be_typed_into) {
  const auto refused = [](const std::string& executor, const std::string& key) {
    const Workspace workspace(
        R"({"workspace": {"./b": {"dev": ["./a"]}}, "projects": {"./a": {"executor": )" + executor +
        R"(, "tasks": {"dev": {"command": "x", "service": true, )" + key +
        R"(}}}, "./b": {"tasks": {"dev": {"command": "echo ran"}}}}})");
    workspace.write("a/file", "");
    const Finished finished = run(workspace, {.arguments = {"dev"}, .folder = "b"});
    EXPECT_EQ(finished.code, 2) << executor;
    EXPECT_EQ(finished.out, "");
    return finished.err;
  };
  for (const char* executor :
       {R"("docker", "options": {"image": "box"})", R"("ssh", "options": {"host": "far"})", R"("slurm")"}) {
    EXPECT_THAT(refused(executor, R"("ready": {"notify": true})"),
                AllOf(HasSubstr("./a:dev: ready/notify: what the executor "),
                      HasSubstr("runs can't reach the NOTIFY_SOCKET of this machine "
                                "(take another probe: log, tcp, http, or healthcheck")))
        << executor;
    EXPECT_THAT(refused(executor, R"("interactive": true)"),
                AllOf(HasSubstr("./a:dev: interactive: what the executor "),
                      HasSubstr("has no terminal on this machine to type into (remove it")))
        << executor;
  }
}

TEST(PluginRun, that_leaves_something_behind_has_it_reaped) {
  const Workspace workspace(unusual(R"("abandons": {})"));
  DreamRun dream(workspace, task("abandons"));
  EXPECT_EQ(dream.exit_code_once_all_ended(), 0);
  EXPECT_THAT(dream.err(), HasSubstr("./a:abandons has left something behind: the file abandoned"));
  EXPECT_FALSE(fs::exists(workspace.root() / "abandoned"));
  EXPECT_TRUE(fs::is_empty(workspace.root() / ".local/state/dream/.runs"));
}

TEST(PluginRun, that_finds_no_command_has_no_other_plugin_loaded_while_something_runs) {
  const Workspace workspace(
      R"({"workspace": {"./c": {"dev": [{"projectPath": "./b", "task": "wait", "async": true},
                                        {"projectPath": "./a", "required": false}]}},
    "projects": {"./a": {}, "./b": {"tasks": {"wait": {"command": "exec tail -f /dev/null"}}},
                 "./c": {"tasks": {"dev": {"command": "exit 3"}}}}})");
  workspace.write("a/package.json", R"({"scripts": {"dev": "echo never"}})");
  const Finished finished = run(workspace, {.arguments = {"dev", "--debug"}, .folder = "c"});
  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("./a has no command for \"dev\""));
  EXPECT_THAT(finished.err, Not(HasSubstr("executor npm: ")));
}

TEST(PluginRun, says_how_it_is_doing_while_its_end_is_waited_for) {
  const Workspace workspace(
      unusual(R"("stays": {"stop": {"graceMs": 60000}})", R"("task": "stays", "async": true)"));
  Launch launch = the_one_that_needs_it;
  launch.environment["LAST"] = "echo up; exec tail -f /dev/null";
  DreamRun dream(workspace, launch);
  dream.await_out("up");
  EXPECT_THAT(dream.err(), HasSubstr("./a:stays: job 17, queued"));
  dream.send(SIGTERM);
  dream.await_err("waiting for ./a:stays (job 17, queued)");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
}

}  // namespace
}  // namespace dream::e2e
