// What a step on another machine does while it runs: output, arguments, environment, folder, ports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "e2e/process_list.hpp"
#include "far_workspace.hpp"
#include "support/free_port.hpp"

namespace dream::ssh::testing {
namespace {

using e2e::DreamRun;
using e2e::Finished;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(FarStep, has_both_streams_and_its_exit_code) {
  const FarWorkspace workspace(task("go", "echo out; echo err >&2; exit 7"));
  const Finished finished = run(workspace, workspace.launch({"go", "-o", "raw"}));
  EXPECT_EQ(finished.code, 7);
  EXPECT_EQ(finished.out, "out\n");
  EXPECT_TRUE(finished.err.starts_with("err\n")) << finished.err;
}

TEST(FarStep, ends_with_the_code_of_a_shell_whatever_ends_it) {
  const FarWorkspace workspace(task("zero", "exit 0") + ", " + task("three", "exit 3") + ", " +
                               task("last", "exit 255") + ", " + task("killed", "kill -9 $$") + ", " +
                               task("hung", "kill -HUP $$"));
  for (const auto& [name, code] :
       {std::pair{"zero", 0}, {"three", 3}, {"last", 255}, {"killed", 137}, {"hung", 129}}) {
    const Finished finished = run(workspace, workspace.launch({name}));
    EXPECT_EQ(finished.code, code) << finished.err;
    EXPECT_THAT(finished.err, Not(HasSubstr("connection"))) << "the program's own 255 is no trouble of ssh";
  }
}

TEST(FarStep, gets_its_words_exactly) {
  const FarWorkspace workspace(
      R"("argv": {"command": ["printf", "<%s>", "a b", "it's", "\"$HOME\"", "`x`\\", "", "new\nline", "ü*"]},)" +
      task("line", R"(printf '<%s>' \"$#\" \"$@\")"));
  EXPECT_EQ(run(workspace, workspace.launch({"argv", "-o", "raw", "--", "-n", "é 'q'"})).out,
            "<a b><it's><\"$HOME\"><`x`\\><><new\nline><ü*><-n><é 'q'>");
  EXPECT_EQ(run(workspace, workspace.launch({"line", "-o", "raw", "--", "a b", "!#", "\n"})).out,
            "<3><a b><!#><\n>");
}

TEST(FarStep, has_the_environment_that_dream_json_gives_and_what_env_names) {
  const FarWorkspace workspace(
      R"("go": {"command": "printf '%s|' \"$GIVEN\" \"$OWN\" \"${SECRET-none}\"; env odd.name=x",
      "env": {"GIVEN": "it's\n\"new\" ü", "odd.name": "y"}, "options": {"env": ["OWN"]}})");
  const Finished finished = run(workspace, workspace.launch({"go", "-o", "raw"}));
  EXPECT_TRUE(finished.out.starts_with("it's\n\"new\" ü|of dream|none|")) << finished.out;
}

TEST(FarStep, whose_command_is_too_long_for_the_machine_has_failed_to_start_for_that) {
  const FarWorkspace workspace(R"("go": {"command": ["echo", ")" + std::string(200'000, 'x') + "\"]}");
  const Finished finished = run(workspace, workspace.launch({"go"}));
  EXPECT_EQ(finished.code, 126);
  EXPECT_THAT(finished.err, HasSubstr("\"far\" can't execute the step's first process"));
}

TEST(FarStep, writes_fifty_megabytes_byte_for_byte) {
  const FarWorkspace workspace(task("go", "cat $ROOT/data"));
  const std::string data = fifty_megabytes();
  workspace.write("data", data);
  e2e::Launch launch = workspace.launch({"go", "-o", "raw"});
  launch.out_file = "came";
  EXPECT_EQ(run(workspace, launch).code, 0);
  EXPECT_TRUE(text_of(workspace.root() / "came") == data);
}

