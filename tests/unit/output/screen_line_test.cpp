#include "output/screen_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace dream::output {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A stream, and what came of it.
class ScreenLineTest : public testing::Test {
 protected:
  void write(std::string_view bytes) { line_.write(bytes, on_line_); }
  void end() { line_.end(on_line_); }
  /// The lines of these bytes, whole and byte by byte: both must be the same.
  std::vector<std::string> lines_of(std::string_view bytes) {
    ScreenLine one_by_one;
    std::vector<std::string> others;
    const auto take = [&](std::string_view line) { others.emplace_back(line); };
    for (const char& byte : bytes) one_by_one.write(std::string_view(&byte, 1), take);
    one_by_one.end(take);
    lines_.clear();
    line_ = ScreenLine();
    write(bytes);
    end();
    EXPECT_EQ(lines_, others);
    return lines_;
  }

  ScreenLine line_;
  std::vector<std::string> lines_;
  ScreenLine::OnLine on_line_ = [this](std::string_view line) { lines_.emplace_back(line); };
};

TEST_F(ScreenLineTest, plain_lines_stay_as_they_are) {
  EXPECT_THAT(lines_of("one\ntwo\n\nthree äöü \xff\n"), ElementsAre("one", "two", "", "three äöü \xff"));
  EXPECT_THAT(lines_of("no end"), ElementsAre("no end"));
  EXPECT_THAT(lines_of("one\r\ntwo\r\r\n"), ElementsAre("one", "two"));
  EXPECT_THAT(lines_of(""), IsEmpty());
}

TEST_F(ScreenLineTest, what_is_written_over_is_gone) {
  EXPECT_THAT(lines_of("10%\r20%\r30%\n"), ElementsAre("30%"));
  EXPECT_THAT(lines_of("10%\r20%\r"), ElementsAre("20%"));
  EXPECT_THAT(lines_of("10%\r\x1b[Kdone\n"), ElementsAre("done"));
  EXPECT_THAT(lines_of("10%\x1b[2K\x1b[1Gdone\n"), ElementsAre("done"));
  EXPECT_THAT(lines_of("\x1b[G10%\x1b[0G\x1b[K20%\x1b[G"), ElementsAre("20%"));
  EXPECT_THAT(lines_of("working |\b/\b-\n"), ElementsAre("working -"));
  EXPECT_THAT(lines_of("ä\bö\n"), ElementsAre("ö"));
  EXPECT_THAT(lines_of("count 10\x1b[2D11\n"), ElementsAre("count 11"));
  EXPECT_THAT(lines_of("all of it\x1b[99D\x1b[Kgone\n"), ElementsAre("gone"));
}

TEST_F(ScreenLineTest, the_unfinished_line_is_known_as_it_changes) {
  EXPECT_FALSE(line_.shows());
  write("Continue? ");
  EXPECT_TRUE(line_.shows());
  EXPECT_EQ(line_.text(), "Continue? ");
  write("\r");
  EXPECT_EQ(line_.text(), "Continue? ");
  write("\x1b[32m50%");
  EXPECT_EQ(line_.text(), "\x1b[32m50%\x1b[0m");
  write("\n");
  EXPECT_FALSE(line_.shows());
  EXPECT_THAT(lines_, ElementsAre("\x1b[32m50%\x1b[0m"));
}

TEST_F(ScreenLineTest, a_style_is_ended_with_its_line_and_goes_on_in_the_next) {
  EXPECT_THAT(lines_of("\x1b[31mred\nstill\x1b[0m not\nplain\n"),
              ElementsAre("\x1b[31mred\x1b[0m", "\x1b[31mstill\x1b[0m not", "plain"));
  EXPECT_THAT(lines_of("\x1b[01;31m\x1b[Kerror\x1b[m\x1b[K: text\n"),
              ElementsAre("\x1b[01;31merror\x1b[m: text"));
  EXPECT_THAT(lines_of("\x1b[32m10%\r20%\n"), ElementsAre("\x1b[32m20%\x1b[0m"));
}

