#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "e2e/terminal.hpp"

/// The ways that a signal comes to dream and goes on to its tasks, and what whoever started dream sees of it.
namespace dream::e2e {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* patient = R"("stop": {"graceMs": 3600000})";

Launch go(std::vector<std::string> before = {}) {
  Launch launch{.arguments = {"go"}, .folder = "c", .environment = {{"NO_COLOR", "1"}}};
  if (before.empty()) return launch;
  launch.program = before.front();
  launch.arguments = {before.begin() + 1, before.end()};
  launch.arguments.insert(launch.arguments.end(), {DREAM_BINARY, "go"});
  return launch;
}

/// A line of bash, in which $DREAM is its path.
Launch line(const std::string& text) {
  return {.arguments = {"-c", text},
          .folder = "c",
          .environment = {{"DREAM", DREAM_BINARY}, {"NO_COLOR", "1"}},
          .program = "/bin/bash"};
}

// ---- one request that comes in several ways
// -----------------------------------------------------------------

/// A program that stands before dream and hands signals on.
class Wrapper : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(Wrapper, that_tells_of_one_signal_in_several_ways_leaves_every_task_its_grace) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    const Workspace workspace(
        {{"a", "exec listener $ROOT/gate", async, patient}, {"c", "exec listener $ROOT/gate", "", patient}},
        all_at_once);
    const Gate gate(workspace, "gate");
    DreamRun dream(workspace, go(GetParam()));
    while (count(dream.out(), "listening") < 2) dream.await_more_out();
    await_asleep(dream.pid());  // `timeout` dies of what comes before it knows whom it has started
    dream.send(signal);
    dream.await_err("waiting for ");  // whatever it sent has come
    gate.open();
    gate.open();
    dream.exit_code_once_all_ended();
    EXPECT_EQ(count(dream.out(), "cleaned up"), 2U) << dream.err();
    EXPECT_EQ(count(dream.out(), "got "), 2U);
    EXPECT_THAT(dream.err(), Not(HasSubstr("killed")));
  }
}

INSTANTIATE_TEST_SUITE_P(Signal, Wrapper,
                         testing::Values(std::vector<std::string>{DREAM_HELPERS "/twice", "pid"},
                                         std::vector<std::string>{DREAM_HELPERS "/twice", "group"},
                                         std::vector<std::string>{"/usr/bin/timeout", "3600"}));

TEST(WrapperOnATerminal, that_hands_ctrl_c_on_which_dream_has_as_well_leaves_every_task_its_grace) {
  const Workspace workspace(
      {{"a", "exec listener $ROOT/gate", async, patient}, {"c", "exec listener $ROOT/gate", "", patient}});
  const Gate gate(workspace, "gate");
  Terminal terminal(workspace, go({"/usr/bin/timeout", "--foreground", "3600"}));
  while (count(terminal.screen(), "listening") < 2) terminal.await_more();
  await_asleep(terminal.pid());
  terminal.type("\x03");
  terminal.await_screen("waiting for ");
  gate.open();
  gate.open();
  EXPECT_NE(terminal.exit_code_once_all_ended(), 0);
  EXPECT_EQ(count(terminal.screen(), "cleaned up"), 2U) << terminal.screen();
}

// ---- what whoever started dream sees
// -------------------------------------------------------------------------

