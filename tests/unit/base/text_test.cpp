#include "base/text.hpp"

#include <gtest/gtest.h>

namespace dream {
namespace {

using std::chrono::milliseconds;

TEST(NearestName, finds_a_misspelt_name_and_nothing_that_is_far) {
  const std::vector<std::string> names{"command", "delay", "required"};
  EXPECT_EQ(nearest_name("comand", names), "command");
  EXPECT_EQ(nearest_name("dealy", names), "delay");
  EXPECT_EQ(nearest_name("zzz", names), "");
}

TEST(JoinWords, reads_like_a_sentence) {
  EXPECT_EQ(join_words(std::vector<std::string>{}), "");
  EXPECT_EQ(join_words(std::vector<std::string>{"a"}), "a");
  EXPECT_EQ(join_words(std::vector<std::string>{"a", "b", "c"}), "a, b and c");
}

TEST(HumanDuration, takes_the_unit_that_fits) {
  EXPECT_EQ(human_duration(milliseconds(0)), "0 ms");
  EXPECT_EQ(human_duration(milliseconds(999)), "999 ms");
  EXPECT_EQ(human_duration(milliseconds(3250)), "3.2 s");
  EXPECT_EQ(human_duration(milliseconds(125'000)), "2 min 05 s");
}

TEST(JsonString, escapes_what_must_be_and_replaces_what_is_not_utf8) {
  EXPECT_EQ(json_string("a\"b\\c\n"), R"("a\"b\\c\n")");
  EXPECT_EQ(json_string(std::string_view("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(json_string("\xC2\x9B\x7F\xC2\xA0"), "\"\\u009b\\u007f\xC2\xA0\"");
  EXPECT_EQ(json_string("\xC3\xA9\xFF"), "\"\xC3\xA9\\ufffd\"");
}

TEST(Printable, shows_what_would_disturb_a_terminal) {
  EXPECT_EQ(printable("\x1b[2J\xC3\xA9\xFF"), "\\x1b[2J\xC3\xA9\\xff");
  EXPECT_EQ(printable("\xC2\x9B"), "\\xc2\\x9b");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "a surrogate is not UTF-8";
}

}  // namespace
}  // namespace dream
