#include "process/pty.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace dream::process {
namespace {

constexpr uid_t somebody = 4711;

/// A bit for each thing that is wrong with a terminal for output, as a user has it.
int faults_of_a_terminal_of(uid_t user) {
  if (::geteuid() == 0 && ::setuid(user) != 0) return 1;
  const auto pty = open_pty(winsize{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0});
  if (!pty) return 2;
  const int slave = pty->slave.get();
  pollfd keys{.fd = slave, .events = POLLIN, .revents = 0};
  int faults = ::poll(&keys, 1, 0) == (user == 0 ? 0 : 1) ? 0 : 4;
  char key = 0;
  if (::read(slave, &key, 1) != -1 || errno != EBADF) faults |= 8;
  pollfd output{.fd = pty->master.get(), .events = POLLIN, .revents = 0};
  if (::poll(&output, 1, 0) != 0) faults |= 16;  // an echo
  return faults;
}

int faults_in_another_process(uid_t user) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(faults_of_a_terminal_of(user));
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(PtyForOutput, lets_nobody_wait_for_keys_who_could_not_read_them) {
  EXPECT_EQ(faults_in_another_process(::geteuid() == 0 ? somebody : ::geteuid()), 0);
}

TEST(PtyForOutput, has_nothing_to_read_for_root) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_EQ(faults_in_another_process(0), 0);
}

}  // namespace
}  // namespace dream::process
