#include "process/hang_watch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace dream::process {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1h};
constexpr Duration limit = 5s;
constexpr std::optional<Instant> nothing;

TEST(AHang, is_none_as_long_as_nobody_asks_the_host_to_stop) {
  HangWatch watch(limit);
  EXPECT_FALSE(watch.next_look().has_value());
  EXPECT_FALSE(watch.hangs(start + 1h, start, false));
}

TEST(AHang, of_a_function_that_ran_already_counts_from_the_signal) {
  HangWatch watch(limit);
  watch.asked(start);
  EXPECT_EQ(watch.next_look(), start + limit);
  EXPECT_FALSE(watch.hangs(start + limit - 1ns, start - 1h, false));
  EXPECT_TRUE(watch.hangs(start + limit, start - 1h, false));
}

TEST(AHang, of_a_function_that_began_after_the_signal_counts_from_its_begin) {
  HangWatch watch(limit);
  watch.asked(start);
  const Instant begin = start + 2s;
  EXPECT_FALSE(watch.hangs(start + limit, begin, false));
  EXPECT_EQ(watch.next_look(), begin + limit);
  EXPECT_TRUE(watch.hangs(begin + limit, begin, false));
}

TEST(AHang, of_each_function_counts_anew) {
  HangWatch watch(limit);
  watch.asked(start);
  EXPECT_FALSE(watch.hangs(start + 5s, start + 4s, false));
  EXPECT_FALSE(watch.hangs(start + 9s, start + 8s, false));
  EXPECT_TRUE(watch.hangs(start + 13s, start + 8s, false));
}

TEST(AHang, is_no_matter_of_a_host_that_runs_no_foreign_code) {
  HangWatch watch(limit);
  watch.asked(start);
  for (int round = 1; round < 100; ++round) {
    const Instant now = start + round * limit;
    EXPECT_FALSE(watch.hangs(now, nothing, false));
    EXPECT_EQ(watch.next_look(), now + limit);
  }
}

TEST(AHang, is_not_put_off_by_more_signals) {
  HangWatch watch(limit);
  watch.asked(start);
  watch.asked(start + 3s);
  EXPECT_TRUE(watch.hangs(start + limit, start, false));
}

TEST(AHang, is_no_matter_of_a_host_that_is_stopped) {
  HangWatch watch(limit);
  watch.asked(start);
  EXPECT_FALSE(watch.hangs(start + limit, start, true));
  EXPECT_FALSE(watch.hangs(start + 2 * limit - 1ns, start, false));
  EXPECT_TRUE(watch.hangs(start + 2 * limit, start, false));
}

TEST(AHang, does_not_count_the_time_that_the_guardian_was_stopped_itself) {
  HangWatch watch(limit);
  watch.asked(start);
  EXPECT_FALSE(watch.hangs(start + 1h, start, false));
  EXPECT_EQ(watch.next_look(), start + 1h + limit);
  EXPECT_TRUE(watch.hangs(start + 1h + limit, start, false));
}

}  // namespace
}  // namespace dream::process
