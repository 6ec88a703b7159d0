#include "process/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "support/pipe.hpp"

namespace dream::process {
namespace {

constexpr SignalSet disarmed = set_of(SIGPIPE) | set_of(SIGXFSZ) | set_of(32) | set_of(33);

/// Of a write that would have ended this process.
int error_of_a_write_without_reader() {
  Pipe pipe = make_pipe();
  close_descriptor(pipe.read);
  return ::write(pipe.write, "x", 1) < 0 ? errno : 0;
}

TEST(DisarmedSignals, end_nothing_and_no_program_started_then_ignores_them) {
  const auto outlives = [] {
    disarm_signals(disarmed);
    for (const int signal : {SIGPIPE, SIGXFSZ, 32, 33}) ::kill(::getpid(), signal);
    if (error_of_a_write_without_reader() != EPIPE) ::_exit(1);
    ::execl("/bin/sh", "sh", "-c", "grep -q '^SigIgn:.0*$' /proc/self/status", nullptr);
    ::_exit(2);
  };
  EXPECT_EXIT(outlives(), ::testing::ExitedWithCode(0), "");
}

TEST(DisarmedSignals, that_were_ignored_stay_so) {
  const auto keeps = [] {
    ::signal(SIGPIPE, SIG_IGN);
    disarm_signals(disarmed);
    ::_exit(ignored_signals() == set_of(SIGPIPE) ? 0 : 1);
  };
  EXPECT_EXIT(keeps(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace dream::process
