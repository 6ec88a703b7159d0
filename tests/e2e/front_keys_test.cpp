#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "e2e/process_list.hpp"
#include "e2e/terminal.hpp"

/// Ctrl-C and Ctrl-\ of an interactive step that has the user's terminal.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* interactive = R"("interactive": true)";

TEST(FrontKeys, are_the_interactive_steps_own) {
  const Workspace workspace(
      {{"a", "echo serves; read go < $ROOT/gate", "", service},
       {"c", "trap : INT QUIT; listener $ROOT/keys; read -r line; echo got $line", "", interactive}});
  const Gate gate(workspace, "gate");
  const Gate keys(workspace, "keys");
  Terminal terminal(workspace, {.arguments = {"go", "-o", "raw"}, .folder = "c"});
  terminal.await_screen("serves");
  terminal.await_screen("listening");
  terminal.type("\x03");
  terminal.await_screen("got SIGINT");
  terminal.type("\x1c");
  terminal.await_screen("got SIGQUIT");
  keys.open();
  terminal.type("hello\n");
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("got hello"));
}

/// dream dies of the signal, too: a shell around it stops.
void expect_end_of_all_by_the_key(const std::string& command) {
  const Workspace workspace({{"c", command, "", interactive}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, {.arguments = {"-c", "\"$DREAM\" go; echo goes on"},
                                .folder = "c",
                                .environment = {{"DREAM", DREAM_BINARY}},
                                .program = "/bin/bash"});
  terminal.await_screen("up");
  await_that_waits_for_a_child(terminal.pid());  // bash dies of a key that comes before
  terminal.type("\x03");
  EXPECT_EQ(terminal.exit_code(), 130);
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("goes on")));
}

TEST(FrontKeys, that_end_the_step_end_the_run) {
  expect_end_of_all_by_the_key("echo up; read go < $ROOT/gate");
}

/// As shells and REPLs do that take the signal and go.
TEST(FrontKeys, that_the_step_ends_by_with_the_code_of_the_signal_end_the_run) {
  expect_end_of_all_by_the_key(std::string("trap 'exit 130' INT; echo up; ") + until_a_trap_ends_it);
}

TEST(FrontKeys, that_end_the_step_are_the_only_signal_for_what_it_leaves) {
  // The other one is a background job of a shell as usual, to which the key means nothing: when it is asked,
  // the time has come.
  const Workspace workspace(
      {{"c", "env --default-signal=INT listener $ROOT/gate & listener $ROOT/gate & wait", "",
        R"("interactive": true, "stop": {"graceMs": 3600000})"}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, {.arguments = {"go"}, .folder = "c"});
  terminal.await_screen("listening\r\nlistening\r\n");
  terminal.type("\x03");
  terminal.await_screen("got SIGINT");
  terminal.await_screen("got SIGTERM");
  for (int process = 0; process < 2; ++process) gate.open();
  EXPECT_EQ(terminal.exit_code(), 130);
  EXPECT_EQ(count(terminal.screen(), "got SIGTERM"), 1U) << terminal.screen();
}

TEST(FrontKeys, are_the_runs_once_it_is_being_stopped) {
  const Workspace workspace(
      {{"c", "trap '' INT TERM HUP; echo up; until read -r line && test \"$line\" = end; do :; done", "",
        R"("interactive": true, "stop": {"graceMs": 3600000})"}});
  Terminal terminal(workspace, {.arguments = {"go"}, .folder = "c"});
  terminal.await_screen("up");
  terminal.send(SIGTERM);
  terminal.await_screen("waiting for");  // long enough for it to be another request
  terminal.type("\x03");
  EXPECT_EQ(terminal.exit_code(), 143);
}

}  // namespace
}  // namespace dream::e2e
