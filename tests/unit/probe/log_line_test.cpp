#include "probe/log_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dream::probe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> lines_of(LineReader& reader, std::string_view bytes) {
  std::vector<std::string> lines;
  reader.take(bytes, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

TEST(LinePattern, is_anywhere_in_a_line) {
  EXPECT_TRUE(LinePattern("listening").is_in("server listening on 80"));
  EXPECT_FALSE(LinePattern("listening").is_in("Listening"));
  EXPECT_TRUE(LinePattern("*").is_in(""));
}

TEST(LinePattern, has_stars_for_anything_and_escaped_ones_for_themselves) {
  EXPECT_TRUE(LinePattern("listening * 80").is_in("now listening on port 80!"));
  EXPECT_FALSE(LinePattern("on * listening").is_in("listening on port 80"));
  EXPECT_TRUE(LinePattern(R"(a\*b)").is_in("xa*b"));
  EXPECT_FALSE(LinePattern(R"(a\*b)").is_in("a and b"));
  EXPECT_TRUE(LinePattern(R"(a\b)").is_in(R"(a\b)")) << "a backslash is one before anything else";
}

TEST(LineReader, makes_lines_of_pieces) {
  LineReader reader;
  EXPECT_THAT(lines_of(reader, "rea"), IsEmpty());
  EXPECT_THAT(lines_of(reader, "dy\r\nand"), ElementsAre("ready"));
  EXPECT_THAT(lines_of(reader, "\n\n"), ElementsAre("and", ""));
}

TEST(LineReader, ends_a_line_that_the_next_is_written_over) {
  LineReader reader;
  std::string spinner;
  for (int turn = 0; turn < 2000; ++turn)
    spinner += "\r[" + std::to_string(turn) + "] please wait ............";
  const auto lines = lines_of(reader, spinner + "\r");
  ASSERT_EQ(lines.size(), 2000U);
  EXPECT_EQ(lines.back(), "[1998] please wait ............");
  EXPECT_EQ(reader.begun(), "[1999] please wait ............");
  EXPECT_THAT(lines_of(reader, "server ready\n"),
              ElementsAre("[1999] please wait ............", "server ready"));
  EXPECT_THAT(lines_of(reader, "one\r\r\ntwo\r"), ElementsAre("one"));
  EXPECT_THAT(lines_of(reader, "\n"), ElementsAre("two"));
}

TEST(LineReader, leaves_out_escape_sequences_wherever_they_are_cut) {
  const std::string bytes = "\033[1;32mre\033[0mady\033]8;;http://x\033\\!\033]0;title\a\033(B.\n";
  LineReader whole;
  EXPECT_THAT(lines_of(whole, bytes), ElementsAre("ready!."));
  LineReader one_by_one;
  std::vector<std::string> lines;
  for (const char byte : bytes)
    one_by_one.take({&byte, 1}, [&](std::string_view line) { lines.emplace_back(line); });
  EXPECT_THAT(lines, ElementsAre("ready!."));
}

TEST(LineReader, leaves_out_all_that_is_written_to_the_terminal_itself) {
  for (const char* begin : {"\033P", "\033X", "\033]", "\033^", "\033_"}) {
    LineReader reader;
    EXPECT_THAT(lines_of(reader, "x" + std::string(begin) + "q READY \033\\y\n"), ElementsAre("xy"))
        << begin + 1;
  }
}

TEST(LineReader, has_a_line_again_after_a_sequence_without_end) {
  LineReader reader;
  EXPECT_THAT(lines_of(reader, "x\033]0;title\nready\ny\033[1\nz\n"), ElementsAre("x", "ready", "y", "z"));
}

TEST(LineReader, keeps_no_more_of_a_line_than_its_most) {
  LineReader reader;
  const auto lines = lines_of(reader, std::string(LineReader::most + 1, 'x') + "\nshort\n");
  EXPECT_EQ(lines.front().size(), LineReader::most);
  EXPECT_EQ(lines.back(), "short");
}

}  // namespace
}  // namespace dream::probe
