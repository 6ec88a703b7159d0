// How a step on another machine ends, and what is left of it there. Every process of it holds the life line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "e2e/process_list.hpp"
#include "far_workspace.hpp"
#include "integration/survival/life_line.hpp"

namespace dream::ssh::testing {
namespace {

using e2e::DreamRun;
using survival::LifeLine;
using ::testing::HasSubstr;

/// A child, one with a session of its own, and a daemon; all ignore what can be ignored.
constexpr const char* stubborn =
    "exec 9> $ROOT/life; trap '' HUP INT TERM; sleep 1000 & setsid sleep 1000 & (setsid sleep 1000 &); "
    "echo runs; while :; do sleep 1000 & wait; done";

std::set<std::string> socket_folders() {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/tmp")) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("dream-ssh-")) found.insert(name);
  }
  return found;
}

struct FarEnd : ::testing::Test {
  std::set<std::string> before = socket_folders();
  FarWorkspace workspace{tasks_with_life_line(stubborn) + ", " +
                         task("leaves", "exec 9> $ROOT/life; sleep 1000 & setsid sleep 1000 & echo runs")};
  LifeLine line{workspace.root()};
};

TEST_F(FarEnd, after_a_normal_end_nothing_is_left) {
  DreamRun dream(workspace, workspace.launch({"leaves"}));
  EXPECT_EQ(dream.exit_code(), 0);
  line.await_end();
  EXPECT_EQ(socket_folders(), before);
}

TEST_F(FarEnd, what_hides_there_lives_on_and_keeps_no_step_from_its_end) {
  const FarWorkspace hiding(
      task("go",
           "env -i /usr/bin/setsid /bin/sh -c 'echo $$ > '$ROOT'/hidden; exec /bin/sleep 1000' & "
           "while [ ! -s $ROOT/hidden ]; do :; done"));
  EXPECT_EQ(run(hiding, hiding.launch({"go"})).code, 0);
  const pid_t hidden = std::stoi(text_of(hiding.root() / "hidden"));
  EXPECT_EQ(::kill(hidden, SIGKILL), 0) << "docs/clusters.md says that it lives";
}

TEST_F(FarEnd, a_signal_is_heard_and_its_own_code_counts) {
  DreamRun dream(workspace, workspace.launch({"polite", "-o", "events"}));
  dream.await_out("runs");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.out(), HasSubstr("heard"));
  EXPECT_THAT(dream.out(), HasSubstr(R"("code":3)"));
  line.await_end();
}

TEST_F(FarEnd, ctrl_c_ends_what_ignores_it_after_the_grace) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  line.await_end();
  EXPECT_EQ(socket_folders(), before);
}

TEST_F(FarEnd, a_timeout_ends_it) {
  DreamRun dream(workspace, workspace.launch({"late"}));
  EXPECT_EQ(dream.exit_code(), 124);
  line.await_end();
}

TEST_F(FarEnd, killing_dream_ends_it) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  ::kill(e2e::host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  line.await_end();
  EXPECT_EQ(socket_folders(), before) << "its reaper removes the sockets";
}

TEST_F(FarEnd, killing_the_guardian_ends_it) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  dream.send(SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  line.await_end();
  run(workspace, workspace.launch({"none"}));
  EXPECT_EQ(socket_folders(), before) << "the next start removes the sockets";
}

TEST_F(FarEnd, killing_dream_and_its_guardian_at_once_ends_it) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  e2e::kill_with_host(dream.pid());
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137) << "the connection has ended, too";
  line.await_end();
  run(workspace, workspace.launch({"none"}));
}

TEST_F(FarEnd, the_end_of_the_connection_ends_it_and_is_told) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  ::kill(e2e::find_below(dream.pid(), "LocalCommand=echo ready"), SIGKILL);
  EXPECT_EQ(dream.exit_code(), 255);
  EXPECT_THAT(dream.err(), HasSubstr("the connection to \"far\" was lost"));
  line.await_end();
  EXPECT_EQ(socket_folders(), before);
}

TEST_F(FarEnd, the_end_of_the_session_alone_ends_it) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  ::kill(e2e::find_below(dream.pid(), "ExitOnForwardFailure=yes"), SIGKILL);
  EXPECT_EQ(dream.exit_code(), 255);
  line.await_end();
}

}  // namespace
}  // namespace dream::ssh::testing
