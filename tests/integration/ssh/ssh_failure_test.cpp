// What can be wrong before a step runs on another machine: each is told with what to do, and nobody is asked
// anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "far_workspace.hpp"
#include "support/free_port.hpp"

namespace dream::ssh::testing {
namespace {

using e2e::Finished;
using ::testing::HasSubstr;

struct Wrong {
  std::string name;
  std::string options;
  std::string command;
  int code;
  std::vector<std::string> told;
};

/// As the tests are listed.
std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
  return out << wrong.name;
}

std::vector<Wrong> all_wrong() {
  const std::string here = R"("host": "127.0.0.1", "config": ")" + server_file("known_host") + "\"";
  return {
      {"unknown_key",
       far("stranger"),
       "\"true\"",
       125,
       {"\"far\" has a host key that isn't known", "log in once by hand (ssh far)"}},
      {"refused",
       far("refused"),
       "\"true\"",
       125,
       {"\"far\" refuses the login: ", "Permission denied (publickey)", "dream asks for no password"}},
      {"no_server",
       here + R"(, "port": )" + std::to_string(free_port()),
       "\"true\"",
       125,
       {"\"127.0.0.1\" has no ssh server that listens", "Connection refused", "start sshd there"}},
      {"no_name",
       R"("host": "no.such.host.invalid", "config": ")" + server_file("known_host") + "\"",
       "\"true\"",
       125,
       {"\"no.such.host.invalid\" can't be found", "check the option \"host\""}},
      {"no_program", far(), R"(["/no/such/program"])", 127, {"\"far\" has no program /no/such/program"}},
      {"no_folder",
       far() + R"(, "directory": "/no/such")",
       "\"true\"",
       127,
       {"\"far\" has no folder /no/such"}},
      {"no_command", far(), "", 2, {"the ssh executor finds no commands by itself"}},
      {"no_host", "", "\"true\"", 2, {"there is no host", "set \"host\""}},
      {"no_identity",
       far() + R"(, "identity": "nowhere")",
       "\"true\"",
       2,
       {"there is no file ", "/a/nowhere"}},
      {"sync_nowhere",
       far() + R"(, "sync": true)",
       "\"true\"",
       2,
       {"nothing says where the project's folder"}},
      {"sync_forbidden",
       far() + R"(, "sync": true, "directory": "/proc/nothing")",
       "\"true\"",
       125,
       {"rsync can't copy the project to \"far\""}},
      {"login_shell_only", far() + R"(, "user": "nobody")", "\"true\"", 125, {"\"far\" refuses the login"}},
  };
}

struct Failure : ::testing::TestWithParam<Wrong> {};

TEST_P(Failure, is_told_with_what_to_do) {
  const Wrong& wrong = GetParam();
  const FarWorkspace workspace(
      wrong.command.empty() ? "\"go\": {}" : R"("go": {"command": )" + wrong.command + "}", wrong.options);
  const Finished finished = run(workspace, workspace.launch({"go"}));
  EXPECT_EQ(finished.code, wrong.code) << finished.err;
  for (const std::string& part : wrong.told) EXPECT_THAT(finished.err, HasSubstr(part));
}

INSTANTIATE_TEST_SUITE_P(Ssh, Failure, ::testing::ValuesIn(all_wrong()),
                         [](const auto& wrong) { return wrong.param.name; });

TEST(MissingTool, is_told_before_anything_runs) {
  const FarWorkspace workspace(task("go", "true"));
  e2e::Launch launch = workspace.launch({"go"});
  launch.environment["PATH"] = workspace.root().string();
  const Finished finished = run(workspace, launch);
  EXPECT_EQ(finished.code, 127) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("ssh is not installed"));
  EXPECT_THAT(finished.err, HasSubstr("apt-get install openssh-client"));
}

TEST(MissingTool, rsync_is_only_needed_where_something_is_copied) {
  const FarWorkspace workspace(
      task("go", "true") + R"(, "copied": {"command": "true", "options": {"sync": true, "directory": "x"}})");
  std::filesystem::create_symlink("/usr/bin/ssh", workspace.root() / "ssh");
  e2e::Launch launch = workspace.launch({"go"});
  launch.environment["PATH"] = workspace.root().string();
  EXPECT_EQ(run(workspace, launch).code, 0);
  launch.arguments = {"copied"};
  const Finished finished = run(workspace, launch);
  EXPECT_EQ(finished.code, 127) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("rsync is not installed"));
}

}  // namespace
}  // namespace dream::ssh::testing
