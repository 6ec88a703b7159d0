#include "process/wait_for_end.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "support/pipe.hpp"

namespace dream::process {
namespace {

using namespace std::chrono_literals;

TEST(AnEnd, is_waited_for_no_longer_than_the_limit_and_leaves_the_child_to_be_reaped) {
  Pipe gate = make_pipe();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(gate.write);
    char byte = 0;
    ::_exit(::read(gate.read, &byte, 1) == 0 ? 7 : 99);
  }
  EXPECT_FALSE(has_ended(child));
  EXPECT_FALSE(wait_for_end(child, 1ms));
  close_descriptor(gate.write);
  EXPECT_TRUE(wait_for_end(child, 1h));
  EXPECT_TRUE(wait_for_end(child, 0ms));
  EXPECT_TRUE(has_ended(child));
  EXPECT_EQ(WEXITSTATUS(reap(child)), 7);
  EXPECT_EQ(reap(child), -1);
  EXPECT_TRUE(wait_for_end(child, 1h));
  close_descriptor(gate.read);
}

}  // namespace
}  // namespace dream::process
