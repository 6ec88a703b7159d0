#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <string>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"

/// What is left of a run outside of this machine's processes; here, a file that an executor makes.
namespace dream::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string configuration(const std::string& options = "{}") {
  return R"({"executors": {"leaving": {"plugin": ")" DREAM_LEAVING_PLUGIN R"(", "options": )" + options +
         R"(}}, "projects": {"./a": {"executor": "leaving", "tasks": {
           "go": {"command": "echo up; read go < $ROOT/gate"}, "end": {"command": "true"},
           "fail": {"command": "exit 3"}}}, "./b": {"tasks": {"go": {"command": "true"}}}}})";
}

std::size_t count_in(const fs::path& folder, const std::string& prefix) {
  if (!fs::exists(folder)) return 0;
  return static_cast<std::size_t>(
      std::count_if(fs::directory_iterator(folder), fs::directory_iterator(),
                    [&](const auto& entry) { return entry.path().filename().string().starts_with(prefix); }));
}

/// A workspace with one project on the executor that leaves things.
struct Reap : ::testing::Test {
  [[nodiscard]] std::size_t left() const { return count_in(workspace.root(), "left-"); }
  [[nodiscard]] std::size_t records() const {
    return count_in(workspace.root() / ".local/state/dream/.runs", "");
  }

  Workspace workspace{configuration()};
  Gate gate{workspace, "gate"};
};

const Launch go_launch{.arguments = {"go", "--trust"}, .folder = "a"};

TEST_F(Reap, a_run_that_ends_by_itself_has_no_record_left) {
  EXPECT_EQ(run(workspace, {.arguments = {"end", "--trust"}, .folder = "a"}).code, 0);
  EXPECT_EQ(run(workspace, {.arguments = {"fail", "--trust"}, .folder = "a"}).code, 3);
  EXPECT_EQ(records(), 0U);
  EXPECT_EQ(left(), 0U);
}

TEST(Reaping, is_not_ended_by_a_warning_that_nobody_reads) {
  const Workspace workspace(R"({"projects": {}})");
  workspace.write("record", "none");
  ::chmod((workspace.root() / "record").c_str(), 0600);
  ::mkfifo((workspace.root() / "warnings").c_str(), 0600);
  const Finished finished =
      run(workspace, {.arguments = {"-c",
                                    "exec 3< $ROOT/warnings & exec 2> $ROOT/warnings; wait; "
                                    "$DREAM --reap-run $ROOT/record; echo $?"},
                      .environment = {{"DREAM", DREAM_BINARY}, {"ROOT", workspace.root().string()}},
                      .program = "/bin/sh"});
  EXPECT_EQ(finished.out, "1\n") << "141: by SIGPIPE";
}

TEST_F(Reap, a_run_that_is_stopped_has_no_record_left) {
  DreamRun dream(workspace, go_launch);
  dream.await_out("up");
  EXPECT_EQ(records(), 1U);
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_EQ(records(), 0U);
}

TEST_F(Reap, a_run_without_such_an_executor_is_not_recorded) {
  EXPECT_EQ(run(workspace, {.arguments = {"go", "--trust"}, .folder = "b"}).code, 0);
  EXPECT_FALSE(fs::exists(workspace.root() / ".local"));
}

TEST_F(Reap, what_is_left_goes_when_the_process_that_works_is_killed_or_crashes) {
  for (const int signal : {SIGKILL, SIGSEGV}) {
    DreamRun dream(workspace, go_launch);
    dream.await_out("up");
    EXPECT_EQ(left(), 1U);
    ::kill(host_of(dream.pid()), signal);
    dream.exit_code_once_all_ended();
    EXPECT_EQ(left(), 0U);
    EXPECT_EQ(records(), 0U);
  }
}

