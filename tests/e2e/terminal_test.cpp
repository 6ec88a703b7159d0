#include "e2e/terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "e2e/process_list.hpp"

/// The foreground step, which has the user's terminal as if it had been started by hand.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Launch go(std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), "go");
  return {.arguments = std::move(arguments), .folder = "c", .environment = {{"NO_COLOR", "1"}}};
}

/// dream as a part of a shell line, in which $DREAM is its path.
Launch line(const std::string& text) {
  return {.arguments = {"-c", text},
          .folder = "c",
          .environment = {{"DREAM", DREAM_BINARY}, {"NO_COLOR", "1"}},
          .program = "/bin/sh"};
}

constexpr const char* patient = R"("stop": {"graceMs": 3600000})";

TEST(Terminal, of_one_step_is_the_users_own) {
  const Workspace workspace({{"c", "tty; test -t 0 && test -t 1 && test -t 2 && echo all three", "", ""}});
  Terminal terminal(workspace, go());
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr(terminal.name() + "\r\nall three\r\n"));
}

TEST(Terminal, gives_the_foreground_step_what_is_typed_and_background_steps_nothing) {
  const Workspace workspace(
      {{"a", "trap '' TERM; echo a reads; read line || echo a read nothing", "", service},
       {"c", "read -r line; echo got $line", "", ""}});
  Terminal terminal(workspace, go({"-o", "raw"}));
  terminal.await_screen("a reads");
  terminal.type("hello\n");
  terminal.await_screen("got hello");
  terminal.await_screen("a read nothing");
  EXPECT_EQ(terminal.exit_code(), 0);
}

TEST(Terminal, waits_for_the_next_step_and_for_the_shell_whatever_a_killed_one_has_left) {
  const Workspace workspace(
      {{"a", "python3 -c 'import os; os.set_blocking(0, False); os.kill(os.getpid(), 9)'",
        R"("required": false)", ""},
       {"c",
        "read -r line; echo c got $line; python3 -c 'import os; os.set_blocking(1, False); "
        "os.kill(os.getpid(), 9)'",
        "", ""}});
  Terminal terminal(workspace, line("$DREAM go -o raw; read -r line; echo the shell got $line"));
  terminal.await_screen("./a:go failed");
  terminal.type("one\n");
  terminal.await_screen("c got one");
  terminal.type("two\n");
  terminal.await_screen("the shell got two");
  EXPECT_EQ(terminal.exit_code(), 0);
}

TEST(Terminal, is_read_even_if_the_output_goes_elsewhere) {
  const Workspace workspace({{"c", "test -t 1 || echo ask; read -r line; echo got $line", "", ""}});
  Terminal terminal(workspace, line("$DREAM go | cat"));
  terminal.await_screen("ask");
  terminal.type("hello\n");
  terminal.await_screen("got hello");
  EXPECT_EQ(terminal.exit_code(), 0);
}

TEST(Terminal, is_no_output_of_a_step_that_wants_none) {
  const Workspace workspace({{"c", "test -t 1 || test -t 2 || echo only pipes", "", R"("pty": false)"}});
  Terminal terminal(workspace, go());
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("only pipes"));
}

TEST(Terminal, is_shown_and_logged_with_a_folder_of_logs) {
  const Workspace workspace(
      {{"c", "test -t 1 && echo to a terminal; echo err >&2; read -r line; echo got $line", "", ""}});
  Terminal terminal(workspace, go({"--log-dir", "logs"}));
  terminal.await_screen("to a terminal");
  terminal.type("hello\n");
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("got hello\r\n"));
  EXPECT_EQ(workspace.read("c/logs/01-c.out.log"), "to a terminal\ngot hello\n");
  EXPECT_EQ(workspace.read("c/logs/01-c.err.log"), "err\n");
}

