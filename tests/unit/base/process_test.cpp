#include "base/process.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace dream {
namespace {

TEST(SignalNames, go_both_ways_with_and_without_the_prefix) {
  EXPECT_EQ(signal_number("SIGINT"), SIGINT);
  EXPECT_EQ(signal_number("TERM"), SIGTERM);
  EXPECT_EQ(signal_number("SIGNOSUCH"), 0);
  EXPECT_EQ(signal_number(""), 0);
  EXPECT_EQ(signal_name(SIGKILL), "SIGKILL");
}

TEST(ExitStatusText, tells_codes_from_signals) {
  EXPECT_EQ(to_string(ExitStatus(ExitedWith{9})), "exit code 9");
  EXPECT_EQ(to_string(ExitStatus(KilledBy{SIGKILL})), "signal 9 (SIGKILL)");
  EXPECT_TRUE(is_success(ExitedWith{0}));
  EXPECT_FALSE(is_success(KilledBy{SIGTERM}));
  EXPECT_FALSE(is_success(Lost{"why"}));
}

}  // namespace
}  // namespace dream
