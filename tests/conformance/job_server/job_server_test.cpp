#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "conformance/job_server/server.hpp"
#include "e2e/dream_run.hpp"

/// An executor that has no process: jobs.cpp, used by the real program.
namespace dream::conformance {
namespace {

using e2e::DreamRun;
using e2e::Finished;
using e2e::Launch;
using e2e::Workspace;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

struct Jobs : ::testing::Test {
  [[nodiscard]] static Launch launch(const std::string& task) {
    return {.arguments = {task, "--trust"}, .folder = "a"};
  }
  [[nodiscard]] Finished dream(const std::string& task) const { return run(workspace, launch(task)); }

  Workspace workspace{
      R"({"workspace": {"./a": {"beside": [{"projectPath": "./b", "task": "wait", "async": true}]}},
    "executors": {"jobs": {"plugin": ")" DREAM_JOBS_PLUGIN R"(", "options": {"socket": "../jobs.socket"}}},
    "projects": {"./a": {"executor": "jobs", "tasks": {"beside": {"executor": "shell", "command": "exit 4"}}},
                 "./b": {"executor": "jobs"}}})"};
};

TEST_F(Jobs, bring_their_output_and_their_exit_code) {
  JobServer server(workspace.root() / "jobs.socket");
  const Finished hello = dream("hello");
  EXPECT_EQ(hello.code, 0) << hello.err;
  EXPECT_EQ(hello.out, "hello from the server\n");
  EXPECT_EQ(dream("fail").code, 3);
}

TEST_F(Jobs, are_asked_to_stop_by_a_signal) {
  JobServer server(workspace.root() / "jobs.socket");
  DreamRun dream(workspace, launch("wait"));
  dream.await_out("waiting");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  server.await("stop");
  server.await("gone");
  EXPECT_THAT(dream.out(), EndsWith("stopping\n"));
}

TEST_F(Jobs, are_ended_with_what_else_runs) {
  JobServer server(workspace.root() / "jobs.socket");
  const Finished beside = dream("beside");
  EXPECT_EQ(beside.code, 4);
  server.await("stop");
  EXPECT_THAT(beside.err, ContainsRegex("./b:wait +terminated"));
}

TEST_F(Jobs, that_do_not_listen_are_forced_after_their_grace) {
  JobServer server(workspace.root() / "jobs.socket");
  Launch deaf = launch("deaf");
  deaf.arguments.insert(deaf.arguments.end(), {"--grace", "50"});
  DreamRun dream(workspace, deaf);
  dream.await_out("deaf");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  server.await("gone");
  EXPECT_THAT(dream.err(), HasSubstr("signal 9 (SIGKILL)"));
}

TEST_F(Jobs, end_with_dream_when_it_is_killed) {
  JobServer server(workspace.root() / "jobs.socket");
  DreamRun dream(workspace, launch("deaf"));
  dream.await_out("deaf");
  dream.send(SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  server.await("gone");
}

TEST_F(Jobs, write_no_faster_than_they_are_read) {
  JobServer server(workspace.root() / "jobs.socket");
  const Finished flood = dream("flood");
  EXPECT_EQ(flood.code, 0) << flood.err;
  std::string all;
  for (int at = 0; at < 20'000; ++at) all += "line " + std::to_string(at) + "\n";
  EXPECT_EQ(flood.out, all);
}

TEST_F(Jobs, without_a_server_say_so) {
  const Finished nobody = dream("hello");
  EXPECT_EQ(nobody.code, 127);
  EXPECT_THAT(nobody.err, ContainsRegex("no job server at .*jobs.socket: No such file or directory"));
}

TEST_F(Jobs, whose_server_goes_away_are_lost) {
  JobServer server(workspace.root() / "jobs.socket");
  const Finished left = dream("leave");
  EXPECT_EQ(left.code, 70);
  EXPECT_THAT(left.err, HasSubstr("the job server has gone away"));
}

TEST_F(Jobs, keep_every_rule_with_and_without_a_server) {
  const std::string nowhere = R"({"socket": "/nowhere/jobs.socket"})";
  JobServer server(workspace.root() / "jobs.socket");
  const std::string somewhere = R"({"socket": ")" + (workspace.root() / "jobs.socket").string() + R"("})";
  for (const std::string& options : {nowhere, somewhere}) {
    const Finished checked =
        run(workspace, {.arguments = {"plugin", "check", DREAM_JOBS_PLUGIN, "--options", options}});
    EXPECT_EQ(checked.code, 0) << checked.out;
    EXPECT_THAT(
        checked.out,
        EndsWith("7 of 72 rules were not checked; 7 of them since it starts no child\n57 pass, 15 skip\n"));
  }
}

TEST_F(Jobs, are_told_of_by_plan) {
  const Finished plan = run(workspace, {.arguments = {"plan", "hello", "--trust"}, .folder = "a"});
  EXPECT_THAT(plan.out, ContainsRegex("1  job hello of .*/jobs.socket"));
  EXPECT_THAT(plan.out, Not(HasSubstr("can't be started")));
}

}  // namespace
}  // namespace dream::conformance
