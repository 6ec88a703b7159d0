#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "output/screen.hpp"
#include "output/screen_line.hpp"
#include "unit/output/pipe_fixture.hpp"

namespace dream::output {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A stream that redraws lines, and what became lines of it.
class ScreenRedrawTest : public testing::Test {
 protected:
  std::vector<std::string> written(std::string_view bytes) {
    lines_.clear();
    line_.write(bytes, on_line_);
    return lines_;
  }
  std::vector<std::string> settled() {
    lines_.clear();
    more_ = line_.settle(on_line_);
    return lines_;
  }
  std::vector<std::string> ended() {
    lines_.clear();
    line_.end(on_line_);
    return lines_;
  }

  ScreenLine line_;
  bool more_ = false;
  std::vector<std::string> lines_;
  ScreenLine::OnLine on_line_ = [this](std::string_view line) { lines_.emplace_back(line); };
};

TEST_F(ScreenRedrawTest, many_frames_become_the_lines_that_are_left) {
  EXPECT_THAT(written("- a\n- b\n- c\n"), ElementsAre("- a", "- b", "- c"));
  for (int frame = 0; frame < 1000; ++frame) {
    const std::string spinner(1, "|/-\\"[frame % 4]);
    EXPECT_THAT(
        written("\x1b[3A\x1b[2K" + spinner + " a\n\x1b[2K" + spinner + " b\n\x1b[2K" + spinner + " c\n"),
        IsEmpty());
  }
  EXPECT_THAT(written("\x1b[3A\x1b[J\x1b[32mok\x1b[0m a\nok b\nok c\n"), IsEmpty());
  EXPECT_THAT(ended(), ElementsAre("\x1b[32mok\x1b[0m a", "ok b", "ok c"));
}

TEST_F(ScreenRedrawTest, frames_between_a_saved_and_a_restored_cursor_are_redrawn) {
  written("\x1b[s");
  for (int frame = 0; frame < 1000; ++frame) {
    const std::string number = std::to_string(frame);
    written("a " + number + "\nb " + number + "\nlast \x1b[31m" + number + "\x1b[0m\x1b[u");
    EXPECT_THAT(lines_, frame == 0 ? testing::SizeIs(2) : testing::SizeIs(0));
  }
  EXPECT_THAT(ended(), ElementsAre("a 999", "b 999", "last \x1b[31m999\x1b[0m"));
  // A saved cursor below the current one; and one that is many lines away.
  EXPECT_THAT(written("1\n2\n3\x1b[s\x1b[2A\rA\x1b[u!\n"), ElementsAre("1", "2"));
  EXPECT_THAT(ended(), ElementsAre("A", "3!"));
  written("\x1b[s");
  for (int line = 0; line < 1000; ++line) written(std::to_string(line) + "\n");
  EXPECT_THAT(written("\x1b[uend\n"), ElementsAre("end"));
}

TEST_F(ScreenRedrawTest, the_line_that_was_redrawn_last_is_seen_meanwhile) {
  written("a 10%\nb 10%\n\x1b[2Aa 20%\n");
  EXPECT_TRUE(line_.shows());
  EXPECT_EQ(line_.text(), "a 20%");
  written("b 30%\n");
  EXPECT_EQ(line_.text(), "b 30%");
  ended();
  EXPECT_FALSE(line_.shows());
}

TEST_F(ScreenRedrawTest, what_is_not_redrawn_any_more_becomes_lines) {
  written("a 1\nb 1\n\x1b[2Aa 2\nb 2\n");
  EXPECT_THAT(settled(), IsEmpty()) << "it may go on";
  EXPECT_TRUE(more_);
  EXPECT_THAT(settled(), ElementsAre("a 2", "b 2"));
  EXPECT_FALSE(more_);
  EXPECT_FALSE(line_.redraws());
  EXPECT_THAT(written("plain again\n"), ElementsAre("plain again"));
}

TEST_F(ScreenRedrawTest, lines_that_are_put_above_a_frame_do_not_wait_for_its_end) {
  written("frame 1\n\x1b[A\x1b[Jlog 1\nframe 2\n");
  settled();
  written("\x1b[A\x1b[Jlog 2\nframe 3\n");
  EXPECT_THAT(settled(), ElementsAre("log 1"));
  written("\x1b[A\x1b[Jframe 4\n");
  EXPECT_THAT(settled(), ElementsAre("log 2"));
  EXPECT_THAT(ended(), ElementsAre("frame 4"));
}

TEST_F(ScreenRedrawTest, what_is_the_same_is_told_once) {
  written("a\nb\n\x1b[2Aone\ntwo\n\x1b[2A");
  settled();
  EXPECT_THAT(settled(), ElementsAre("two")) << "the cursor is in the first one";
  EXPECT_THAT(written("one\ntwo\nthree\n"), IsEmpty());
  EXPECT_THAT(ended(), ElementsAre("one", "three"));
}

TEST_F(ScreenRedrawTest, a_part_of_a_line_can_be_redrawn) {
  written("\x1b[Aloading   0%\nnext\n");
  written("\x1b[2A\x1b[9G100\x1b[2B");
  EXPECT_THAT(ended(), ElementsAre("loading 100%", "next"));
}

TEST_F(ScreenRedrawTest, a_line_that_was_over_before_is_still_there) {
  EXPECT_THAT(written("loading   0%\n\x1b[32mgreen\x1b[0m line\nnext\n"),
              ElementsAre("loading   0%", "\x1b[32mgreen\x1b[0m line", "next"));
  written("\x1b[3A\x1b[9G100\x1b[B\x1b[2DX\x1b[2B");
  EXPECT_EQ(line_.text(), "\x1b[32mgreen\x1b[0m linX");
  EXPECT_THAT(ended(), ElementsAre("loading 100%", "\x1b[32mgreen\x1b[0m linX"));
}

TEST_F(ScreenRedrawTest, a_byte_that_is_no_character_is_still_there) {
  written("\xd9");
  written("\nt\x1b[A=");
  EXPECT_EQ(line_.text(), "\xd9=");
}

TEST_F(ScreenRedrawTest, a_line_that_had_become_one_is_still_there) {
  written("a 1\nb 1\n\x1b[2Aa 2\nb 2\n");
  settled();
  EXPECT_THAT(settled(), ElementsAre("a 2", "b 2"));
  written("\x1b[2A\x1b[3G3\n\n");
  EXPECT_THAT(ended(), ElementsAre("a 3")) << "b is as it was told";
}

TEST_F(ScreenRedrawTest, of_lines_that_are_over_only_the_last_ones_are_known) {
  std::string many;
  for (int row = 0; row < 1000; ++row) many += "line " + std::to_string(row) + std::string(90, '.') + "\n";
  written(many);
  written("\x1b[255AX\x1b[255B");
  EXPECT_THAT(ended(), ElementsAre("X"));
  written(many);
  written("\x1b[50AX\x1b[50B");
  EXPECT_THAT(ended(), ElementsAre("Xine 950" + std::string(90, '.')));
  const std::string wide(CellRow::longest / 2, 'x');
  written(wide + "\n\x1b[AX\n");
  EXPECT_THAT(ended(), ElementsAre("X"));
}

TEST_F(ScreenRedrawTest, style_and_link_go_with_the_cursor) {
  written("x\n\x1b[31m\x1b]8;;file:///x\x1b\\\x1b[Ared\n");
  EXPECT_THAT(ended(), ElementsAre("\x1b]8;;file:///x\x1b\\\x1b[31mred\x1b]8;;\x1b\\\x1b[0m"));
}

TEST_F(ScreenRedrawTest, a_cursor_that_goes_anywhere_ends_it) {
  EXPECT_THAT(written("a\n\x1b[Ab\n\x1b[2J\x1b[Hc\n"), ElementsAre("a", "b", "c"));
  EXPECT_FALSE(line_.redraws());
}

TEST_F(ScreenRedrawTest, a_cursor_that_goes_up_stops_at_the_top_of_the_window) {
  written("\x1b[999Atop\x1b[999A\rTOP");
  EXPECT_THAT(ended(), ElementsAre("TOP"));
  // Else each of these would be told by itself, or push another one out.
  for (int time = 0; time < 1000; ++time) written("x\x1b[999A\n");
  EXPECT_THAT(written("\x1b[999A1"), IsEmpty());
  EXPECT_THAT(ended(), ::testing::SizeIs(::testing::Le(3U)));
}

TEST_F(ScreenRedrawTest, blocks_are_of_limited_size) {
  std::string many;
  for (int row = 0; row < 1000; ++row) many += std::to_string(row) + "\n";
  EXPECT_THAT(written("\x1b[A" + many), ::testing::SizeIs(1000 - RowBlock::most_rows));
  EXPECT_THAT(ended(), ::testing::SizeIs(RowBlock::most_rows));
  const std::string wide(CellRow::longest / 2, 'x');
  std::size_t count = 0;
  for (int row = 0; row < 100; ++row) count += written("\x1b[A" + wide + "\n\n").size();
  EXPECT_GT(count, 90U);
  written("\x1b[999999A\x1b[999999B");
  EXPECT_GE(count + ended().size(), 100U);
}

class ScreenSettleTest : public PipeTest {};

TEST_F(ScreenSettleTest, a_redrawn_line_is_shown_below_the_others_and_written_once_it_stays) {
  Writer writer(context_, write_end(), {.on_room = {}, .on_lost = {}});
  Screen slow(context_, writer, Screen::Ability::can_rewrite, std::chrono::hours(1));
  const Mixer::StreamId a = slow.add_stream("a | ");
  slow.write(a, "10%\n");
  slow.write(a, "\x1b[A20%\n");
  EXPECT_EQ(settle(), "a | 10%\n\x1b[?7la | 20%\x1b[?7h");
  slow.end(a);
  EXPECT_EQ(settle(), "\r\x1b[Ka | 20%\n");
}

TEST_F(ScreenSettleTest, it_is_written_when_nothing_comes_any_more) {
  Writer writer(context_, write_end(), {.on_room = {}, .on_lost = {}});
  Screen quick(context_, writer, Screen::Ability::plain, Duration(0));
  const Mixer::StreamId a = quick.add_stream("a | ");
  quick.write(a, "10%\n\x1b[A20%\n");
  std::string shown;
  while (shown.find("20%") == std::string::npos) {
    context_.restart();
    context_.run_one();
    shown += read_now();
  }
  EXPECT_EQ(shown, "a | 10%\na | 20%\n");
}

}  // namespace
}  // namespace dream::output
