#include "process/pace.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace dream::process {
namespace {

using namespace std::chrono_literals;

constexpr Instant pace_start{1h};

TEST(APace, lets_cheap_work_be_done_at_once) {
  Pace pace;
  EXPECT_EQ(pace.next(pace_start), pace_start);
  pace.worked(pace_start, pace_start + 1ms);
  EXPECT_EQ(pace.next(pace_start + 1ms), pace_start + 1ms);
}

TEST(APace, lets_costly_work_take_a_ninth_of_the_time) {
  Pace pace;
  pace.worked(pace_start, pace_start + 2ms);
  EXPECT_EQ(pace.next(pace_start + 2ms), pace_start + 18ms);
  EXPECT_EQ(pace.next(pace_start + 20ms), pace_start + 20ms);
}

}  // namespace
}  // namespace dream::process
