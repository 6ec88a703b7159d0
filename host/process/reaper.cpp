#include "process/reaper.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/time.hpp"

namespace dream::process {

namespace {

/// A reaper ends its plugins before that; this is for one that hangs itself.
constexpr Duration patience = std::chrono::seconds(15);

constexpr int poll_milliseconds = 5;

[[noreturn]] void become_reaper(const ReapOrder& order) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setsid();  // an impatient Ctrl-C doesn't leave half of it behind
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // The link leads to this very program, even when its file was replaced or removed.
  ::execl("/proc/self/exe", "dream", reaper_argument, order.record.c_str(),
          order.trust ? reaper_trust_argument : nullptr, nullptr);
  ::_exit(127);
}

}  // namespace

bool run_reaper(const ReapOrder& order) {
  if (order.record.empty() || ::access(order.record.c_str(), F_OK) != 0) return true;
  const pid_t reaper = ::fork();
  if (reaper == 0) become_reaper(order);
  if (reaper < 0) return false;
  const Instant deadline = read_clock() + patience;
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(reaper, &status, WNOHANG);
    if (ended == reaper) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (ended < 0 && errno != EINTR) return false;
    if (read_clock() > deadline) ::kill(reaper, SIGKILL);
    ::poll(nullptr, 0, poll_milliseconds);
  }
}

}  // namespace dream::process
