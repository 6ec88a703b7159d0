#include "output/screen.hpp"

#include "unit/output/pipe_fixture.hpp"

namespace dream::output {
namespace {

class ScreenTest : public PipeTest {
 protected:
  static std::string shown(const std::string& text) { return "\x1b[?7l" + text + "\x1b[?7h"; }

  Writer writer_{context_, write_end(), {.on_room = {}, .on_lost = {}}};
  Screen screen_{context_, writer_, Screen::Ability::can_rewrite};
  Mixer::StreamId a_ = screen_.add_stream("a | ");
  Mixer::StreamId b_ = screen_.add_stream("b | ");
};

const std::string gone = "\r\x1b[K";

TEST_F(ScreenTest, writes_whole_lines_with_the_label_of_their_stream) {
  screen_.write(a_, "one\n");
  screen_.write(b_, "two\nthree\n");
  EXPECT_EQ(settle(), "a | one\nb | two\nb | three\n");
}

TEST_F(ScreenTest, shows_an_unfinished_line_as_it_changes_with_its_label) {
  screen_.write(a_, "10%");
  EXPECT_EQ(settle(), shown("a | 10%"));
  screen_.write(a_, "\r20%");
  EXPECT_EQ(settle(), gone + shown("a | 20%"));
  screen_.write(a_, "\r100%\nnext\n");
  EXPECT_EQ(settle(), gone + "a | 100%\na | next\n");
}

TEST_F(ScreenTest, draws_many_changes_of_one_moment_once) {
  for (int percent = 0; percent <= 50; ++percent) screen_.write(a_, std::to_string(percent) + "%\r");
  EXPECT_EQ(settle(), shown("a | 50%"));
}

TEST_F(ScreenTest, keeps_the_unfinished_line_below_what_others_write) {
  screen_.write(a_, "question? ");
  settle();
  screen_.write(b_, "line\n");
  EXPECT_EQ(settle(), gone + "b | line\n" + shown("a | question? "));
}

TEST_F(ScreenTest, shows_the_unfinished_line_that_changed_last) {
  screen_.write(a_, "a?");
  screen_.write(b_, "b?");
  EXPECT_EQ(settle(), shown("b | b?"));
  screen_.write(a_, "!");
  EXPECT_EQ(settle(), gone + shown("a | a?!"));
  screen_.write(a_, "\n");
  EXPECT_EQ(settle(), gone + "a | a?!\n");
  screen_.end(b_);
  EXPECT_EQ(settle(), "b | b?\n");
}

TEST_F(ScreenTest, ends_a_last_line_that_has_no_newline_once) {
  screen_.write(a_, "no end");
  settle();
  screen_.end(a_);
  screen_.end(a_);
  EXPECT_EQ(settle(), gone + "a | no end\n");
}

TEST_F(ScreenTest, takes_away_a_line_that_its_stream_has_erased) {
  screen_.write(a_, "spinner");
  settle();
  screen_.write(a_, "\r\x1b[K");
  EXPECT_EQ(settle(), gone);
}

TEST_F(ScreenTest, does_not_draw_what_no_window_could_show) {
  screen_.write(a_, std::string(10'000, 'x'));
  EXPECT_EQ(settle(), "");
}

TEST_F(ScreenTest, shows_only_whole_lines_where_they_can_not_be_taken_away) {
  Screen plain(context_, writer_, Screen::Ability::plain);
  const Mixer::StreamId stream = plain.add_stream("a | ");
  plain.write(stream, "10%\r20%");
  EXPECT_EQ(settle(), "");
  plain.write(stream, "\r30%\n");
  EXPECT_EQ(settle(), "a | 30%\n");
}

TEST_F(ScreenTest, holds_its_streams_back_while_the_terminal_is_slow) {
  const std::string line = std::string(1000, 'x') + "\n";
  while (screen_.write(a_, line)) {
  }
  EXPECT_FALSE(screen_.room(a_));
  EXPECT_FALSE(screen_.room(b_));
  settle();
  EXPECT_TRUE(screen_.room(a_));
}

TEST_F(ScreenTest, shows_an_unfinished_line_that_came_while_the_terminal_was_slow) {
  while (writer_.room()) screen_.write(a_, std::string(1000, 'x') + "\n");
  EXPECT_FALSE(screen_.write(b_, "question? "));
  run_loop();
  EXPECT_FALSE(writer_.room());
  EXPECT_TRUE(settle().ends_with("x\n" + shown("b | question? ")));
}

}  // namespace
}  // namespace dream::output
