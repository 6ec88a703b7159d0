#include "process/start_cleaner.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "process/wait_for_end.hpp"

namespace dream::process {

namespace {

/// A cleaner ends its plugins before that; this is for one that hangs itself.
constexpr unsigned patience_seconds = 15;

[[noreturn]] void become_cleaner(const CleaningOrder& order) {
  ::setsid();  // Ctrl-C ends whoever waits for it, and doesn't leave its work half done
  std::signal(SIGALRM, SIG_DFL);
  ::alarm(patience_seconds);  // survives exec: nobody may be left who would end it
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // The link leads to this very program, even when its file was replaced or removed.
  ::execl("/proc/self/exe", "dream", cleaner_argument, order.record.c_str(),
          order.trust ? cleaner_trust_argument : nullptr, nullptr);
  ::_exit(127);
}

}  // namespace

bool start_cleaner(const CleaningOrder& order) {
  if (order.record.empty() || ::access(order.record.c_str(), F_OK) != 0) return true;
  const pid_t cleaner = ::fork();
  if (cleaner == 0) become_cleaner(order);
  if (cleaner < 0) return false;
  const int status = reap(cleaner);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace dream::process
