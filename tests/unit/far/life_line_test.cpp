#include "ssh/life_line.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace dream::ssh {
namespace {

/// More than any pipe holds.
constexpr int more_than_enough = 2'000'000;

/// As many as it takes.
int sent_lines(LifeLine& line) {
  int sent = 0;
  while (sent < more_than_enough && line.send("15")) ++sent;
  return sent;
}

TEST(ALifeLine, that_is_stuck_says_that_it_takes_no_more) {
  LifeLine line;
  ASSERT_TRUE(line.open("cd /srv\n"));
  EXPECT_LT(sent_lines(line), more_than_enough);
  std::signal(SIGPIPE, SIG_IGN);  // as in dream, it ends nothing
  line.keep_only_the_writing_end();
  EXPECT_TRUE(line.send("9")) << "the end of the child tells that the reader has gone";
}

TEST(ALifeLine, with_a_long_command_has_room_for_requests) {
  constexpr std::size_t length = 65536;
  LifeLine line;
  ASSERT_TRUE(line.open(std::string(length, 'x')));
  EXPECT_GT(sent_lines(line), 1000);
}

}  // namespace
}  // namespace dream::ssh
