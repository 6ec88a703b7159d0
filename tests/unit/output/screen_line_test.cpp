#include "output/screen_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "support/screen_cases.hpp"

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

TEST_F(ScreenLineTest, lines_come_out_as_a_terminal_shows_them) {
  line_.set_width(screen_width);
  for (const ScreenCase& one : screen_cases) {
    lines_.clear();
    write(std::string(one.written) + "\n");
    ASSERT_EQ(lines_.size(), 1U);
    lines_[0].erase(lines_[0].find_last_not_of(' ') + 1);
    EXPECT_EQ(lines_[0], one.shown) << ::testing::PrintToString(one.written);
  }
}

TEST_F(ScreenLineTest, blank_lines_that_move_the_screen_away_are_left_out) {
  const std::string window(24, '\n');
  EXPECT_THAT(lines_of("> vite\n\n" + window + "\x1b[1;1H\x1b[0J\n  ready\n"),
              ElementsAre("> vite", "", "  ready"));
  EXPECT_THAT(lines_of("a\n\n\x1b[2dX\n"), ElementsAre("a", "X"));
  EXPECT_THAT(lines_of("a\n\nb\x1b[HX\n"), ElementsAre("a", "", "b", "X")) << "text stands below them";
  EXPECT_THAT(lines_of("a\n\n\n"), ElementsAre("a", "", ""));
  EXPECT_THAT(lines_of("a\n\n\x1b[2K\x1b[1Gb\n"), ElementsAre("a", "", "b"));
  lines_.clear();
  write("a\n\n");
  EXPECT_THAT(lines_, ElementsAre("a")) << "until another one follows";
  write("b\n");
  EXPECT_THAT(lines_, ElementsAre("a", "", "b"));
}

