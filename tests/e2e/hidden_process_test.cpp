#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "e2e/dream_run.hpp"
#include "e2e/own_dream.hpp"
#include "support/free_port.hpp"

/// A process that its own user can't look into, in a system that hides such processes (hidepid): setuid
/// programs, or, as here, a program that may be run and not read.
namespace dream::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

struct HiddenProcess : ::testing::Test {
  HiddenProcess() {
    ::chmod(workspace.root().c_str(), 0755);
    copy_dream_into(workspace);
    fs::copy_file("/bin/sh", workspace.root() / "unread");
    ::chmod((workspace.root() / "unread").c_str(), 0111);
    ::chmod((workspace.root() / "gate").c_str(), 0644);
  }

  void SetUp() override {
    if (run(workspace, unshared("true")).code != 0) GTEST_SKIP() << "nothing can be mounted here";
  }

  /// In a system that hides processes.
  static Launch unshared(const std::string& command, const std::vector<std::string>& words = {}) {
    Launch launch{
        .arguments = {"--mount", "sh", "-c", "mount -t proc -o hidepid=2 proc /proc && " + command, "sh"},
        .program = "/usr/bin/unshare"};
    launch.arguments.insert(launch.arguments.end(), words.begin(), words.end());
    return launch;
  }
  [[nodiscard]] Launch dream(const std::string& task) const {
    return unshared("exec setpriv --reuid=4711 --regid=4711 --clear-groups \"$@\"",
                    {(workspace.root() / "bin/dream").string(), task});
  }

  Workspace workspace{R"({"projects": {"./": {"tasks": {
      "root": {"command": "exec $ROOT/unread -c 'echo up; read go < $ROOT/gate'"},
      "left": {"command": "$ROOT/unread -c 'read go < $ROOT/gate' & exit 0"}}}}})"};
  Gate gate{workspace, "gate"};
};

TEST_F(HiddenProcess, is_asked_to_end) {
  DreamRun run(workspace, dream("root"));
  run.await_out("up");
  run.send(SIGTERM);
  EXPECT_EQ(run.exit_code(), 143);
  EXPECT_THAT(run.err(), Not(HasSubstr("killed")));
}

TEST_F(HiddenProcess, is_ready_when_it_listens_on_its_port) {
  const std::string port = std::to_string(free_port());
  fs::copy_file(fs::path(DREAM_HELPERS) / "server", workspace.root() / "served");
  ::chmod((workspace.root() / "served").c_str(), 0111);
  workspace.write("dream.json",
                  R"({"workspace": {"./": {"next": [{"projectPath": "./", "task": "first"}]}},
                      "projects": {"./": {"tasks": {"next": {"command": "echo it is ready"},
                        "first": {"service": true, "ready": {"port": )" +
                      port + R"(}, "command": "exec $ROOT/served )" + port + R"( 4"}}}}})");
  DreamRun run(workspace, dream("next"));
  EXPECT_EQ(run.exit_code(), 0);
  EXPECT_THAT(run.out(), HasSubstr("it is ready\n"));
}

TEST_F(HiddenProcess, ends_with_the_step_that_has_left_it) {
  DreamRun run(workspace, dream("left"));
  EXPECT_EQ(run.exit_code(), 0);
  EXPECT_THAT(run.err(), HasSubstr("running: ended now"));
}

TEST(OtherNamespace, is_refused_for_its_pids_are_those_of_others_in_proc) {
  const Workspace workspace(R"({"projects": {"./": {"tasks": {"go": {"command": "echo ran"}}}}})");
  const auto unshared = [&](const std::string& program) {
    return run(workspace, {.arguments = {"--pid", "--fork", program, "go"}, .program = "/usr/bin/unshare"});
  };
  if (unshared("/bin/true").code != 0) GTEST_SKIP() << "no namespace can be made here";
  const Finished finished = unshared(DREAM_BINARY);
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("/proc shows the processes of another pid namespace"));
  EXPECT_EQ(finished.out, "");
}

}  // namespace
}  // namespace dream::e2e
