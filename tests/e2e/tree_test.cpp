#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"

/// DreamRun::exit_code() fails each of these tests when a process of the run still lives.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Tree, children_and_grandchildren_end_with_their_step) {
  const Workspace workspace(
      {{"c", "sh -c 'sh -c \"echo deep; read go < $ROOT/gate\" & wait' & wait", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("deep");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
}

TEST(Tree, a_child_in_a_session_of_its_own_ends_with_its_step) {
  const Workspace workspace(
      {{"c", "setsid sh -c 'echo away; read go < $ROOT/gate' & read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("away");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
}

TEST(Tree, an_orphan_that_forgot_everything_ends_with_its_step) {
  const Workspace workspace(
      {{"c", "(setsid env -i ROOT=$ROOT sh -c 'echo orphan; read go < $ROOT/gate' &) ; read go < $ROOT/gate",
        "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("orphan");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
}

TEST(Tree, what_a_step_leaves_behind_ends_with_it) {
  const Workspace workspace(
      {{"a", "(read go < $ROOT/gate; echo left) & exit 0", "", ""}, {"c", "echo c runs", "", ""}});
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("c runs"));
}

TEST(Tree, what_a_step_leaves_behind_is_named) {
  const Workspace workspace(
      {{"c",
        "(exec sleep 3600) > /dev/null 2>&1 & until grep -q ^sleep /proc/$!/cmdline; do :; "
        "done; echo $!; exit 0",
        "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  const std::string pid = finished.out.substr(0, finished.out.find('\n'));
  EXPECT_THAT(finished.err, HasSubstr("./c:go has ended, and left " + pid +
                                      " (sleep 3600) running: ended now "
                                      "(\"leftovers\": \"keep\" keeps them until the run ends)\n"));
  EXPECT_THAT(finished.err, HasSubstr("left " + pid + " (sleep 3600) running\n")) << "in the summary";
}

TEST(Tree, what_a_step_leaves_behind_is_not_what_its_timeout_is_for) {
  const Workspace workspace({{"c", "(trap '' TERM; exec sleep 3600) > /dev/null 2>&1 & exit 0", "",
                              R"("timeout": 2000, "stop": {"graceMs": 3000})"}});
  EXPECT_EQ(run(workspace).code, 0);
}

TEST(Tree, what_a_step_keeps_serves_the_next_one_and_ends_with_the_run) {
  const Workspace workspace(
      {{"a",
        "sh -c 'echo up > $ROOT/said; read go < $ROOT/gate; echo served > $ROOT/answer; exec sleep 3600' & "
        "exit 0",
        "", R"("leftovers": "keep")"},
       {"c", "echo go > $ROOT/gate; read answer < $ROOT/answer; echo $answer", "", ""}});
  const Gate gate(workspace, "gate");
  const Gate answer(workspace, "answer");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out, HasSubstr("served"));
  EXPECT_THAT(finished.err, HasSubstr("running: kept until the run ends or the step starts again"));
  EXPECT_THAT(finished.err, HasSubstr("ending what ./a:go has left running: "));
}

/// A daemon that a launcher starts: the launcher ends first, and is over when the daemon is ready.
Workspace with_daemon(const std::string& more) {
  return Workspace({{"a", "sh -c 'read go < $ROOT/gate; echo up > ready; exec sleep 3600' & exit 0", "",
                     R"("leftovers": "keep", "ready": {"file": "ready"})" + more},
                    {"c", "echo c runs", "", ""}});
}

TEST(Tree, what_a_step_keeps_becomes_ready_before_the_next_one_starts) {
  const Workspace workspace = with_daemon("");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("./a:go has ended, and left ");
  dream.await_err("waiting for ./a:go to be ready");
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_THAT(dream.out(), HasSubstr("c runs"));
  EXPECT_THAT(dream.err(), HasSubstr("./a:go is ready after "));
}

TEST(Tree, what_a_step_keeps_and_does_not_become_ready_is_a_failure) {
  const Workspace workspace = with_daemon(R"(, "readyTimeout": 100)");
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 124) << finished.err;
  EXPECT_THAT(finished.out, Not(HasSubstr("c runs")));
}

TEST(Tree, what_a_step_keeps_and_is_not_ready_is_no_reason_not_to_stop) {
  const Workspace workspace = with_daemon("");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("waiting for ./a:go to be ready");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
}

/// The orphans of a task are dream's: the task's shell has no children but its own, and waits for no others.
TEST(Tree, a_task_is_given_no_orphans_to_reap) {
  const Workspace workspace(
      {{"c",
        "for n in 1 2 3 4 5 6 7 8; do sh -c '(read go < $ROOT/gate; echo done) & echo $!'; done; "
        "read own < /proc/$$/task/$$/children; echo \"children $own\"",
        "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("children \n");
  for (int count = 0; count < 8; ++count) gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(Tree, a_process_that_ignores_everything_ends_with_its_step) {
  const Workspace workspace(
      {{"a", "(trap '' TERM INT HUP; echo deaf; while :; do read go < $ROOT/gate; done) & wait", async,
        R"("stop": {"graceMs": 50})"},
       {"c", "read go < $ROOT/fail; exit 2", "", ""}});
  const Gate gate(workspace, "gate");
  const Gate fail(workspace, "fail");
  DreamRun dream(workspace);
  dream.await_out("deaf");
  fail.open();
  EXPECT_EQ(dream.exit_code(), 2);
}

/// Steps of every kind: a child, one in a session of its own, an orphan, one that ignores what can be
/// ignored.
std::vector<Step> all_kinds() {
  return {{"a", "setsid sh -c 'echo up; read go < $ROOT/gate' & read go < $ROOT/gate", async, ""},
          {"b", "(setsid env -i ROOT=$ROOT sh -c 'echo up; read go < $ROOT/gate' &) ; read go < $ROOT/gate",
           async, ""},
          {"c", "trap '' TERM INT HUP; echo up; while :; do read go < $ROOT/gate; done", "", ""}};
}

void await_lines(DreamRun& dream, std::ptrdiff_t count) {
  while (std::ranges::count(dream.out(), '\n') < count) dream.await_more_out();
}

TEST(Tree, nothing_survives_when_the_process_that_was_started_is_killed) {
  const Workspace workspace(all_kinds());
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  await_lines(dream, 3);
  dream.send(SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
}

TEST(Tree, nothing_survives_when_the_process_that_works_is_killed_or_crashes) {
  for (const auto& [signal, code] : {std::pair{SIGKILL, 137}, {SIGABRT, 70}}) {
    const Workspace workspace(all_kinds());
    const Gate gate(workspace, "gate");
    DreamRun dream(workspace);
    await_lines(dream, 3);
    ::kill(host_of(dream.pid()), signal);
    EXPECT_EQ(dream.exit_code_once_all_ended(), code);
    EXPECT_THAT(dream.err(), HasSubstr("everything that it had started was ended"));
  }
}

TEST(Tree, many_processes_end_at_once) {
  const Workspace workspace({{"a",
                              "for n in 1 2 3 4 5 6 7 8 9 10; do (setsid sh -c 'echo up; read go < "
                              "$ROOT/gate' &); done; read go < $ROOT/gate",
                              async, ""},
                             {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  await_lines(dream, 10);
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
}

}  // namespace
}  // namespace dream::e2e
