#include "process/launch.hpp"

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>

namespace dream::process {
namespace {

/// Starts a program in a process group of this process's own. Returns how it ended, as a shell has it.
int launched(bool own_session) {
  const std::vector<std::string> argv{"true"};
  const std::vector<std::string> none;
  const Executable program{"/bin/true", "/bin/true"};
  const std::string folder = "/";
  const Inheritance inheritance;
  rlimit file_limit{};
  ::getrlimit(RLIMIT_NOFILE, &file_limit);
  boost::asio::io_context context;
  Result<Launched> launched = launch(context.get_executor(), {.executable = program,
                                                              .argv = argv,
                                                              .directory = folder,
                                                              .environment = none,
                                                              .variables = none,
                                                              .inheritance = inheritance,
                                                              .file_limit = file_limit,
                                                              .own_session = own_session});
  if (!launched) return 99;
  boost::system::error_code error;
  launched->handle->wait(error);
  const int status = launched->handle->native_exit_code();
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// The same, of a child whose group is sent these signals before it makes its first step: it is traced.
int launched_amid(const std::vector<int>& signals, bool own_session) {
  const pid_t starter = ::fork();
  if (starter == 0) {
    ::setpgid(0, 0);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    ::_exit(launched(own_session));
  }
  int status = 0;
  ::waitpid(starter, &status, 0);
  constexpr long of_new_ones = PTRACE_O_TRACEVFORK | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE;
  if (::ptrace(PTRACE_SETOPTIONS, starter, nullptr, of_new_ones) != 0) return -1;
  ::ptrace(PTRACE_CONT, starter, nullptr, nullptr);
  // Both stop: the one that starts, and what it starts.
  const pid_t one = ::waitpid(-1, &status, __WALL);
  const pid_t other = ::waitpid(-1, &status, __WALL);
  for (const int signal : signals) ::kill(-starter, signal);
  for (const pid_t stopped : {one, other}) ::ptrace(PTRACE_DETACH, stopped, nullptr, nullptr);
  ::waitpid(starter, &status, 0);
  return WEXITSTATUS(status);
}

TEST(Launched, process_in_a_session_of_its_own_is_spared_what_was_sent_to_the_group_that_it_leaves) {
  EXPECT_EQ(launched_amid({}, true), 0);
  EXPECT_EQ(launched_amid({SIGTERM, SIGINT, SIGUSR1, 34, 34, 64}, true), 0);
}

TEST(Launched, process_in_the_group_gets_what_is_sent_to_that) {
  EXPECT_EQ(launched_amid({}, false), 0);
  EXPECT_EQ(launched_amid({SIGTERM}, false), 128 + SIGTERM);
  EXPECT_EQ(launched_amid({34}, false), 128 + 34);
}

}  // namespace
}  // namespace dream::process
