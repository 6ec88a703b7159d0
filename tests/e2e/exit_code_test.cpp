#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <string>

#include "e2e/dream_run.hpp"

namespace dream::e2e {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// A workspace whose project ./a has a task `go` of the faulty executor and a background step before it.
std::string with_faulty_plugin(const std::string& task) {
  return R"({"workspace": {"./a": {")" + task +
         R"(": [{"projectPath": "./b", "task": "wait", "async": true}]}},
             "executors": {"faulty": {"plugin": ")" DREAM_FAULTY_PLUGIN R"("}},
             "projects": {"./a": {"executor": "faulty"},
                          "./b": {"tasks": {"wait": {"command": "read go < $ROOT/gate"}}}}})";
}

TEST(ExitCode, zero_when_every_required_step_succeeded) {
  const Workspace workspace({{"a", "true", async, ""}, {"b", "exit 4", optional, ""}, {"c", "true", "", ""}});
  EXPECT_EQ(run(workspace).code, 0);
}

TEST(ExitCode, the_failed_steps_own) {
  for (const int code : {1, 2, 42, 255}) {
    const Workspace workspace({{"a", "exit " + std::to_string(code), "", ""}, {"c", "true", "", ""}});
    EXPECT_EQ(run(workspace).code, code);
  }
}

TEST(ExitCode, the_requested_steps_own) {
  EXPECT_EQ(run(Workspace({{"c", "exit 3", "", ""}})).code, 3);
}

TEST(ExitCode, is_128_and_the_signal_that_a_step_died_of) {
  for (const auto& [name, number] : {std::pair{"KILL", SIGKILL}, {"SEGV", SIGSEGV}, {"TERM", SIGTERM}}) {
    const Workspace workspace({{"c", std::string("ulimit -c 0; kill -") + name + " $$", "", ""}});
    const Finished finished = run(workspace);
    EXPECT_EQ(finished.code, 128 + number);
    EXPECT_THAT(finished.err, HasSubstr(std::string("(SIG") + name + ")"));
  }
}

TEST(ExitCode, with_too_few_open_files_is_never_a_bug_of_dream) {
  const Workspace workspace({{"c", "true", "", ""}});
  for (int most = 8; most <= 32; ++most) {
    Launch launch{{"-c", "ulimit -n " + std::to_string(most) + "; exec '" DREAM_BINARY "' go"}, "c"};
    launch.program = "/bin/sh";
    const Finished finished = run(workspace, launch);
    EXPECT_THAT(finished.err, Not(HasSubstr("internal error"))) << most;
    EXPECT_TRUE(finished.code == 0 || finished.err.find("ulimit -") != std::string::npos) << finished.err;
  }
}

TEST(ExitCode, is_128_and_the_signal_that_stopped_dream) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Workspace workspace({{"c", "echo ready; read go < $ROOT/gate", "", ""}});
    const Gate gate(workspace, "gate");
    DreamRun dream(workspace);
    dream.await_out("ready");
    dream.send(signal);
    EXPECT_EQ(dream.exit_code(), 128 + signal);
    EXPECT_TRUE(dream.died_of_signal()) << "what a shell script goes by";
  }
}

TEST(ExitCode, of_a_task_like_that_of_a_signal_is_no_death) {
  const Workspace workspace({{"c", "exit 130", "", ""}});
  DreamRun dream(workspace);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_FALSE(dream.died_of_signal());
}

TEST(ExitCode, is_124_for_a_step_that_ran_past_its_timeout) {
  const Workspace workspace({{"c", "read go < $ROOT/gate", "", R"("timeout": 50)"}});
  const Gate gate(workspace, "gate");
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 124);
  EXPECT_THAT(finished.err, HasSubstr("ran past its timeout of 50 ms"));
}

TEST(ExitCode, is_124_even_when_the_step_then_ends_with_0) {
  const Workspace workspace({{"c", std::string("trap 'echo asked; exit 0' TERM; ") + until_a_trap_ends_it, "",
                              R"("timeout": 1000)"}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 124);
  EXPECT_EQ(finished.out, "asked\n");
}

TEST(ExitCode, is_127_for_a_program_that_is_not_there) {
  const Workspace workspace(R"({"tasks": {"go": {"command": ["no-such-program"]}}})");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 127);
  EXPECT_THAT(finished.err, HasSubstr("no program \"no-such-program\" in PATH"));
}