TEST(FarStep, is_ready_by_its_output_before_the_next_one_starts) {
  const FarWorkspace workspace(
      task("serve", "echo up; sleep 1000", R"(, "service": true, "ready": {"log": "up"})"), far(),
      R"("./b": {"go": [{"projectPath": "./a", "task": "serve", "async": true}]})");
  const Finished finished = run(workspace, workspace.launch({"go"}, "b"));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_LT(finished.out.find("| up"), finished.out.find("b runs"));
  EXPECT_THAT(finished.err, HasSubstr("terminated"));
}

std::size_t logins() {
  const std::string log = text_of(server_file("log"));
  std::size_t count = 0;
  for (std::size_t at = 0; (at = log.find("Accepted publickey", at)) != std::string::npos; ++at) ++count;
  return count;
}

/// A task `go` with so many steps at the same time.
FarWorkspace many(int steps) {
  std::string tasks;
  std::string entries;
  for (int number = 0; number < steps; ++number) {
    const std::string name = "t" + std::to_string(number);
    tasks += task(name, "echo is " + name) + ", ";
    entries += (number == 0 ? "\"./a:" : ", \"./a:") + name + "\"";
  }
  return FarWorkspace(tasks + task("go", "echo last"), far(), R"("./a": {"go": [[)" + entries + "]]}");
}

/// Each eight have a connection, and the server takes only ten that haven't logged in yet.
TEST(FarStep, is_one_of_a_hundred) {
  const FarWorkspace workspace = many(100);
  const Finished finished = run(workspace, workspace.launch({"go", "-j", "100"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("is t99\n"));
}

TEST(FarStep, shares_connections_with_the_others) {
  const FarWorkspace workspace = many(20);
  const std::size_t before = logins();
  const Finished finished = run(workspace, workspace.launch({"go", "-j", "20"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  for (int number = 0; number < 20; ++number)
    EXPECT_THAT(finished.out, HasSubstr("is t" + std::to_string(number) + "\n"));
  EXPECT_LE(logins() - before, 3U) << "eight at once have one";
}

TEST(FarStep, runs_in_a_copy_of_its_folder) {
  const FarWorkspace workspace(
      task("go", "pwd; find . -type f | sort; cat kept"),
      far() +
          R"(, "directory": "ROOT/far 'ü'/deep", "sync": {"exclude": ["*.o"], "gitignore": true, "delete": true})");
  const std::string folder = workspace.root().string() + "/far 'ü'/deep";
  std::string configuration = workspace.read("dream.json");
  configuration.replace(configuration.find("ROOT/far"), 4, workspace.root().string());
  workspace.write("dream.json", configuration);
  workspace.write("a/kept", "the text\n");
  workspace.write("a/made.o", "");
  workspace.write("a/.gitignore", "ignored\n");
  workspace.write("a/ignored", "");
  std::filesystem::create_directories(folder);
  workspace.write("far 'ü'/deep/stale", "");
  const Finished finished = run(workspace, workspace.launch({"go", "-o", "raw"}));
  EXPECT_EQ(finished.out, folder + "\n./.gitignore\n./kept\nthe text\n") << finished.err;
}

TEST(FarStep, forwards_its_ports_while_it_runs) {
  const std::string here = std::to_string(free_port());
  const std::string there = std::to_string(free_port());
  const FarWorkspace workspace(
      task("go", DREAM_HELPERS "/server " + there + " 4",
           R"(, "service": true, "ready": {"port": )" + here + "}"),
      far() + R"(, "forward": [{"from": )" + here + R"(, "to": "127.0.0.1:)" + there + "\"}]",
      R"("./b": {"go": [{"projectPath": "./a", "task": "go", "async": true}]})");
  const Finished finished = run(workspace, workspace.launch({"go"}, "b"));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("b runs"));
}

TEST(FarStep, is_shown_by_plan) {
  const FarWorkspace workspace(task("go", "make all"),
                               far() + R"(, "user": "me", "port": 2222, "directory": "app")");
  EXPECT_THAT(run(workspace, workspace.launch({"plan", "go"})).out,
              HasSubstr("ssh -l me -p 2222 far: cd app && /bin/sh -c 'make all'"));
}

}  // namespace
}  // namespace dream::ssh::testing
