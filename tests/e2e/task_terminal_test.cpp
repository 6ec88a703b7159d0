#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <string>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "e2e/terminal.hpp"

/// Steps that have a terminal of their own: several at once, each line with its label.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Launch go(std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), "go");
  return {.arguments = std::move(arguments),
          .folder = "c",
          .environment = {{"NO_COLOR", "1"}, {"TERM", "xterm"}}};
}

const Step last{"c", "true", "", ""};

TEST(TaskTerminal, is_there_for_both_outputs_and_nobody_is_waited_for_to_type) {
  const Workspace workspace(
      {{"a", "test -t 1 && test -t 2 && echo both", "", ""},
       {"b", "read line || echo nothing to read; (: < /dev/tty) || echo nor here", "", ""},
       last});
  Terminal terminal(workspace, go());
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("a | both\r\n"));
  EXPECT_THAT(terminal.screen(), HasSubstr("b | nothing to read\r\n"));
  EXPECT_THAT(terminal.screen(), HasSubstr("b | nor here\r\n"));
}

TEST(TaskTerminal, of_a_step_that_is_stopped_sends_ctrl_c_and_it_goes_on_to_hear_it) {
  const Workspace workspace({{"c",
                              "trap 'echo heard it; exit 0' INT; echo $$ > pid; echo up; "
                              "while :; do read line < $ROOT/gate; done",
                              "", ""}});
  const Gate gate(workspace, "gate");
  // Without a shell above it: one would have the whole job stopped, and the terminal.
  Launch launch = go();
  launch.arguments = {"-qec", "exec '" DREAM_BINARY "' go", "/dev/null"};
  launch.program = "/usr/bin/script";
  Terminal terminal(workspace, launch);
  terminal.await_screen("up\r\n");
  const pid_t pid = std::stoi(workspace.read("c/pid"));
  ::kill(pid, SIGSTOP);
  await_stopped(pid);
  terminal.type("\x03");
  terminal.await_screen("heard it");
  EXPECT_EQ(terminal.exit_code(), 130);
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("had to be killed")));
}

TEST(TaskTerminal, is_the_users_own_for_the_only_step_even_in_the_background) {
  const Workspace workspace({{"c", "test -t 0 && test -t 1 && read -r line; echo got $line", "", service}});
  Terminal terminal(workspace, go());
  terminal.type("hello\n");
  terminal.await_screen("got hello");
  EXPECT_EQ(terminal.exit_code(), 0);
}

TEST(TaskTerminal, is_its_own_for_a_server_that_a_shell_started_in_the_background) {
  const Workspace workspace({{"c", "test -t 0 || echo no keys", "", service}});
  Terminal terminal(workspace, {.arguments = {"-c", "set -m; $DREAM go & wait $!"},
                                .folder = "c",
                                .environment = {{"DREAM", DREAM_BINARY}},
                                .program = "/bin/sh"});
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("no keys")) << "who reads there is stopped";
}

TEST(TaskTerminal, stays_when_the_step_has_closed_it) {
  const Workspace workspace(
      {{"a", "exec < /dev/null > $ROOT/log 2>&1; echo closed > $ROOT/told; read word < $ROOT/gate; exit 0",
        async, R"("interactive": true)"},
       last});
  ::mkfifo((workspace.root() / "told").c_str(), 0600);
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, {.arguments = {"go"}, .folder = "c"});
  std::string word;
  std::ifstream(workspace.root() / "told") >> word;
  EXPECT_EQ(word, "closed");
  DreamRun(workspace, {.arguments = {"list"}}).exit_code_beside_others();  // time enough to hang it up
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0) << dream.err();
  EXPECT_THAT(dream.err(), HasSubstr("a:go succeeded"));
}

/// What the six variables of pagers are.
constexpr const char* tells_pagers =
    "echo \"<$PAGER,$GIT_PAGER,$MANPAGER,${SYSTEMD_PAGER-unset},${AWS_PAGER-unset},$GH_PAGER>\"";

