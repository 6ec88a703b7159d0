#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "integration/survival/life_line.hpp"

namespace dream::survival {
namespace {

/// As in `ssh -t host dream dev` or `xterm -e dream dev`: no shell stands between dream and the window, and
/// the kernel tells nobody but the leader of the session that the window is gone.
TEST(HangUp, of_a_terminal_without_a_shell_gives_the_tasks_their_grace) {
  const e2e::Workspace workspace(
      {{"c", "exec " DREAM_SURVIVOR " $ROOT tidies", "", R"("stop": {"graceMs": 3600000})"}});
  LifeLine life(workspace.root());
  const e2e::Gate tidied(workspace, "tidied");
  e2e::adopt_orphans();
  const e2e::StartWords words(workspace, {.arguments = {"go"}, .folder = "c"});
  int window = -1;
  const pid_t dream = ::forkpty(&window, nullptr, nullptr, nullptr);
  if (dream == 0) {
    e2e::hear_all_signals();
    if (::chdir(words.folder()) == 0) ::execve(words.argv()[0], words.argv(), words.environment());
    ::_exit(125);
  }
  life.await("tidy", 1);
  ::close(window);
  life.await("tidying", 1);
  tidied.open();
  int status = 0;
  ::waitpid(dream, &status, 0);
  life.await_end();
  EXPECT_EQ(life.who("tidied").size(), 1U);
  EXPECT_EQ(life.who("TERM").size(), 1U);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGHUP);
}

}  // namespace
}  // namespace dream::survival