TEST_F(ScreenLineTest, what_leaves_the_line_is_left_out) {
  EXPECT_THAT(lines_of("\x1b]0;a title\a\x1b[?25lhidden\x1b[?25h\x1b(B\x1b=\n"), ElementsAre("hidden"));
  EXPECT_THAT(lines_of("\x1b[2J\x1b[Htop\x1b[3;4Hmiddle\n"), ElementsAre("top", "middle"));
  EXPECT_THAT(lines_of("first frame\n\x1b[1A\x1b[2Ksecond frame\n"),
              ElementsAre("first frame", "second frame"));
  EXPECT_THAT(lines_of("\x1b"
                       "cafter a reset\n"),
              ElementsAre("after a reset"));
  EXPECT_THAT(lines_of("\x1bP1;2;a picture\x1b\\text\n"), ElementsAre("text"));
  EXPECT_THAT(lines_of("a\x1b[20Gb\x1b[2Cc\td\n"), ElementsAre("a b  c\td"));
  EXPECT_THAT(lines_of(std::string("n\0u\al\vl\n", 8)), ElementsAre("null"));
}

TEST_F(ScreenLineTest, links_stay) {
  const std::string link = "\x1b]8;;file:///x\x1b\\x\x1b]8;;\x1b\\";
  EXPECT_THAT(lines_of(link + "\n"), ElementsAre(link));
}

TEST_F(ScreenLineTest, a_sequence_that_is_never_finished_hides_no_line) {
  EXPECT_THAT(lines_of("\x1b]0;title\nnext\n"), ElementsAre("", "next"));
  EXPECT_THAT(lines_of("\x1b[3\nnext\n"), ElementsAre("", "next"));
  EXPECT_THAT(lines_of("\x1b]0;title\x1b[31mred\n"), ElementsAre("\x1b[31mred\x1b[0m"));
  EXPECT_THAT(lines_of("\x1b[3\x1b[31mred\n"), ElementsAre("\x1b[31mred\x1b[0m"));
  EXPECT_THAT(lines_of("\x1b[" + std::string(100'000, '1') + "mtext\n"), ElementsAre("text"));
  EXPECT_THAT(lines_of("text\x1b"), ElementsAre("text"));
}

TEST_F(ScreenLineTest, a_line_without_end_is_cut) {
  const std::string half(ScreenLine::longest / 2, 'x');
  EXPECT_THAT(lines_of(half + half + half + "\n"), ElementsAre(half + half, half));
  const std::vector<std::string> spinner = lines_of("\x1b[1m" + std::string(1'000'000, '\b'));
  EXPECT_THAT(spinner, IsEmpty());
}

struct StyleCase {
  std::vector<std::string> applied;
  std::string sequences;
};

TEST(TextStyle, is_what_is_in_force) {
  const std::vector<StyleCase> cases{
      {{"31"}, "\x1b[31m"},
      {{"31", ""}, ""},
      {{"31", "0"}, ""},
      {{"1", "31", "39"}, "\x1b[1m"},
      {{"31", "91", "32"}, "\x1b[32m"},
      {{"38;5;200", "48;2;1;2;3", "39"}, "\x1b[48;2;1;2;3m"},
      {{"1;31", "22"}, "\x1b[1;31m\x1b[22m"},
      {{"4", "0;32"}, "\x1b[0;32m"},
      {{"1", "22", "3", "23", "4", "24", "5", "25", "6", "25", "7", "27", "8", "28", "9", "29"}, ""},
  };
  for (const StyleCase& one : cases) {
    TextStyle style;
    for (const std::string& parameters : one.applied) style.apply(parameters);
    EXPECT_EQ(style.sequences(), one.sequences);
    EXPECT_EQ(style.plain(), one.sequences.empty());
  }
}

TEST(TextStyle, stays_small) {
  TextStyle style;
  for (int count = 0; count < 1000; ++count) style.apply("1;31");
  EXPECT_LT(style.sequences().size(), 200U);
}

}  // namespace
}  // namespace dream::output
