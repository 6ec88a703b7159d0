#include "shared/marks.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace dream::plugins {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct MarksOf : ::testing::Test {
  Marks marks{"cafe", [this](std::string_view bytes) { passed += bytes; },
              [this](const std::string& words) {
                told.push_back(words + " after " + std::to_string(passed.size()));
              }};
  std::string passed;
  std::vector<std::string> told;
};

TEST_F(MarksOf, a_stream_are_taken_out_and_told_in_their_place) {
  marks.take("\036cafe started 12\nabc\036cafe ended 3\n");
  marks.finish();
  EXPECT_EQ(passed, "abc");
  EXPECT_THAT(told, ElementsAre("started 12 after 0", "ended 3 after 3"));
}

TEST_F(MarksOf, a_stream_that_is_cut_anywhere_are_the_same) {
  for (const char c : std::string("\036cafe started 12\na\036ca\036\036cafe ended 3\n"))
    marks.take(std::string_view(&c, 1));
  marks.finish();
  EXPECT_EQ(passed, "a\036ca\036");
  EXPECT_THAT(told, ElementsAre("started 12 after 0", "ended 3 after 5"));
}

TEST_F(MarksOf, a_login_script_are_no_output_of_the_step) {
  marks.take("Welcome!\n");
  marks.take("You have mail.\n\036cafe begins\nout\n");
  EXPECT_EQ(passed, "out\n");
  EXPECT_EQ(marks.before(), "Welcome!\nYou have mail.\n");
}

TEST_F(MarksOf, another_run_are_bytes_like_others) {
  marks.take("\036cafe begins\n\036beef ended 0\n\036cafe" + std::string(200, 'x'));
  marks.finish();
  EXPECT_EQ(passed, "\036beef ended 0\n\036cafe" + std::string(200, 'x'));
}

TEST_F(MarksOf, a_stream_without_end_are_passed_on_at_its_end) {
  marks.take("\036cafe begins\nend\036cafe no newline");
  EXPECT_EQ(passed, "end");
  marks.finish();
  EXPECT_EQ(passed, "end\036cafe no newline");
}

TEST_F(MarksOf, a_long_greeting_keep_its_end) {
  marks.take(std::string(10000, 'x') + "Permission denied");
  marks.finish();
  EXPECT_EQ(marks.before().size(), 4096U);
  EXPECT_TRUE(marks.before().ends_with("Permission denied"));
  EXPECT_THAT(passed, IsEmpty());
}

}  // namespace
}  // namespace dream::plugins