TEST(ExitCode, is_2_for_a_task_without_command_or_script) {
  const Workspace workspace("{}");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("./a has no command for \"go\""));
}

TEST(ExitCode, is_126_for_a_file_that_can_not_be_executed) {
  const Workspace workspace(R"({"tasks": {"go": {"command": ["./notes.txt"]}}})");
  workspace.write("a/notes.txt", "no program\n");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 126);
  EXPECT_THAT(finished.err, HasSubstr("chmod +x"));
}

TEST(ExitCode, is_126_for_a_script_without_the_permission) {
  const Workspace workspace("{}");
  workspace.write("a/scripts/go", "#!/bin/sh\ntrue\n");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 126);
  EXPECT_THAT(finished.err, HasSubstr("is not executable"));
}

TEST(ExitCode, is_141_when_the_reader_of_stdout_went_away) {
  const Workspace workspace(
      {{"a", "echo ready >&2; read go < $ROOT/gate", async, ""}, {"c", "read go < $ROOT/gate", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("ready");
  dream.close_out();
  EXPECT_EQ(dream.exit_code(), 141);
  EXPECT_TRUE(dream.died_of_signal());
}

TEST(ExitCode, is_141_when_a_step_writes_to_nobody) {
  const Workspace workspace({{"c", "yes", "", ""}});
  DreamRun dream(workspace);
  dream.read_out(100'000);
  dream.close_out();
  EXPECT_EQ(dream.exit_code(), 141);
  EXPECT_TRUE(dream.died_of_signal());
}

/// What stands in a block is written when its step, and with it the run, is over. It is more than a pipe
/// holds.
TEST(ExitCode, is_141_when_a_grouped_step_is_written_to_nobody) {
  const Workspace workspace({{"c", "seq 400000", "", ""}});
  const Finished finished =
      run(workspace, {.arguments = {"-c", "$DREAM -o grouped go | head -1; echo ${PIPESTATUS[0]}"},
                      .folder = "c",
                      .environment = {{"DREAM", DREAM_BINARY}},
                      .program = "/bin/bash"});
  EXPECT_EQ(finished.out, "1\n141\n");
}

TEST(ExitCode, is_70_when_stdout_can_not_be_written) {
  const Workspace workspace(
      {{"a", "echo hello", "", ""}, {"c", "touch $ROOT/ran", "", R"("delay": 3600000)"}});
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "c", .out_file = "/dev/full"});
  EXPECT_EQ(finished.code, 70);
  EXPECT_THAT(finished.err, HasSubstr("can't write to stdout: No space left on device"));
  EXPECT_THAT(finished.err, ContainsRegex("./c:go +skipped .* stdout can't be written"));
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
  EXPECT_EQ(run(workspace, {.arguments = {"list"}, .out_file = "/dev/full"}).code, 70);
}

TEST(ExitCode, is_2_and_nothing_runs_for_a_usage_error) {
  const Workspace workspace({{"c", "touch $ROOT/ran", "", ""}});
  EXPECT_EQ(run(workspace, {.arguments = {"go", "--no-such-option"}, .folder = "c"}).code, 2);
  EXPECT_EQ(run(workspace, {.arguments = {"run"}, .folder = "c"}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
}

TEST(ExitCode, is_2_and_nothing_runs_for_a_configuration_error) {
  const Workspace workspace(R"({"tasks": {"go": {"command": "touch $ROOT/ran", "dealy": 5}}})");
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "a"}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
}

TEST(ExitCode, is_2_and_nothing_runs_without_a_configuration) {
  const Workspace workspace("{}");
  std::filesystem::remove(workspace.root() / "dream.json");
  const Finished finished = run(workspace, {.arguments = {"go"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("no dream.json found"));
}

TEST(ExitCode, is_2_and_nothing_runs_for_a_plan_error) {
  const Workspace workspace(R"({"workspace": {"./a": {"go": ["./b"]}, "./b": {"go": ["./a"]}},
                                "tasks": {"go": {"command": "touch $ROOT/ran"}}})");
  EXPECT_EQ(run(workspace, {.arguments = {"go", "-r"}, .folder = "a"}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
}

TEST(ExitCode, is_2_and_nothing_runs_for_a_plugin_that_can_not_be_loaded) {
  const Workspace workspace(R"({"workspace": {"./a": {"go": ["./b"]}},
                                "executors": {"odd": {"plugin": "./odd.so"}},
                                "projects": {"./a": {"executor": "odd"}},
                                "tasks": {"go": {"command": "touch $ROOT/ran"}}})");
  workspace.write("odd.so", "this is no shared library");
  const Finished finished = run(workspace, {.arguments = {"go", "--trust"}, .folder = "a"});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("odd.so"));
  EXPECT_FALSE(std::filesystem::exists(workspace.root() / "ran"));
}

TEST(ExitCode, is_70_when_an_executor_breaks_and_what_ran_is_terminated) {
  for (const std::string task : {"refuse", "lose"}) {
    const Workspace workspace(with_faulty_plugin(task));
    const Gate gate(workspace, "gate");
    const Finished finished = run(workspace, {.arguments = {task, "--trust"}, .folder = "a"});
    EXPECT_EQ(finished.code, 70);
    EXPECT_THAT(finished.err, HasSubstr("the faulty executor"));
    EXPECT_THAT(finished.err, ::testing::ContainsRegex("./b:wait +terminated"));
  }
}

TEST(ExitCode, is_70_when_a_plugin_does_not_return_and_dream_is_to_stop) {
  const Workspace workspace(with_faulty_plugin("hang"));
  const Gate gate(workspace, "gate");
  DreamRun run(workspace, {.arguments = {"hang", "--trust"}, .folder = "a"});
  run.await_err("hangs\n");
  run.send(SIGINT);
  EXPECT_EQ(run.exit_code(), 70);
  EXPECT_THAT(run.err(), HasSubstr("dream: internal error: plugin faulty: start of ./a:hang didn't return; "
                                   "everything that it had started was ended"));
}

/// The signal has been read when these don't return.
TEST(ExitCode, is_70_when_a_plugin_does_not_return_from_what_the_stop_calls) {
  const Workspace workspace(with_faulty_plugin("stall"));
  const Gate gate(workspace, "gate");
  DreamRun run(workspace, {.arguments = {"stall", "--trust"}, .folder = "a"});
  run.await_err("./a:stall started");
  const Workspace other_workspace(with_faulty_plugin("keep"));
  const Gate other_gate(other_workspace, "gate");
  DreamRun other(other_workspace, {.arguments = {"keep", "--trust"}, .folder = "a"});
  other.await_err("hangs\n");
  run.send(SIGTERM);
  other.send(SIGTERM);
  run.await_err("terminate of ./a:stall didn't return; everything that it had started was ended\n");
  other.await_err("destroy of ./a didn't return; everything that it had started was ended\n");
  while (other.lives()) other.await_more_out();  // whatever lives below the test is a leftover of the first
  EXPECT_EQ(run.exit_code(), 70);
  EXPECT_EQ(other.exit_code(), 70);
}

TEST(ExitCode, is_the_runs_own_though_a_plugin_asks_for_one_more_call_for_ever) {
  const Workspace workspace(R"({"executors": {"faulty": {"plugin": ")" DREAM_FAULTY_PLUGIN R"("}},
                                "projects": {"./a": {"executor": "faulty"}}})");
  for (const char* task : {"post", "timer"})
    EXPECT_EQ(run(workspace, {.arguments = {task, "--trust"}, .folder = "a"}).code, 0) << task;
}

TEST(ExitCode, is_70_when_a_plugin_takes_dream_with_it_and_its_function_is_named) {
  const std::map<std::string, std::string> faults{{"segv", "start of ./a:segv ended by SIGSEGV"},
                                                  {"abort", "start of ./a:abort ended by SIGABRT"},
                                                  {"exit", "start of ./a:exit ended by exit()"},
                                                  {"wait", "wait of ./a:wait ended by SIGABRT"},
                                                  {"end", "terminate of ./a:end ended by SIGABRT"}};
  for (const auto& [task, words] : faults) {
    const Workspace workspace(with_faulty_plugin(task));
    const Gate gate(workspace, "gate");
    DreamRun run(workspace, {.arguments = {task, "--trust"}, .folder = "a"});
    if (task == "end") {
      run.await_err("./a:end started");
      run.send(SIGTERM);
    }
    EXPECT_EQ(run.exit_code(), 70);
    EXPECT_THAT(run.err(), HasSubstr("dream: internal error: plugin faulty: " + words +
                                     "; everything that it had started was ended"));
  }
}

}  // namespace
}  // namespace dream::e2e
