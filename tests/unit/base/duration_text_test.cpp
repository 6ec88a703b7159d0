#include "base/duration_text.hpp"

#include <gtest/gtest.h>

namespace dream {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(DurationText, is_read_with_its_units) {
  EXPECT_EQ(*parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(*parse_duration("2s"), seconds(2));
  EXPECT_EQ(*parse_duration("1m30s"), seconds(90));
  EXPECT_EQ(*parse_duration("1h"), hours(1));
  EXPECT_EQ(*parse_duration("1d2h3m4s5ms"), hours(26) + minutes(3) + seconds(4) + milliseconds(5));
  EXPECT_EQ(*parse_duration("250"), milliseconds(250));
  EXPECT_EQ(*parse_duration("0"), milliseconds(0));
  EXPECT_EQ(*parse_duration("90m"), minutes(90));
}

TEST(DurationText, is_refused_where_it_can_be_read_in_two_ways_or_in_none) {
  for (const char* bad : {"", " ", "s", "ms", "-1s", "1.5s", "1s1m", "1s1s", "1s5", "5 s", "5x", "1S", "1m30",
                          "99999999999999999999", "9223372036854775807ms", "40000d", "1s ", "+1s"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
  EXPECT_EQ(parse_duration("5x").error().code, ErrorCode::usage);
  EXPECT_EQ(parse_duration("5x").error().message, "\"5x\" is no duration");
}

}  // namespace
}  // namespace dream