TEST(TaskTerminal, has_no_pager_that_nobody_could_operate) {
  const Workspace workspace(
      {{"a", tells_pagers, "", ""},
       {"b", tells_pagers, "", R"("env": {"PAGER": "mine"}, "envFile": "../pager.env")"},
       {"d", tells_pagers, "", R"("pty": false)"},
       last});
  workspace.write("pager.env", "GIT_PAGER=file\n");
  Launch launch = go();
  launch.environment["PAGER"] = launch.environment["GIT_PAGER"] = "less";
  {
    Terminal terminal(workspace, launch);
    EXPECT_EQ(terminal.exit_code(), 0);
    EXPECT_THAT(terminal.screen(), HasSubstr("a | <cat,cat,cat,,,cat>\r\n"));
    EXPECT_THAT(terminal.screen(), HasSubstr("b | <mine,file,cat,,,cat>\r\n"));
    EXPECT_THAT(terminal.screen(), HasSubstr("d | <less,less,,unset,unset,>\r\n"));
  }
  // The user's own terminal is as by hand.
  const Workspace alone({{"c", tells_pagers, "", ""}});
  Terminal terminal(alone, launch);
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("<less,less,,unset,unset,>\r\n"));
}

TEST(TaskTerminal, is_as_wide_as_an_exported_width_of_the_window_says) {
  const Workspace workspace({{"a", "echo \"<$COLUMNS>\"", "", ""},
                             {"b", "echo \"<$COLUMNS>\"", "", R"("env": {"COLUMNS": "80"})"},
                             last});
  Launch launch = go();
  const auto expect = [&](const std::string& columns, const std::string& of_a) {
    launch.environment["COLUMNS"] = columns;
    Terminal terminal(workspace, launch, {.rows = 24, .columns = 80});
    EXPECT_EQ(terminal.exit_code(), 0);
    EXPECT_THAT(terminal.screen(), HasSubstr("a | <" + of_a + ">\r\n"));
    EXPECT_THAT(terminal.screen(), HasSubstr("b | <80>\r\n"));
  };
  expect("80", "76");
  expect("200", "200");  // no window's width: it is meant
}

TEST(TaskTerminal, shows_a_long_log_of_git_to_its_end) {
  const Workspace workspace(
      {{"a",
        "git init -q . && for n in $(seq 120); do printf 'commit refs/heads/x\\ncommitter A <a@b> %s "
        "+0000\\ndata <<E\\nchange %s.\\nE\\n' $n $n; done | git fast-import --quiet && exec git log "
        "--oneline x",
        "", ""},
       last});
  Terminal terminal(workspace, go(), {.rows = 30, .columns = 100});
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("change 120."));
  EXPECT_THAT(terminal.screen(), HasSubstr("change 1."));
}

TEST(TaskTerminal, can_be_turned_off) {
  const Workspace workspace(
      {{"a", "test -t 1 || test -t 2 || echo only pipes", "", R"("pty": false)"}, last});
  Terminal terminal(workspace, go());
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("a | only pipes\r\n"));
}

TEST(TaskTerminal, is_a_pipe_where_dreams_own_output_is_one) {
  const Workspace workspace({{"a", "test -t 1 && ! test -t 2 && echo out; echo err >&2", "", ""},
                             {"b", "test -t 1 || echo no terminal here", "", ""},
                             last});
  const auto line = [](const std::string& text) {
    Launch launch = go();
    launch.arguments = {"-c", text};
    launch.program = "/bin/sh";
    launch.environment["DREAM"] = DREAM_BINARY;
    return launch;
  };
  {
    Terminal terminal(workspace, line("exec $DREAM go 2> $ROOT/err"));
    EXPECT_EQ(terminal.exit_code(), 0);
    EXPECT_THAT(terminal.screen(), HasSubstr("a | out\r\n"));
    EXPECT_THAT(terminal.screen(), Not(HasSubstr("err")));
    EXPECT_THAT(workspace.read("err"), HasSubstr("a | err\n"));
  }
  {
    Terminal terminal(workspace, line("exec $DREAM go > $ROOT/out"));
    EXPECT_EQ(terminal.exit_code(), 0);
    EXPECT_EQ(workspace.read("out"), "b | no terminal here\n");
    EXPECT_THAT(terminal.screen(), HasSubstr("a | err\r\n"));
  }
}

