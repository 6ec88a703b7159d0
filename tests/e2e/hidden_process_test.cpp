#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "e2e/dream_run.hpp"

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
    fs::create_directories(workspace.root() / "bin");
    fs::create_directories(workspace.root() / "lib/dream/plugins");
    fs::copy_file(DREAM_BINARY, workspace.root() / "bin/dream");
    fs::copy_file(fs::path(DREAM_BINARY).parent_path() / "../lib/dream/plugins/libdream_shell.so",
                  workspace.root() / "lib/dream/plugins/libdream_shell.so");
    fs::copy_file("/bin/sleep", workspace.root() / "unread");
    ::chmod((workspace.root() / "unread").c_str(), 0111);
  }

  /// Mounts need root: without it, the process is one that can't be looked into, and is shown.
  [[nodiscard]] Launch dream(const std::string& task) const {
    const std::string program = (workspace.root() / "bin/dream").string();
    if (::geteuid() != 0) return {.arguments = {task}, .program = program};
    return {.arguments = {"--mount", "sh", "-c",
                          "mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=4711 --regid=4711 "
                          "--clear-groups \"$@\"",
                          "sh", program, task},
            .program = "/usr/bin/unshare"};
  }

  Workspace workspace{R"({"projects": {"./": {"tasks": {
      "root": {"command": "echo $$ up; exec $ROOT/unread 3600"},
      "left": {"command": "$ROOT/unread 3600 & exit 0"}}}}})"};
};

TEST_F(HiddenProcess, is_asked_to_end) {
  DreamRun run(workspace, dream("root"));
  run.await_out(" up");
  const std::string out = run.out();
  const std::size_t end = out.rfind(" up");
  const std::string pid = out.substr(0, end).substr(out.substr(0, end).find_last_not_of("0123456789") + 1);
  std::error_code ignored;
  while (fs::read_symlink("/proc/" + pid + "/exe", ignored).filename() != "unread") {
  }
  run.send(SIGTERM);
  EXPECT_EQ(run.exit_code(), 143);
  EXPECT_THAT(run.err(), Not(HasSubstr("killed")));
}

TEST_F(HiddenProcess, ends_with_the_step_that_has_left_it) {
  DreamRun run(workspace, dream("left"));
  EXPECT_EQ(run.exit_code(), 0);
  EXPECT_THAT(run.err(), HasSubstr("running: ended now"));
}

}  // namespace
}  // namespace dream::e2e
