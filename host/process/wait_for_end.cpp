#include "process/wait_for_end.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/descriptor.hpp"

namespace dream::process {

bool wait_for_end(pid_t child, Duration limit) {
  const Instant deadline = read_clock() + limit;
  const Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  if (!pidfd.is_open()) return errno == ESRCH;
  pollfd ended{pidfd.get(), POLLIN, 0};
  while (true) {
    const Duration rest = std::max(deadline - read_clock(), Duration::zero());
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(rest).count();
    const int ready = ::poll(&ended, 1, static_cast<int>(milliseconds));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

bool has_ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid != 0;
}

ExitStatus exit_status_of(int status) {
  if (WIFEXITED(status)) return ExitedWith{WEXITSTATUS(status)};
  if (WIFSIGNALED(status)) return KilledBy{WTERMSIG(status)};
  return Lost{"its exit status was lost"};
}

int reap(pid_t child) {
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(child, &status, 0)) < 0 && errno == EINTR) {
  }
  return ended == child ? status : -1;
}

}  // namespace dream::process