/// Says the size of its terminal, and says it again when it has changed, twice. It waits for the signal
/// blocked: a shell that is just about to read would not hear it.
constexpr const char* sizes = R"(import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
for change in range(3):
    if change > 0: signal.sigwait({signal.SIGWINCH})
    size = os.get_terminal_size(1)
    print(size.lines, size.columns, flush=True)
)";

TEST(TaskTerminal, has_the_users_size_less_the_label_and_follows_it) {
  const Workspace workspace({{"a", "exec python3 $ROOT/sizes.py", async, ""}, last});
  workspace.write("sizes.py", sizes);
  Terminal terminal(workspace, go(), {.rows = 30, .columns = 100});
  terminal.await_screen("a | 30 96\r\n");
  terminal.resize({.rows = 50, .columns = 70});
  terminal.await_screen("a | 50 66\r\n");
  terminal.resize({.rows = 50, .columns = 10});
  terminal.await_screen("a | 50 20\r\n");
  EXPECT_EQ(terminal.exit_code(), 0);
}

TEST(TaskTerminal, of_a_background_step_in_raw_mode_has_the_users_size) {
  const Workspace workspace({{"a", "test -t 0 || stty size <&1", async, ""}, {"c", "read line", "", ""}});
  Terminal terminal(workspace, go({"-o", "raw"}), {.rows = 30, .columns = 100});
  terminal.await_screen("30 100\r\n");
  terminal.type("\n");
  EXPECT_EQ(terminal.exit_code(), 0);
}

TEST(TaskTerminal, changes_no_byte_and_keeps_the_outputs_apart_for_a_folder_of_logs) {
  std::string bytes;
  for (int value = 0; bytes.size() < 1'000'000; ++value) bytes += static_cast<char>(value * 7 + value / 256);
  const Workspace workspace(
      {{"a", "test -t 1 && cat $ROOT/bytes; test -t 2 && printf 'the last' >&2", "", ""}, last});
  workspace.write("bytes", bytes);
  Terminal terminal(workspace, go({"--log-dir", "logs"}));
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_TRUE(workspace.read("c/logs/01-a.out.log") == bytes);
  EXPECT_EQ(workspace.read("c/logs/01-a.err.log"), "the last");
}

TEST(TaskTerminal, shows_every_line_up_to_the_last_right_before_the_end) {
  const Workspace workspace(
      {{"a", "n=0; while [ $n -lt 3000 ]; do n=$((n + 1)); echo line $n; done", "", ""}, last});
  Launch plain = go();
  plain.environment["TERM"] = "dumb";  // unfinished lines are not shown
  Terminal terminal(workspace, plain);
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_EQ(count(terminal.screen(), "a | line "), 3000U);
  EXPECT_THAT(terminal.screen(), HasSubstr("a | line 3000\r\n"));
}

TEST(TaskTerminal, shows_a_progress_line_with_its_label_while_it_changes) {
  const Workspace workspace(
      {{"a",
        R"(printf '10%%'; read go < $ROOT/gate; printf '\r20%%'; read go < $ROOT/gate; printf '\r100%%\n')",
        "", ""},
       last});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go());
  terminal.await_screen("a | 10%");
  gate.open();
  terminal.await_screen("a | 20%");
  gate.open();
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("a | 100%\r\n"));
  EXPECT_EQ(count(terminal.screen(), "a | 10%\r\n") + count(terminal.screen(), "a | 20%\r\n"), 0U);
}

TEST(TaskTerminal, that_can_not_be_had_is_a_pipe_and_said_once) {
  const Workspace workspace({{"a", "test -t 1 || echo a runs", "", ""}, {"c", "echo c runs", "", ""}});
  Launch launch = go();
  launch.program = std::string(DREAM_HELPERS) + "/without";
  launch.arguments.insert(launch.arguments.begin(), {"terminals", DREAM_BINARY});
  Terminal terminal(workspace, launch);
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("a | a runs\r\n"));
  EXPECT_THAT(terminal.screen(), HasSubstr("c | c runs\r\n"));
  EXPECT_EQ(count(terminal.screen(), "no terminal for a task's output"), 1U);
}

}  // namespace
}  // namespace dream::e2e