TEST_F(ScreenLineTest, another_screen_begins_another_line) {
  EXPECT_THAT(lines_of("begin\x1b[?1049hmore\x1b[?1049lbye\n"), ElementsAre("begin", "more", "bye"));
  EXPECT_THAT(lines_of("a\x1b[?25;47hb\x1b[?1047lc\n"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(lines_of("a\x1b[?10490hb\x1b[1049hc\n"), ElementsAre("abc"));
}

TEST_F(ScreenLineTest, of_many_blank_lines_only_some_are_held_back) {
  write(std::string(20 * ScreenLine::most_blank_lines, '\n'));
  EXPECT_GE(lines_.size(), 19 * ScreenLine::most_blank_lines);
  end();
  EXPECT_EQ(lines_.size(), 20 * ScreenLine::most_blank_lines);
}

TEST_F(ScreenLineTest, what_an_ended_stream_had_set_does_not_go_on_in_the_next) {
  for (const char* bytes : {"\x1b[1;31mred and dead", "\x1b]8;;http://x\x1b\\link",
                            "\x1b[32m\x1b"
                            "7\x1b[0m",
                            "\x1b(0q", "\x1b)0\x0eq"}) {
    line_ = ScreenLine();
    write(bytes);
    end();
    lines_.clear();
    write(
        "\x1b"
        "8plain\n");
    end();
    EXPECT_THAT(lines_, ElementsAre("plain")) << bytes;
  }
}

TEST_F(ScreenLineTest, of_a_wide_character_no_half_is_left) {
  EXPECT_THAT(lines_of("中文\x1b[2GX\n"), ElementsAre(" X文"));
  EXPECT_THAT(lines_of("中文字\r\x1b[1X\n"), ElementsAre("  文字"));
  EXPECT_THAT(lines_of("中文字\x1b[4G\x1b[K\n"), ElementsAre("中 "));
  EXPECT_THAT(lines_of("中文字\x1b[2G\x1b[1P\n"), ElementsAre(" 文字"));
}

TEST_F(ScreenLineTest, a_cursor_that_is_moved_stops_at_the_edge) {
  line_.set_width(10);
  write("ab\x1b[99Cc\n");
  write("0123456789abc\x1b[5Cd\n");
  write("x\r\x1b[99@y\n");
  EXPECT_THAT(lines_, ElementsAre("ab       c", "0123456789abcd", "y         "));
}

TEST_F(ScreenLineTest, an_erased_background_reaches_to_the_edge) {
  line_.set_width(6);
  write("\x1b[44mab\x1b[K\n\x1b[0mplain\n");
  EXPECT_THAT(lines_, ElementsAre("\x1b[44mab    \x1b[0m", "plain"));
}

TEST_F(ScreenLineTest, each_cell_keeps_the_style_that_it_was_written_in) {
  EXPECT_THAT(lines_of("12345\r\x1b[31mA\x1b[0m\n"), ElementsAre("\x1b[31mA\x1b[0m2345"));
  EXPECT_THAT(lines_of("\x1b[31mred \x1b[1mbold\r\x1b[0;32mg\n"),
              ElementsAre("\x1b[32mg\x1b[0;31med \x1b[0;1;31mbold\x1b[0m"));
}

TEST_F(ScreenLineTest, a_saved_cursor_is_elsewhere_after_a_move_to_another_place) {
  EXPECT_THAT(lines_of("ab\x1b"
                       "7c\nde\x1b[1;1H\x1b"
                       "8f\n"),
              ElementsAre("abc", "de", "  f"));
}

TEST_F(ScreenLineTest, a_repeated_character_is_there_as_often_but_for_no_more_than_a_row) {
  EXPECT_THAT(lines_of("=\x1b[4b>\n中\x1b[2b\n\x1b[3bx\n"), ElementsAre("=====>", "中中中", "x"));
  EXPECT_THAT(lines_of("a\x1b[1m\x1b[3b\x1b[mb\r\x1b[2bc\n"), ElementsAre("cb"))
      << "what stands between them";
  line_.set_width(10);
  lines_.clear();
  write("a\x1b[60000b\n");
  EXPECT_THAT(lines_, ElementsAre("aaaaaaaaaaa"));
}

TEST_F(ScreenLineTest, a_tab_goes_backwards_too) {
  EXPECT_THAT(lines_of("a\tb\x1b[ZX\n"), ElementsAre("a       X"));
  EXPECT_THAT(lines_of("a\tb\tc\x1b[2ZX\x1b[9ZY\n"), ElementsAre("Y       X       c"));
}

TEST_F(ScreenLineTest, the_unfinished_line_is_known_as_it_changes) {
  EXPECT_FALSE(line_.shows());
  write("Continue? ");
  EXPECT_TRUE(line_.shows());
  EXPECT_EQ(line_.text(), "Continue? ");
  write("\r");
  EXPECT_EQ(line_.text(), "Continue? ");
  write("\x1b[32m50%");
  EXPECT_EQ(line_.text(), "\x1b[32m50%\x1b[0mtinue? ");
  write("\n");
  EXPECT_FALSE(line_.shows());
  EXPECT_THAT(lines_, ElementsAre("\x1b[32m50%\x1b[0mtinue? "));
}

TEST_F(ScreenLineTest, a_style_is_ended_with_its_line_and_goes_on_in_the_next) {
  EXPECT_THAT(lines_of("\x1b[31mred\nstill\x1b[0m not\nplain\n"),
              ElementsAre("\x1b[31mred\x1b[0m", "\x1b[31mstill\x1b[0m not", "plain"));
  EXPECT_THAT(lines_of("\x1b[01;31m\x1b[Kerror\x1b[m\x1b[K: text\n"),
              ElementsAre("\x1b[1;31merror\x1b[0m: text"));
  EXPECT_THAT(lines_of("\x1b[32m10%\r20%\n"), ElementsAre("\x1b[32m20%\x1b[0m"));
}

TEST_F(ScreenLineTest, what_leaves_the_line_is_left_out) {
  EXPECT_THAT(lines_of("\x1b]0;a title\a\x1b[?25lhidden\x1b[?25h\x1b(B\x1b=\n"), ElementsAre("hidden"));
  EXPECT_THAT(lines_of("\x1b[2J\x1b[Htop\x1b[3;4Hmiddle\n"), ElementsAre("top", "   middle"));
  EXPECT_THAT(lines_of("seen\x1b[2J\rnext\n"), ElementsAre("seen", "next"));
  EXPECT_THAT(lines_of("first frame\n\x1b[1A\x1b[2Ksecond frame\n"),
              ElementsAre("first frame", "second frame"));
  EXPECT_THAT(lines_of("\x1b[31mred\x1b"
                       "cafter a reset\n"),
              ElementsAre("\x1b[31mred\x1b[0m", "after a reset"));
  EXPECT_THAT(lines_of("\x1bP1;2;a picture\x1b\\text\n"), ElementsAre("text"));
  EXPECT_THAT(lines_of(std::string("n\0u\al\x7fl\n", 8)), ElementsAre("null"));
  EXPECT_THAT(lines_of("a\vb\n"), ElementsAre("a", " b"));
}

TEST_F(ScreenLineTest, no_sequence_with_private_characters_is_taken_for_a_style_or_a_move) {
  EXPECT_THAT(lines_of("\x1b[>4;2ma\x1b[?4mb\x1b[<1mc\x1b[=1md\x1b[4 me\nf\n"), ElementsAre("abcde", "f"));
  EXPECT_THAT(lines_of("ab\x1b[?Kc\x1b[>1Gd\x1b[?ue\x1b[!p\n"), ElementsAre("abcde"));
}

TEST_F(ScreenLineTest, no_control_of_eight_bits_passes) {
  EXPECT_THAT(lines_of("a\xC2\x9B"
                       "2Jb\n"),
              ElementsAre("a2Jb"));
  EXPECT_THAT(lines_of("a\x9B"
                       "2Jb\n"),
              ElementsAre("a2Jb"));
  EXPECT_THAT(lines_of("\xE2\x9B\n\xC3\x85\n"), ElementsAre("\xE2", "\xC3\x85"))
      << "the begin of a character";
  EXPECT_THAT(lines_of("\xC2\xC2\x9Bx\x9Dx\xF0\x9F\x9Fx\n"), ElementsAre("\xC2xx\xF0x"));
}

TEST_F(ScreenLineTest, what_is_no_utf8_and_no_control_stays_as_it_is) {
  EXPECT_THAT(lines_of("caf\xE9, na\xEFve \xFF\xFE\r\n"), ElementsAre("caf\xE9, na\xEFve \xFF\xFE"));
  EXPECT_THAT(lines_of("caf\xE9\rC\n"), ElementsAre("Caf\xE9"));
}

TEST_F(ScreenLineTest, a_link_ends_with_its_line_and_goes_on_in_the_next) {
  const std::string open = "\x1b]8;;file:///x\x1b\\";
  const std::string close = "\x1b]8;;\x1b\\";
  EXPECT_THAT(lines_of(open + "x" + close + "y\n"), ElementsAre(open + "x" + close + "y"));
  EXPECT_THAT(lines_of("\x1b]8;;file:///x\ax\x1b]8;;\ay\n"), ElementsAre(open + "x" + close + "y"));
  EXPECT_THAT(lines_of("a" + open + "b\nc\n" + close + "d\n"),
              ElementsAre("a" + open + "b" + close, open + "c" + close, "d"));
  EXPECT_THAT(lines_of(open + "abc" + close + "\rX\n"), ElementsAre("X" + open + "bc" + close));
}

TEST_F(ScreenLineTest, a_link_whose_address_could_be_a_command_is_none) {
  for (const std::string_view address : {"a\xC2\x9B"
                                         "b",
                                         "a\x9B"
                                         "b",
                                         "ä"}) {
    EXPECT_THAT(lines_of("\x1b]8;;" + std::string(address) + "\ax\n"), ElementsAre("x"));
  }
  EXPECT_THAT(lines_of("\x1b]8;x\ay\n"), ElementsAre("y"));
}

TEST_F(ScreenLineTest, a_sequence_that_is_never_finished_hides_no_line) {
  EXPECT_THAT(lines_of("\x1b]0;title\nnext\n"), ElementsAre("", "next"));
  EXPECT_THAT(lines_of("\x1b[3\nnext\n"), ElementsAre("", "next"));
  EXPECT_THAT(lines_of("\x1b]0;title\x1b[31mred\n"), ElementsAre("\x1b[31mred\x1b[0m"));
  EXPECT_THAT(lines_of("\x1b[3\x1b[31mred\n"), ElementsAre("\x1b[31mred\x1b[0m"));
  EXPECT_THAT(lines_of("\x1b[" + std::string(100'000, '1') + "mtext\n"), ElementsAre("text"));
  EXPECT_THAT(lines_of("text\x1b"), ElementsAre("text"));
}

TEST_F(ScreenLineTest, a_sequence_that_is_broken_off_by_another_is_none) {
  EXPECT_THAT(lines_of("\x1b]0;title\x1béx\n"), ElementsAre("éx"));
  EXPECT_THAT(lines_of("\x1b[3éx\n"), ElementsAre("éx"));
}

TEST_F(ScreenLineTest, a_sequence_goes_on_behind_what_moves_the_cursor) {
  EXPECT_THAT(lines_of("ctl\x1b[2\rCx\n"), ElementsAre("ctx"));
  EXPECT_THAT(lines_of("ab\x1b[3\b1mc\n"), ElementsAre("a\x1b[31mc\x1b[0m"));
}

TEST_F(ScreenLineTest, what_is_written_in_insert_mode_moves_the_rest) {
  EXPECT_THAT(lines_of("04 insert\x1b[1G\x1b[4hNEW\x1b[4l\n"), ElementsAre("NEW04 insert"));
  EXPECT_THAT(lines_of("ab\x1b[1G\x1b[4h中\x1b[4lX\n"), ElementsAre("中Xb"));
  EXPECT_THAT(lines_of("ab\r\x1b[4hx\ncd\ry\x1b"
                       "c\x1b[Hz\n")
                  .back(),
              "z");
}

TEST_F(ScreenLineTest, a_line_without_end_is_cut) {
  const std::string half(ScreenLine::longest / 2, 'x');
  EXPECT_THAT(lines_of(half + half + half + "\n"), ElementsAre(half + half, half));
  EXPECT_THAT(lines_of("\x1b[1m" + std::string(1'000'000, '\b')), IsEmpty());
  const std::string window(ScreenLine::usual_width, 'x');
  EXPECT_THAT(lines_of(window + std::string(1'000'000, '\t') + "\x1b[999Cx\n").size(), 2U);
}

TEST_F(ScreenLineTest, a_line_is_not_cut_inside_a_character_or_a_sequence) {
  const std::string almost(ScreenLine::longest - 1, 'x');
  EXPECT_THAT(lines_of(almost + "中文\n"), ElementsAre(almost + "中", "文"));
  EXPECT_THAT(lines_of(almost + "e\u0301f\n"), ElementsAre(almost + "e\u0301", "f"));
  EXPECT_THAT(lines_of(almost + "\x1b[31mab\x1b[0m\n"),
              ElementsAre(almost + "\x1b[31ma\x1b[0m", "\x1b[31mb\x1b[0m"));
}

TEST_F(ScreenLineTest, marks_and_links_without_end_are_cut) {
  std::string marks = "e";
  while (marks.size() < 4 * ScreenLine::longest) marks += "\u0301";
  for (const std::string& line : lines_of(marks + "\n")) EXPECT_LT(line.size(), 2 * ScreenLine::longest);
  const std::string link = "\x1b]8;;" + std::string(2000, 'x') + "\a";
  std::string links;
  while (links.size() < 4 * ScreenLine::longest) links += link + "y";
  for (const std::string& line : lines_of(links + "\n")) EXPECT_LT(line.size(), 2 * ScreenLine::longest);
}

/// A line that comes in one piece may pass without cells; byte by byte it can't.
TEST_F(ScreenLineTest, lines_of_text_look_the_same_with_and_without_cells) {
  const std::vector<std::string> pieces{
      "word",          "a b ",      "\t",       "\t\t", "\x1b[31m", "\x1b[m",  "\x1b[1;44m", "\x1b[38;5;9m",
      "\x1b[K",        "\x1b[0K",   "\x1b[49m", "中",   "é",        "e\u0301", "\u0301",     "👍🏽",
      "👩‍👩",   "\r",        "\r\r",     "\xFF", "\x1b[2K",  "\x1b[;m", "\xC2\x9B",   "\n",
      "\x1b]8;;x:y\a", "\x1b]8;;\a"};
  std::mt19937 random(1);
  for (int count = 0; count < 3000; ++count) {
    std::string text;
    for (std::size_t left = 1 + random() % 15; left > 0; --left) text += pieces[random() % pieces.size()];
    lines_of(text + "\n");
    ASSERT_FALSE(HasFailure()) << ::testing::PrintToString(text);
  }
}

TEST_F(ScreenLineTest, tabs_go_to_the_next_stop_in_plain_style) {
  EXPECT_THAT(lines_of("a\t\x1b[31mb\tc\x1b[0m\t\n"),
              ElementsAre("a       \x1b[31mb\x1b[0m       \x1b[31mc\x1b[0m"));
  EXPECT_THAT(lines_of("中文\té\tx\n"), ElementsAre("中文    é       x"));
  EXPECT_THAT(lines_of(std::string(ScreenLine::usual_width, 'x') + std::string(20'000, '\t') + "x\n").size(),
              2U)
      << "it is too long";
}

TEST_F(ScreenLineTest, tabs_stop_at_the_edge_of_the_window) {
  line_.set_width(11);
  const std::string ten(10, 'x');
  write("\x1b[9Ga\tb\n");
  write("12345678a\tb\n");
  write("12345678a\t\tb\n" + ten + "\tb\n");
  EXPECT_THAT(lines_, ElementsAre("        a b", "12345678a b", "12345678a b", ten + "b"));
  lines_.clear();
  write(ten + "yz\tb\n");
  EXPECT_THAT(lines_, ElementsAre(ten + "yz    b")) << "behind it text goes on, and words stay apart";
}

TEST_F(ScreenLineTest, letters_of_the_set_for_line_drawing_are_shown_as_what_they_draw) {
  EXPECT_THAT(lines_of("\x1b(0lqqk\x1b(B end\n"), ElementsAre("┌──┐ end"));
  EXPECT_THAT(lines_of("\x1b(0_`abcdefghijklmnopqrstuvwxyz{|}~AZ^ 中\x1b(Bq\n"),
              ElementsAre(" ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·AZ^ 中q"));
  EXPECT_THAT(lines_of("\x1b(0x\x1b[31mx\nx\n\x1b[m\x1b(Bx\n"),
              ElementsAre("│\x1b[31m│\x1b[0m", "\x1b[31m│\x1b[0m", "x"))
      << "it goes on in the next line";
  EXPECT_THAT(lines_of("\x1b)0q\x0eq\x0fq\x0eq\x1b)Bq\x1b(0q\x0fq\n"), ElementsAre("q─q─qq─"));
  EXPECT_THAT(lines_of("\x1b(0\x1b(Aq\x1b%0q\x1b*0q\n"), ElementsAre("qqq")) << "these are others";
  EXPECT_THAT(lines_of("\x1b(0q\x1b[2b\x1b(B\n"), ElementsAre("───"));
  EXPECT_THAT(lines_of("\x1b(0\x1b"
                       "7\x1b(Bqq\x1b"
                       "8x\n"),
              ElementsAre("│q"))
      << "saved";
  EXPECT_THAT(lines_of("\x1b(0\x1b"
                       "cq\n"),
              ElementsAre("q"))
      << "reset";
}

struct StyleCase {
  std::vector<std::string> applied;
  std::string sequence;
};

TEST(TextStyle, is_what_is_in_force) {
  const std::vector<StyleCase> cases{
      {{"31"}, "\x1b[31m"},
      {{"31", ""}, ""},
      {{"31", "0"}, ""},
      {{"1", "31", "39"}, "\x1b[1m"},
      {{"31", "91", "32"}, "\x1b[32m"},
      {{"97", "107"}, "\x1b[97;107m"},
      {{"38;5;200", "48;2;1;2;3", "39"}, "\x1b[48;2;1;2;3m"},
      {{"38:5:200;48:2::1:2:3;58:2:4:5:6"}, "\x1b[38;5;200;48;2;1;2;3;58;2;4;5;6m"},
      {{"38;5;300;1", "48;9;4"}, "\x1b[1;4m"},
      {{"1;31", "22"}, "\x1b[31m"},
      {{"4", "0;32"}, "\x1b[32m"},
      {{"31;;1"}, "\x1b[1m"},
      {{"32", "31;"}, ""},
      {{"1;38;5;9;"}, ""},
      {{"1", "38;5;9"}, "\x1b[1;38;5;9m"},
      {{";"}, ""},
      {{"4:3", "53"}, "\x1b[4:3;53m"},
      {{"21"}, "\x1b[4:2m"},
      {{"4", "4:0"}, ""},
      {{"1;2;3;5;6;7;8;9"}, "\x1b[1;2;3;5;6;7;8;9m"},
      {{"1", "22", "3", "23", "4", "24", "5", "25", "6", "25", "7", "27", "8", "28", "9", "29", "53", "55"},
       ""},
      {{"10;11;26;51;73;999;99999999999"}, ""},
  };
  for (const StyleCase& one : cases) {
    TextStyle style;
    for (const std::string& parameters : one.applied) style.apply(parameters);
    EXPECT_EQ(style.sequence(), one.sequence);
    EXPECT_EQ(style.plain(), one.sequence.empty());
  }
}

}  // namespace
}  // namespace dream::output
