#include "output/terminal_bytes.hpp"

#include <gtest/gtest.h>

namespace dream::output {
namespace {

TEST(WithoutSequences, keeps_text_lines_and_tabs) {
  EXPECT_EQ(without_sequences("a\tb\r\nc\bd \xc3\xa9\xff"), "a\tb\r\nc\bd \xc3\xa9\xff");
  EXPECT_EQ(without_sequences(""), "");
}

TEST(WithoutSequences, leaves_out_orders_and_questions_to_a_terminal) {
  EXPECT_EQ(without_sequences("\x1b[31mred\x1b[0m"), "red");
  EXPECT_EQ(without_sequences("\x1b[6n>\x1b[?1049h>\x1b[>c>"), ">>>");
  EXPECT_EQ(without_sequences("\x1b]0;title\x07>\x1b]8;;http://x\x1b\\>"), ">>");
  EXPECT_EQ(without_sequences("\x1bP+q544e\x1b\\>\x1b(B>\x1b=>\x07\x0e>"), ">>>>");
}

TEST(WithoutSequences, keeps_the_lines_behind_one_without_end) {
  EXPECT_EQ(without_sequences("a\x1b]0;ti\nb\x1b[1\nc\x1b(\nd\x1b]0;x\x1b[31me"), "a\nb\nc\nde");
}

TEST(WithoutSequences, leaves_out_one_that_was_cut) {
  for (const char* cut : {"\x1b", "\x1b[", "\x1b[38;5", "\x1b]0;ti", "\x1b]0;ti\x1b", "\x1b("})
    EXPECT_EQ(without_sequences("a" + std::string(cut)), "a") << cut + 1;
}

}  // namespace
}  // namespace dream::output
