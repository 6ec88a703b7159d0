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
  for (int number = 1; number <= SIGRTMAX; ++number) {
    if (number < SIGRTMIN && sigabbrev_np(number) == nullptr) continue;  // two belong to the C library
    EXPECT_EQ(signal_number(signal_name(number)), number);
  }
}

TEST(SignalNames, count_real_time_signals_from_both_ends) {
  EXPECT_EQ(signal_name(SIGRTMIN + 3), "SIGRTMIN+3");
  EXPECT_EQ(signal_number("SIGRTMIN+3"), SIGRTMIN + 3);
  EXPECT_EQ(signal_number("RTMAX-1"), SIGRTMAX - 1);
  EXPECT_EQ(signal_number("RTMIN+29"), SIGRTMAX - 1);
  EXPECT_EQ(signal_name(SIGRTMAX - 1), "SIGRTMAX-1");
  EXPECT_EQ(signal_number("SIGRTMAX"), SIGRTMAX);
  for (const char* none :
       {"SIGRTMIN+0", "SIGRTMIN+30", "SIGRTMIN+", "SIGRTMAX-0", "SIGRTMAX-30", "SIGRTMIN-1"})
    EXPECT_EQ(signal_number(none), 0) << none;
}

TEST(ExitStatusText, tells_codes_from_signals) {
  EXPECT_EQ(to_string(ExitStatus(ExitedWith{9})), "exit code 9");
  EXPECT_EQ(to_string(ExitStatus(KilledBy{SIGKILL})), "signal 9 (SIGKILL)");
  EXPECT_EQ(to_string(ExitStatus(KilledBy{SIGRTMIN + 6})), "signal 40 (SIGRTMIN+6)");
  EXPECT_TRUE(is_success(ExitedWith{0}));
  EXPECT_FALSE(is_success(KilledBy{SIGTERM}));
  EXPECT_FALSE(is_success(Lost{"why"}));
}

}  // namespace
}  // namespace dream
