#include "base/duration_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dream {
namespace {

using std::chrono::milliseconds;

TEST(DurationText, is_units_from_the_largest_to_the_smallest_or_milliseconds_alone) {
  const std::pair<std::string_view, std::int64_t> times[] = {{"500ms", 500},
                                                             {"2s", 2000},
                                                             {"1m30s", 90'000},
                                                             {"1h", 3'600'000},
                                                             {"1h2m3s4ms", 3'723'004},
                                                             {"5m", 300'000},
                                                             {"5ms", 5},
                                                             {"1m5ms", 60'005},
                                                             {"90m", 5'400'000},
                                                             {"0", 0},
                                                             {"0s", 0},
                                                             {"007", 7},
                                                             {"250", 250},
                                                             {"1.5s", 1500},
                                                             {"0.001s", 1},
                                                             {"0.25m", 15'000},
                                                             {"1.125h", 4'050'000},
                                                             {"1.5m0.5s", 90'500},
                                                             {"2147483647", 2147483647},
                                                             {"2147483647ms", 2147483647},
                                                             {"2147483.647s", 2147483647},
                                                             {"596h31m23s647ms", 2147483647}};
  for (const auto& [text, expected] : times) {
    const auto time = parse_duration(text);
    ASSERT_TRUE(time.has_value()) << text << ": " << time.error().message;
    EXPECT_EQ(*time, Duration(milliseconds(expected))) << text;
  }
}

TEST(DurationText, says_why_it_refuses_a_text_and_shows_one_that_is_taken) {
  const std::pair<std::string_view, std::string_view> refused[] = {
      {"", "it is empty"},
      {"-1s", "it is negative"},
      {"s", "it doesn't begin with a number"},
      {" 2s", "it doesn't begin with a number"},
      {"+2s", "it doesn't begin with a number"},
      {".5s", "it doesn't begin with a number"},
      {"2sec", "there is no unit \"sec\""},
      {"2S", "there is no unit \"S\""},
      {"1d", "there is no unit \"d\""},
      {"2 s", "there is no unit \" s\""},
      {"2s ", "there is no unit \"s \""},
      {"1,5s", "there is no unit \",\""},
      {"1e3ms", "there is no unit \"e\""},
      {"1m30", "30 has no unit"},
      {"1.5", "1 has no unit"},
      {"1s1m", "the units go from the largest to the smallest, each once"},
      {"1s1s", "the units go from the largest to the smallest, each once"},
      {"1.s", "there are 1 to 3 digits behind the point"},
      {"1.0005s", "there are 1 to 3 digits behind the point"},
      {"1.5ms", "milliseconds have no fractions"},
      {"1.5.5s", "there is no unit \".\""},
      {"2147483648", "it is longer than 24 days"},
      {"2147483.648s", "it is longer than 24 days"},
      {"597h", "it is longer than 24 days"},
      {"9223372036854775807h", "it is longer than 24 days"},
      {"99999999999999999999999999", "it is longer than 24 days"},
      {"596h31m24s", "it is longer than 24 days"}};
  for (const auto& [text, reason] : refused) {
    const auto time = parse_duration(text);
    ASSERT_FALSE(time.has_value()) << text;
    EXPECT_EQ(time.error().code, ErrorCode::usage);
    EXPECT_EQ(time.error().message, "\"" + std::string(text) + "\" is no time: " + std::string(reason));
    EXPECT_EQ(time.error().hint, R"(write "500ms", "2s", "1m30s" or "1h", or the number of milliseconds)");
  }
}

}  // namespace
}  // namespace dream