TEST(CtrlC, ends_the_script_that_runs_dream) {
  const Workspace workspace({{"c", "echo up; read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  for (const char* script :
       {"$DREAM go; echo DEPLOYING", "for i in 1 2; do $DREAM go; echo DEPLOYING; done"}) {
    Terminal terminal(workspace, line(script));
    terminal.await_screen("up");
    await_that_waits_for_a_child(terminal.pid());  // bash dies of a key that comes before
    terminal.type("\x03");
    EXPECT_EQ(terminal.exit_code(), 130);
    EXPECT_THAT(terminal.screen(), Not(HasSubstr("DEPLOYING")));
  }
}

/// The signals that end dream, each with what the others call it.
class Ending : public testing::TestWithParam<int> {};

TEST_P(Ending, signal_leaves_the_task_its_grace_and_is_what_dream_dies_of) {
  const int signal = GetParam();
  const Workspace workspace({{"c", "exec listener $ROOT/gate", "", patient}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("listening");
  dream.send(signal);
  dream.await_out(signal == SIGINT ? "got SIGINT" : "got SIGTERM");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 128 + signal);
  EXPECT_TRUE(dream.died_of_signal());
  EXPECT_THAT(dream.out(), HasSubstr("cleaned up"));
}

INSTANTIATE_TEST_SUITE_P(Signal, Ending,
                         testing::Values(SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE,
                                         SIGSEGV, SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGXCPU, SIGVTALRM,
                                         SIGPROF, SIGPOLL, SIGPWR, SIGSYS, 32, 33));

TEST(Signal, that_means_nothing_to_dream_costs_no_task_its_grace) {
  const Workspace workspace(
      {{"a", "exec listener $ROOT/gate", async, patient}, {"c", "exec listener $ROOT/gate", "", patient}},
      all_at_once);
  const Gate gate(workspace, "gate");
  Launch launch = go();
  launch.own_session = true;
  DreamRun dream(workspace, launch);
  while (count(dream.out(), "listening") < 2) dream.await_more_out();
  std::vector<int> signals{SIGUSR1,  SIGUSR2, SIGCHLD, SIGCONT, SIGURG,
                           SIGWINCH, SIGXFSZ, SIGTSTP, SIGTTIN, SIGTTOU};
  for (int signal = 34; signal <= 64; ++signal) signals.push_back(signal);
  for (const int signal : signals) dream.send(signal);
  dream.send(SIGUSR1);
  dream.await_err("SIGRTMAX was sent to dream, to which it means nothing");
  dream.send(SIGTERM);
  while (count(dream.out(), "got SIGTERM") < 2) dream.await_more_out();
  gate.open();
  gate.open();
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_EQ(count(dream.out(), "cleaned up"), 2U);
  EXPECT_EQ(count(dream.err(), "SIGUSR1 was sent"), 1U) << "told once";
  EXPECT_EQ(count(dream.out(), "got "), 2U);
}

// ---- what tasks are sent, and what they find
// -------------------------------------------------------------------

TEST(Signal, that_dream_has_no_use_for_is_handed_to_the_one_step_of_a_plan) {
  const Workspace workspace({{"c", "exec listener $ROOT/gate", "", patient}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("listening");
  dream.send(SIGUSR1);
  dream.await_out("got SIGUSR1");
  dream.send(34);
  dream.await_out("got SIGRTMIN");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_EQ(count(dream.out(), "got "), 2U);
}

/// Lines and programs in which a listener is run by something that doesn't know the signals, and waits.
class BelowAShell : public testing::TestWithParam<const char*> {};

TEST_P(BelowAShell, the_program_that_knows_a_signal_has_it_handed_on) {
  const Workspace workspace(R"({"projects": {"./c": {"tasks": {"go": {"command": )" +
                            std::string(GetParam()) + ", " + patient + "}}}}}");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, go());
  dream.await_out("listening");
  dream.send(SIGUSR1);
  dream.await_out("got SIGUSR1");
  dream.send(34);
  dream.await_out("got SIGRTMIN");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0) << dream.err();
  EXPECT_THAT(dream.out(), HasSubstr("cleaned up\nafter"));
  EXPECT_EQ(count(dream.out(), "got "), 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Signal, BelowAShell,
    testing::Values(R"("cd . && listener $ROOT/gate; echo after")",
                    R"("listener $ROOT/gate | cat; echo after")",
                    R"("sh -c 'listener $ROOT/gate; true'; echo after")",
                    R"(["bash", "-c", "listener $ROOT/gate; echo after"])",
                    R"(["bash", "-c", "trap 'echo after' EXIT; listener $ROOT/gate"])",
                    R"(["timeout", "3600", "sh", "-c", "listener $ROOT/gate; echo after"])"));

TEST(Signal, that_a_shell_has_a_trap_for_is_not_sent_to_what_is_below_it) {
  const Workspace workspace(
      {{"c", "trap 'echo trapped' USR1; listener $ROOT/gate & wait; wait", "", patient}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("listening");
  dream.send(SIGUSR1);
  dream.await_out("trapped");
  dream.send(34);
  dream.await_out("got SIGRTMIN");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_EQ(count(dream.out(), "got "), 1U);
}

TEST(Signal, that_nobody_knows_ends_the_step_as_by_hand) {
  const Workspace workspace({{"c", "echo up; read go < $ROOT/gate; true", "", patient}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("up");
  dream.send(SIGUSR1);
  EXPECT_EQ(dream.exit_code(), 128 + SIGUSR1);
  EXPECT_THAT(dream.err(), HasSubstr("failed: signal 10"));
}

/// The probe sends it itself: so it is there when the signal comes, and then sends another one.
TEST(Signal, that_is_handed_on_is_not_sent_to_a_probe) {
  const Workspace workspace({{"c", "exec listener $ROOT/gate", "", std::string(patient) + R"(, "ready": {
        "exec": "read go < $ROOT/probe; kill -USR1 $PPID; read go < $ROOT/probe; kill -34 $PPID"})"}});
  const Gate gate(workspace, "gate");
  const Gate probe(workspace, "probe");
  DreamRun dream(workspace);
  dream.await_out("listening");
  probe.open();
  dream.await_out("got SIGUSR1");
  probe.open();
  dream.await_out("got SIGRTMIN");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_EQ(count(dream.out(), "got "), 2U);
}

TEST(CtrlC, that_a_background_job_of_a_shell_ignores_makes_it_get_sigterm) {
  const Workspace workspace({{"c", "listener $ROOT/gate & exec listener $ROOT/gate", "", patient}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  while (count(dream.out(), "listening") < 2) dream.await_more_out();
  dream.send(SIGINT);
  dream.await_out("got SIGINT");
  dream.await_out("got SIGTERM");
  gate.open();
  gate.open();
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_EQ(count(dream.out(), "got "), 2U);
}

TEST(Signal, that_the_caller_ignores_or_blocks_is_ignored_or_blocked_in_tasks) {
  const Workspace workspace(R"json({"projects": {"./c": {"tasks": {"go": {
    "command": ["grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status"]}}}}})json");
  Launch launch = go();
  launch.ignored_signals = {SIGINT, SIGHUP, SIGUSR2};
  launch.blocked_signals = {SIGUSR1};
  const Finished finished = run(workspace, launch);
  EXPECT_THAT(finished.out, ContainsRegex("SigBlk:\t0000000000000200\n"));
  EXPECT_THAT(finished.out, ContainsRegex("SigIgn:\t0000000000000803\n"));
  EXPECT_EQ(finished.code, 0);
}

TEST(Signal, that_only_dream_has_no_use_for_is_as_the_caller_left_it_in_what_plugins_start) {
  const Workspace workspace(R"json({"projects": {
    "./a": {"executor": "docker", "options": {"image": "box"}, "tasks": {"go": {"command": "true"}}},
    "./b": {"executor": "ssh", "options": {"host": "far"}, "tasks": {"go": {"command": "true"}}}}})json");
  workspace.script("bin/ssh",
                   "#!/bin/sh\nsed -n '/^Sig[BI]/p' /proc/self/status > $ROOT/found.$(basename $PWD)\n");
  const auto found = [&](const std::string& folder, const std::vector<int>& ignored) {
    Launch launch{.arguments = {"go"},
                  .folder = folder,
                  .environment = {{"DOCKER_HOST", "ssh://far"},
                                  {"PATH", (workspace.root() / "bin").string() + ":/usr/bin:/bin"}},
                  .ignored_signals = ignored};
    EXPECT_EQ(run(workspace, launch).code, 125);
    return workspace.read("found." + folder);
  };
  for (const char* folder : {"a", "b"}) {
    EXPECT_EQ(found(folder, {}), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n") << folder;
    EXPECT_EQ(found(folder, {SIGPIPE, SIGHUP, SIGXFSZ}),
              "SigBlk:\t0000000000000000\nSigIgn:\t0000000001001001\n")
        << folder;
  }
}

TEST(Signal, that_a_task_sends_to_its_own_group_is_no_request_to_dream) {
  const Workspace workspace({{"c", "trap '' TERM; kill 0; echo tidied", "", ""}});
  Terminal terminal(workspace, go());
  EXPECT_EQ(terminal.exit_code(), 0);
  EXPECT_THAT(terminal.screen(), HasSubstr("tidied"));
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("stopping")));
}

/// The listener of this line says goodbye when it is asked to end, and the filter behind it is to pass that
/// on.
void expect_filter_is_not_asked(const std::string& line) {
  const Workspace workspace({{"c", line, "", patient}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("listening");
  dream.send(SIGTERM);
  dream.await_out("got SIGTERM");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.out(), HasSubstr("cleaned up\nfilter done\n"));
  EXPECT_THAT(dream.out(), Not(HasSubstr("filter asked")));
}

TEST(Signal, is_not_sent_to_a_filter_which_ends_with_what_it_reads) {
  expect_filter_is_not_asked(
      "listener $ROOT/gate | sh -c \"trap 'echo filter asked' TERM; cat; echo filter done\"");
}

/// Also through a pipe that has a name.
TEST(Signal, is_not_sent_to_a_filter_that_reads_a_named_pipe) {
  expect_filter_is_not_asked(
      "mkfifo $ROOT/named; sh -c \"trap 'echo filter asked' INT TERM; cat; echo filter done\" < $ROOT/named "
      "& "
      "listener $ROOT/gate > $ROOT/named; wait");
}

TEST(Signal, is_sent_to_a_filter_that_stays_when_there_is_nothing_more_to_read) {
  const Workspace workspace({{"c", "listener $ROOT/one 3>&1 >&2 | exec listener $ROOT/other", "", patient}});
  const Gate one(workspace, "one");
  const Gate other(workspace, "other");
  DreamRun dream(workspace);
  dream.await_err("listening");
  dream.await_out("listening");
  dream.send(SIGTERM);
  dream.await_err("got SIGTERM");
  dream.await_err("waiting for ");
  EXPECT_THAT(dream.out(), Not(HasSubstr("got SIGTERM")));
  one.open();
  dream.await_out("got SIGTERM");
  other.open();
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_EQ(count(dream.out(), "got "), 1U);
}

/// While the shell that started it is gone, and it isn't known to be left yet, a filter is in nobody's tree.
TEST(Signal, is_sent_to_each_of_many_filters_whose_shell_goes_first) {
  constexpr std::size_t many = 16;
  std::vector<Step> steps;
  for (std::size_t at = 0; at < many; ++at)
    steps.push_back({std::string(1, static_cast<char>('d' + at)),
                     "sleep 1000 3>&1 >&2 | exec listener $ROOT/gate", R"("async": true)", patient});
  steps.push_back({"c", "exec listener $ROOT/gate", "", patient});
  const Workspace workspace(steps, all_at_once);
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  while (count(dream.out(), "listening") <= many) dream.await_more_out();
  dream.send(SIGTERM);
  while (count(dream.out(), "got SIGTERM") <= many) dream.await_more_out();
  for (std::size_t at = 0; at <= many; ++at) gate.open();
  EXPECT_EQ(dream.exit_code(), 143);
}

}  // namespace
}  // namespace dream::e2e
