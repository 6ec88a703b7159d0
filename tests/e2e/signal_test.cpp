#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"

namespace dream::e2e {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Signal, the_first_is_graceful_and_the_last_line_of_a_cleanup_is_shown) {
  const Workspace workspace({{"a", "exec listener $ROOT/gate", async, R"("stop": {"graceMs": 3600000})"},
                             {"c", "read go < $ROOT/other", "", ""}});
  const Gate gate(workspace, "gate");
  const Gate other(workspace, "other");
  DreamRun dream(workspace);
  dream.await_out("listening");
  dream.send(SIGINT);
  dream.await_out("got SIGINT");
  dream.await_err("stopping: stopped by SIGINT\n");
  dream.await_err("waiting for ./a:go (pid ");
  dream.await_err("59 min 59 s until SIGKILL; Ctrl-C again to kill now\n");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), HasSubstr("cleaned up\n"));
  EXPECT_THAT(dream.err(), ContainsRegex("./a:go +terminated .* stopped by SIGINT\n"));
}

TEST(Signal, every_process_of_a_task_gets_it_exactly_once) {
  const Workspace workspace(
      {{"a", "listener $ROOT/gate & listener $ROOT/gate & wait", async, R"("stop": {"graceMs": 3600000})"},
       {"c", "exec listener $ROOT/gate", "", R"("stop": {"graceMs": 3600000})"}},
      all_at_once);
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  while (count(dream.out(), "listening") < 3) dream.await_more_out();
  dream.send(SIGTERM);
  while (count(dream.out(), "got SIGTERM") < 3) dream.await_more_out();
  for (int process = 0; process < 3; ++process) gate.open();
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_EQ(count(dream.out(), "got SIGTERM"), 3);
  EXPECT_EQ(count(dream.out(), "got "), 3);
}

TEST(Signal, the_second_forces_a_task_that_ignores_the_first) {
  const Workspace workspace({{"c", "trap '' INT TERM; echo stubborn; read go < $ROOT/gate", "",
                              R"("stop": {"graceMs": 3600000})"}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("stubborn");
  dream.send(SIGINT);
  dream.await_err("waiting for");  // long enough for it to be another request
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.err(), HasSubstr("had to be killed"));
}

TEST(Signal, a_task_that_ignores_it_is_killed_after_its_grace) {
  const Workspace workspace(
      {{"c", "trap '' TERM; echo stubborn; read go < $ROOT/gate", "", R"("stop": {"graceMs": 50})"}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("stubborn");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.err(), HasSubstr("had to be killed"));
}

TEST(Signal, that_a_task_names_and_a_process_of_it_ignores_is_told_once) {
  const Workspace workspace(
      {{"c", "trap 'wait' INT; (trap '' INT; echo stubborn; read go < $ROOT/gate) & wait", "",
        R"("stop": {"signal": "SIGINT", "grace": "1h"})"}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("stubborn");
  dream.send(SIGTERM);
  dream.await_err(
      " ignores SIGINT, its stop.signal; what still runs after 60 min 00 s is killed "
      "(\"stop\": {\"to\": \"root\"} leaves it to the step's first process)\n");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 143);
  const std::size_t told = dream.err().find("ignores SIGINT");
  EXPECT_EQ(dream.err().find("ignores SIGINT", told + 1), std::string::npos) << dream.err();
}

TEST(Signal, the_grace_of_the_command_line_overrides_every_other) {
  const Workspace workspace(
      {{"c", "trap '' TERM; echo stubborn; read go < $ROOT/gate", "", R"("stop": {"graceMs": 3600000})"}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, {.arguments = {"go", "--grace", "50"}, .folder = "c"});
  dream.await_out("stubborn");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.err(), HasSubstr("had to be killed"));
}

TEST(Signal, the_stop_signal_of_a_task_is_sent_instead) {
  const Workspace workspace(
      {{"c", "exec listener $ROOT/gate", "", R"("stop": {"signal": "SIGINT", "graceMs": 3600000})"}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("listening");
  dream.send(SIGTERM);
  dream.await_out("got SIGINT");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.out(), Not(HasSubstr("got SIGTERM")));
}

TEST(Signal, after_it_no_step_starts_any_more) {
  const Workspace workspace(
      {{"a", "echo a waits; read go < $ROOT/gate", "", ""}, {"c", "echo c runs", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("a waits");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
  EXPECT_THAT(dream.err(), ContainsRegex("./c:go +skipped .* stopped by SIGINT"));
}

TEST(Signal, one_that_was_ignored_stays_ignored) {
  for (const int signal : {SIGHUP, SIGINT}) {
    const Workspace workspace({{"c", "echo ready; read go < $ROOT/gate", "", ""}});
    const Gate gate(workspace, "gate");
    DreamRun dream(workspace, {.arguments = {"go"}, .folder = "c", .ignored_signals = {signal}});
    dream.await_out("ready");
    dream.send(signal);
    gate.open();
    EXPECT_EQ(dream.exit_code(), 0);
  }
}

TEST(Signal, a_stopped_task_is_terminated_too) {
  const Workspace workspace(
      {{"c", "echo ready; kill -STOP $$; read go < $ROOT/gate", "", R"("stop": {"graceMs": 3600000})"}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("ready");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
}

}  // namespace
}  // namespace dream::e2e