TEST_F(Reap, what_is_left_goes_when_the_process_that_was_started_is_killed) {
  DreamRun dream(workspace, go_launch);
  dream.await_out("up");
  dream.send(SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_EQ(left(), 0U);
  EXPECT_EQ(records(), 0U);
}

/// Both processes of a run die at once, and with them everybody who could clean up.
void kill_both(DreamRun& dream) {
  kill_with_host(dream.pid());
  dream.exit_code_once_all_ended();
}

TEST_F(Reap, the_next_start_cleans_up_after_a_run_whose_guardian_died_too) {
  {
    DreamRun dream(workspace, go_launch);
    dream.await_out("up");
    kill_both(dream);
  }
  EXPECT_EQ(left(), 1U);
  EXPECT_EQ(records(), 1U);
  EXPECT_EQ(run(workspace, {.arguments = {"go", "--trust"}, .folder = "b"}).code, 0);
  EXPECT_EQ(left(), 0U);
  EXPECT_EQ(records(), 0U);
}

TEST_F(Reap, a_run_that_can_not_be_cleaned_up_after_does_not_keep_the_others) {
  for (const char* options : {R"({"reap": "fail"})", "{}"}) {
    workspace.write("dream.json", configuration(options));
    DreamRun dream(workspace, go_launch);
    dream.await_out("up");
    kill_both(dream);
  }
  EXPECT_EQ(left(), 2U);
  const Finished next = run(workspace, {.arguments = {"go", "--trust"}, .folder = "b"});
  EXPECT_EQ(next.code, 0);
  EXPECT_THAT(next.err, HasSubstr("nobody answers"));
  EXPECT_EQ(left(), 1U);
  EXPECT_EQ(records(), 1U);
}

TEST_F(Reap, what_was_loaded_with_trust_for_once_is_not_loaded_by_a_later_start_without) {
  {
    DreamRun dream(workspace, go_launch);
    dream.await_out("up");
    kill_both(dream);
  }
  const Finished plain = run(workspace, {.arguments = {"go"}, .folder = "b"});
  EXPECT_EQ(plain.code, 0);
  EXPECT_THAT(plain.err, HasSubstr("you haven't confirmed it"));
  EXPECT_EQ(left(), 1U);
  EXPECT_EQ(run(workspace, {.arguments = {"plugin", "trust", DREAM_LEAVING_PLUGIN}}).code, 0);
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "b"}).code, 0);
  EXPECT_EQ(left(), 0U);
}

TEST_F(Reap, the_next_start_leaves_runs_alone_that_live) {
  DreamRun dream(workspace, go_launch);
  dream.await_out("up");
  DreamRun next(workspace, {.arguments = {"go", "--trust", "-d"}, .folder = "b"});
  next.await_err("the run is over");
  EXPECT_EQ(left(), 1U);
  EXPECT_EQ(records(), 1U);
  gate.open();
  EXPECT_EQ(dream.exit_code_once_all_ended(), 0);
  EXPECT_EQ(next.exit_code(), 0);
  EXPECT_EQ(records(), 0U);
}

TEST_F(Reap, is_finished_though_who_waits_for_it_is_interrupted) {
  workspace.write("dream.json", configuration(R"({"reap": "wait"})"));
  {
    DreamRun dream(workspace, go_launch);
    dream.await_out("up");
    kill_both(dream);
  }
  EXPECT_EQ(records(), 1U);
  const Gate reap_gate(workspace, "reap-gate");
  const fs::path reaping = workspace.root() / "reaping";
  ASSERT_EQ(::mkfifo(reaping.c_str(), 0600), 0);
  DreamRun next(workspace,
                {.arguments = {DREAM_BINARY, "go", "--trust"}, .folder = "b", .program = "/usr/bin/setsid"});
  std::string line;
  std::ifstream(reaping) >> line;
  ::kill(-next.pid(), SIGINT);  // as Ctrl-C does: everybody in the group hears of it
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(next.pid()), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(left(), 1U);
  reap_gate.open();
  EXPECT_EQ(next.exit_code_once_all_ended(), 130);
  EXPECT_EQ(left(), 0U);
  EXPECT_EQ(records(), 0U);
}

TEST_F(Reap, a_plugin_that_crashes_in_it_is_named_and_asked_again) {
  workspace.write("dream.json", configuration(R"({"reap": "crash"})"));
  DreamRun dream(workspace, go_launch);
  dream.await_out("up");
  ::kill(host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_THAT(dream.err(), HasSubstr("executor leaving was to remove what a run that died has left behind, "
                                     "but crashed with SIGABRT"));
  EXPECT_EQ(records(), 1U);
  const Finished next = run(workspace, {.arguments = {"go", "--trust"}, .folder = "b"});
  EXPECT_EQ(next.code, 0);
  EXPECT_THAT(next.err, HasSubstr("crashed with SIGABRT"));
  EXPECT_THAT(next.err, HasSubstr(".json to give it up"));
}

TEST_F(Reap, a_record_that_can_not_be_written_is_a_warning) {
  workspace.write(".local", "a file where a folder should be");
  const Finished finished = run(workspace, {.arguments = {"end", "--trust"}, .folder = "a"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.err, HasSubstr("if dream is killed, what its executors have outside of this machine"));
}

}  // namespace
}  // namespace dream::e2e