TEST(CtrlC, reaches_each_process_of_the_step_exactly_once) {
  const Workspace workspace({{"c", "listener $ROOT/gate; true", "", patient}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("listening");
  terminal.type("\x03");
  terminal.await_screen("got SIGINT");
  terminal.await_screen("stopping: stopped by SIGINT");
  gate.open();
  EXPECT_EQ(terminal.exit_code(), 130);
  EXPECT_THAT(terminal.screen(), HasSubstr("cleaned up"));
  EXPECT_EQ(count(terminal.screen(), "got "), 1U);
}

TEST(CtrlC, makes_the_other_steps_get_it_or_their_stop_signal) {
  const Workspace workspace(
      {{"a", "exec listener $ROOT/gate", async, patient},
       {"b", "exec listener $ROOT/gate", async, R"("stop": {"signal": "SIGHUP", "graceMs": 3600000})"},
       {"c", "exec listener $ROOT/gate", "", patient}},
      all_at_once);
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go({"-o", "raw"}));
  while (count(terminal.screen(), "listening") < 3) terminal.await_more();
  terminal.type("\x03");
  while (count(terminal.screen(), "got ") < 3) terminal.await_more();
  for (int step = 0; step < 3; ++step) gate.open();
  EXPECT_EQ(terminal.exit_code(), 130);
  EXPECT_EQ(count(terminal.screen(), "got SIGINT"), 2U);
  EXPECT_EQ(count(terminal.screen(), "got SIGHUP"), 1U);
}

TEST(CtrlC, that_a_background_job_ignores_makes_it_get_the_stop_signal) {
  const Workspace workspace({{"c",
                              std::string("sh -c 'trap \"echo asked; exit 0\" TERM; echo up; ") +
                                  until_a_trap_ends_it + "' & echo waits; read go < $ROOT/gate",
                              "", patient}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("up");
  terminal.await_screen("waits");  // a shell that starts another loses the key
  terminal.type("\x03");
  EXPECT_EQ(terminal.exit_code(), 130);
  EXPECT_THAT(terminal.screen(), HasSubstr("asked"));
}

TEST(CtrlC, a_second_time_forces) {
  const Workspace workspace(
      {{"c", "trap '' INT TERM; echo stubborn; while :; do read go < $ROOT/gate; done", "", patient}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("stubborn");
  terminal.type("\x03");
  terminal.await_screen("waiting for");  // long enough for it to be another request
  terminal.type("\x03");
  EXPECT_EQ(terminal.exit_code(), 130);
}

TEST(CtrlC, stops_a_run_of_several_steps) {
  const Workspace workspace(
      {{"a", "echo up; read go < $ROOT/gate", async, ""}, {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("a | up");
  terminal.type("\x03");
  EXPECT_EQ(terminal.exit_code(), 130);
}

TEST(CtrlBackslash, forces_at_once) {
  const Workspace workspace({{"c", "trap '' QUIT; echo up; read go < $ROOT/gate", "", patient}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("up");
  terminal.type("\x1c");
  EXPECT_EQ(terminal.exit_code(), 131);
}

TEST(CtrlZ, stops_the_job_and_fg_continues_it) {
  const Workspace workspace({{"c", "echo up; read -r line; echo got $line", "", ""}});
  Terminal terminal(workspace, go());
  terminal.await_screen("up");
  terminal.type("\x1a");
  terminal.await_stopped();
  EXPECT_NE(terminal.foreground_group(), terminal.pid());
  terminal.continue_job();
  terminal.type("hello\n");
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("got hello"));
}

TEST(CtrlZ, that_the_step_reads_as_a_key_and_stops_itself_stops_the_job) {
  const Workspace workspace({{"c", "echo up; kill -TSTP $$; read -r line; echo got $line", "", ""}});
  Terminal terminal(workspace, go());
  terminal.await_stopped();
  EXPECT_NE(terminal.foreground_group(), terminal.pid());
  terminal.continue_job();
  terminal.type("hello\n");
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("got hello"));
}

TEST(CtrlZ, of_an_interactive_shell_that_suspends_itself_stops_the_job) {
  const Workspace workspace({{"c", "exec sh -i", "", R"("env": {"PS1": "ready> "})"}});
  Terminal terminal(workspace, go());
  terminal.await_screen("ready> ");
  terminal.type("kill -STOP $$\n");
  terminal.await_stopped();
  terminal.continue_job();
  terminal.type("exit 5\n");
  EXPECT_EQ(terminal.exit_code(), 5);
}

TEST(CtrlZ, of_a_run_of_several_steps_stops_it_and_fg_continues_it) {
  const Workspace workspace(
      {{"a", "echo up; read go < $ROOT/gate", async, ""}, {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("a | up");
  terminal.type("\x1a");
  terminal.await_stopped();
  terminal.continue_job();
  gate.open();
  gate.open();
  EXPECT_EQ(terminal.exit_code(), 0);
}

/// By a signal or a key.
bool is_stopped(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat((std::istreambuf_iterator<char>(file)), {});
  return stat.find(") T ") != std::string::npos;
}

TEST(CtrlZ, stops_every_task_whatever_the_mode_and_fg_continues_all) {
  for (const char* mode : {"prefix", "raw", "grouped"}) {
    const Workspace workspace(
        {{"a", "setsid -w sh -c 'echo up > $ROOT/a/up; read go < $ROOT/gate'", async, ""},
         {"c", "read go < $ROOT/gate", "", ""}});
    const Gate gate(workspace, "gate");
    Terminal terminal(workspace, go({"-o", mode}));
    terminal.await_screen("c:go started");
    pid_t task = 0;
    while (workspace.read("a/up").empty()) {
    }
    task = find_program_below(terminal.pid(), ": sh -c echo up");
    terminal.type("\x1a");
    terminal.await_stopped();
    while (!is_stopped(task)) {  // it has been told, and is as soon as it is its turn
    }
    EXPECT_TRUE(is_stopped(host_of(terminal.pid()))) << mode;
    terminal.continue_job();
    gate.open();
    gate.open();
    EXPECT_EQ(terminal.exit_code(), 0) << mode;
  }
}

TEST(CtrlZ, sent_to_dream_alone_by_kill_stops_every_task_as_well) {
  const Workspace workspace({{"c", "exec listener $ROOT/gate", "", patient}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("listening");
  const pid_t task = find_below(terminal.pid(), "listener");
  terminal.send(SIGTSTP);
  terminal.await_stopped();
  while (!is_stopped(task)) {
  }
  terminal.send(SIGCONT);
  gate.open();
  EXPECT_EQ(terminal.exit_code(), 0);
}

TEST(CtrlZ, leaves_the_terminal_to_the_shell_even_when_the_job_then_ends) {
  const Workspace workspace({{"c", "echo up; read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("up");
  terminal.type("\x1a");
  terminal.await_stopped();
  terminal.turn_echo_off();
  const std::string modes_of_the_shell = terminal.modes();
  terminal.send(SIGTERM);
  ::kill(-terminal.pid(), SIGCONT);
  EXPECT_EQ(terminal.exit_code(), 143);
  EXPECT_EQ(terminal.modes(), modes_of_the_shell);
  EXPECT_NE(terminal.foreground_group(), terminal.pid());
}

TEST(ClosedTerminal, leaves_nothing_of_one_step_or_several) {
  const Workspace one({{"c", "echo up; read go < $ROOT/gate", "", ""}});
  const Workspace several({{"a", "trap '' HUP; echo up; read go < $ROOT/gate", async, ""},
                           {"c", "read go < $ROOT/gate", "", ""}});
  for (const Workspace* workspace : {&one, &several}) {
    const Gate gate(*workspace, "gate");
    Terminal terminal(*workspace, go());
    terminal.await_screen("up");
    terminal.hang_up();
    EXPECT_EQ(terminal.exit_code_once_all_ended(), 129);
  }
}

// ---- the terminal afterwards ---------------------------------------------------------------------------

/// A step that has changed the terminal's modes, as a password prompt does, and how it ends.
class Afterwards : public testing::Test {
 protected:
  Afterwards() { terminal_.await_screen("Password: "); }

  void expect_restored() {
    EXPECT_EQ(terminal_.modes(), terminal_.modes_at_first());
    EXPECT_EQ(terminal_.foreground_group(), terminal_.pid());
  }

  Workspace workspace_{{{"c", "stty -echo raw; printf 'Password: '; read -r line", "", ""}}};
  Terminal terminal_{workspace_, go()};
};

TEST_F(Afterwards, the_terminal_is_as_before_when_the_step_has_ended) {
  EXPECT_NE(terminal_.modes(), terminal_.modes_at_first());
  terminal_.type("secret\n");
  EXPECT_EQ(terminal_.exit_code(), 0);
  EXPECT_THAT(terminal_.screen(), Not(HasSubstr("secret")));
  expect_restored();
}

TEST_F(Afterwards, the_terminal_is_as_before_when_dream_was_asked_to_end) {
  terminal_.send(SIGTERM);
  EXPECT_EQ(terminal_.exit_code(), 143);
  expect_restored();
}

TEST_F(Afterwards, the_terminal_is_as_before_when_the_step_was_killed) {
  ::kill(find_below(terminal_.pid(), "sh -c stty"), SIGKILL);
  EXPECT_EQ(terminal_.exit_code(), 137);
  expect_restored();
}

TEST_F(Afterwards, the_terminal_is_as_before_when_the_process_that_works_was_killed) {
  ::kill(host_of(terminal_.pid()), SIGKILL);
  EXPECT_EQ(terminal_.exit_code_once_all_ended(), 137);
  expect_restored();
}

TEST_F(Afterwards, the_terminal_is_as_before_when_the_process_that_works_has_crashed) {
  ::kill(host_of(terminal_.pid()), SIGSEGV);
  EXPECT_EQ(terminal_.exit_code_once_all_ended(), 70);
  expect_restored();
}

TEST_F(Afterwards, the_terminal_is_as_before_when_the_process_that_was_started_was_killed) {
  terminal_.send(SIGKILL);
  EXPECT_EQ(terminal_.exit_code_once_all_ended(), 137);
  expect_restored();
}

TEST(InteractiveShell, has_the_terminal_to_itself_and_gives_it_back) {
  const Workspace workspace({{"c", "exec sh -i", "", R"("env": {"PS1": "ready> "})"}});
  Terminal terminal(workspace, go());
  terminal.await_screen("ready> ");
  EXPECT_NE(terminal.foreground_group(), terminal.pid());
  terminal.type("echo $((40 + 2)); exit 3\n");
  EXPECT_EQ(terminal.exit_code(), 3);
  EXPECT_THAT(terminal.screen(), HasSubstr("42\r\n"));
  EXPECT_EQ(terminal.foreground_group(), terminal.pid());
}

TEST(InteractiveShell, gives_the_terminal_back_even_if_it_is_killed) {
  const Workspace workspace({{"c", "exec sh -i", "", R"("env": {"PS1": "ready> "})"}});
  for (const bool guardian : {true, false}) {
    Terminal terminal(workspace, go());
    terminal.await_screen("ready> ");
    ::kill(guardian ? terminal.pid() : host_of(terminal.pid()), SIGKILL);
    EXPECT_EQ(terminal.exit_code_once_all_ended(), 137);
    EXPECT_EQ(terminal.foreground_group(), terminal.pid());
    EXPECT_EQ(terminal.modes(), terminal.modes_at_first());
  }
}

TEST(InteractiveShell, keeps_ctrl_c_for_its_own_job) {
  const Workspace workspace({{"c", "exec sh -i", "", R"("env": {"PS1": "ready> "})"}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("ready> ");
  terminal.type("echo so; read go < $ROOT/gate\n");
  terminal.await_screen("\r\nso");
  terminal.type("\x03");
  while (count(terminal.screen(), "ready> ") < 2) terminal.await_more();
  terminal.type("exit 4\n");
  EXPECT_EQ(terminal.exit_code(), 4);
}

}  // namespace
}  // namespace dream::e2e
