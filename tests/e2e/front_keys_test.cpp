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
       {"c",
        "trap 'echo $((n += 1)) cancelled' INT QUIT; echo up; until read -r line; do :; done; echo got $line",
        "", interactive}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, {.arguments = {"go", "-o", "raw"}, .folder = "c"});
  terminal.await_screen("serves");
  terminal.await_screen("up");
  terminal.type("\x03");
  terminal.await_screen("1 cancelled");
  terminal.type("\x1c");
  terminal.await_screen("2 cancelled");
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
  expect_end_of_all_by_the_key("trap 'exit 130' INT; echo up; while :; do read go < $ROOT/gate; done");
}

TEST(FrontKeys, that_end_the_step_are_the_only_signal_for_what_it_leaves) {
  const Workspace workspace({{"c",
                              "env --default-signal=INT sh -c 'trap \"echo heard INT\" INT; trap \"echo "
                              "heard TERM\" TERM; echo up; "
                              "while :; do read go < $ROOT/gate; done' & wait",
                              "", R"("interactive": true, "stop": {"graceMs": 600})"}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, {.arguments = {"go"}, .folder = "c"});
  terminal.await_screen("up");
  terminal.type("\x03");
  EXPECT_EQ(terminal.exit_code(), 130);
  EXPECT_THAT(terminal.screen(), HasSubstr("heard INT"));
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("heard TERM")));
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
