#include "output/line_mixer.hpp"

#include <algorithm>
#include <random>
#include <sstream>

#include "output/piece_mixer.hpp"
#include "unit/output/pipe_fixture.hpp"

namespace dream::output {
namespace {

/// Its clock stands still unless the test moves it; the timer of the mixer is the test, too.
class LineMixerTest : public PipeTest {
 protected:
  /// What comes out when so much time passes.
  std::string pass(Duration time) {
    now_ += time;
    mixer_.end_waiting();
    return settle();
  }

  static inline const std::string long_piece = std::string(LineMixer::kept_line + 1, 'x');
  static constexpr Duration almost = LineMixer::longest_wait - Duration(1);

  Instant now_{std::chrono::hours(1)};
  int room_calls_ = 0;
  Writer writer_{context_, write_end(), {.on_room = {}, .on_lost = {}}};
  LineMixer mixer_{context_, writer_, [this] { ++room_calls_; }, [this] { return now_; }};
  LineMixer::StreamId a_ = mixer_.add_stream("a | ");
  LineMixer::StreamId b_ = mixer_.add_stream("b | ");
};

TEST_F(LineMixerTest, writes_whole_lines_only_with_the_label_of_their_stream) {
  mixer_.write(a_, "first half, ");
  mixer_.write(b_, "one\ntwo\nthr");
  mixer_.write(a_, "second half\n");
  mixer_.write(b_, "ee\n");
  EXPECT_EQ(settle(), "b | one\nb | two\na | first half, second half\nb | three\n");
}

TEST_F(LineMixerTest, ends_a_last_line_that_has_no_newline) {
  mixer_.write(a_, "no end");
  EXPECT_EQ(settle(), "");
  mixer_.end(a_);
  mixer_.end(a_);
  EXPECT_EQ(settle(), "a | no end\n");
}

TEST_F(LineMixerTest, begins_a_line_after_an_end_also_while_another_holds_the_writer) {
  mixer_.write(a_, long_piece);
  mixer_.write(b_, "one, no end");
  mixer_.end(b_);
  mixer_.write(b_, "two\nthr");
  mixer_.write(a_, "\n");
  EXPECT_TRUE(settle() == "a | " + long_piece + "\nb | one, no end\nb | two\n");
  mixer_.write(b_, "ee\n");
  EXPECT_EQ(settle(), "b | three\n");
}

TEST_F(LineMixerTest, keeps_every_byte_as_it_is) {
  const std::string binary("\0\xFF\r\x1b[1m\x80", 8);
  mixer_.write(a_, binary + "\n\n");
  EXPECT_EQ(settle(), "a | " + binary + "\na | \n");
}

TEST_F(LineMixerTest, gives_a_long_line_the_writer_until_its_end_and_holds_the_others_back) {
  EXPECT_TRUE(mixer_.write(a_, long_piece));
  EXPECT_TRUE(settle() == "a | " + long_piece) << "it is too long to be kept";
  EXPECT_TRUE(mixer_.write(b_, "short\n"));
  EXPECT_FALSE(mixer_.write(b_, std::string(LineMixer::kept_line, 'y')));
  EXPECT_FALSE(mixer_.room(b_));
  EXPECT_EQ(settle(), "");
  mixer_.write(a_, "end\nnext");
  EXPECT_TRUE(mixer_.room(b_));
  EXPECT_GE(room_calls_, 1);
  mixer_.write(b_, "\n");
  EXPECT_TRUE(settle() == "end\nb | short\nb | " + std::string(LineMixer::kept_line, 'y') + "\n");
  mixer_.end(a_);
  EXPECT_EQ(settle(), "a | next\n");
}

TEST_F(LineMixerTest, writes_a_stream_that_ended_while_another_held_the_writer) {
  mixer_.write(a_, long_piece);
  mixer_.write(b_, "last words");
  mixer_.end(b_);
  mixer_.end(a_);
  EXPECT_TRUE(settle() == "a | " + long_piece + "\nb | last words\n");
}

TEST_F(LineMixerTest, passes_the_writer_from_one_long_line_to_the_next) {
  const std::string long_a(LineMixer::kept_line + 1, 'a');
  const std::string long_b(LineMixer::kept_line + 1, 'b');
  mixer_.write(a_, long_a);
  mixer_.write(b_, long_b);
  mixer_.write(a_, "\nrest of a\n");
  mixer_.write(b_, "\n");
  EXPECT_TRUE(settle() == "a | " + long_a + "\na | rest of a\nb | " + long_b + "\n");
}

TEST_F(LineMixerTest, ends_a_long_line_for_those_that_have_waited_long_enough_and_labels_it_anew) {
  mixer_.write(a_, long_piece);
  settle();
  mixer_.write(b_, "waits\n");
  EXPECT_EQ(pass(almost), "");
  EXPECT_EQ(pass(Duration(1)), "\nb | waits\n");
  EXPECT_EQ(room_calls_, 1);
  mixer_.write(a_, "goes on\n");
  EXPECT_EQ(settle(), "a | goes on\n");
}

TEST_F(LineMixerTest, holds_nobody_back_who_does_not_wait) {
  mixer_.write(a_, long_piece);
  const std::string most(LineMixer::kept_line, 'y');
  EXPECT_TRUE(mixer_.write(b_, most));
  EXPECT_EQ(pass(LineMixer::longest_wait), "a | " + long_piece);
  EXPECT_FALSE(mixer_.write(b_, "z"));
  EXPECT_EQ(pass(LineMixer::longest_wait), "\nb | " + most + "z");
}

TEST_F(LineMixerTest, ends_no_line_that_nobody_waits_for) {
  mixer_.write(a_, long_piece);
  settle();
  EXPECT_EQ(pass(std::chrono::hours(1)), "");
  mixer_.write(b_, "unfinished");
  EXPECT_EQ(pass(std::chrono::hours(1)), "") << "it couldn't be written anyway";
  mixer_.write(b_, " line\n");
  EXPECT_EQ(pass(almost), "");
  mixer_.write(a_, "end\n");
  EXPECT_EQ(settle(), "end\nb | unfinished line\n");
}

TEST_F(LineMixerTest, ends_a_line_for_the_last_words_of_a_stream) {
  mixer_.write(a_, long_piece);
  settle();
  mixer_.write(b_, "no end");
  mixer_.end(b_);
  EXPECT_EQ(pass(LineMixer::longest_wait), "\nb | no end\n");
}

TEST_F(LineMixerTest, nobody_waits_longer_however_many_write_without_end) {
  const auto d = mixer_.add_stream("d | ");
  const auto e = mixer_.add_stream("e | ");
  mixer_.write(a_, long_piece);
  settle();
  mixer_.write(b_, long_piece);
  mixer_.write(d, long_piece);
  mixer_.write(e, "short\n");
  EXPECT_TRUE(pass(LineMixer::longest_wait) == "\ne | short\nb | " + long_piece + "\nd | " + long_piece);
  mixer_.write(a_, long_piece);
  EXPECT_EQ(pass(almost), "");
  mixer_.write(b_, long_piece);
  mixer_.write(e, "more\n");
  EXPECT_TRUE(pass(Duration(1)) == "\ne | more\na | " + long_piece);
  EXPECT_TRUE(pass(almost) == "\nb | " + long_piece) << "it has waited since a held the writer";
}

TEST_F(LineMixerTest, a_line_of_carriage_returns_is_shared_like_any_other) {
  const std::string progress = std::string(1999, '.') + "\r";
  std::string output;
  std::size_t lines = 0;
  for (int tick = 0; tick < 1000; ++tick) {
    mixer_.write(a_, progress);
    mixer_.write(b_, "line " + std::to_string(++lines) + "\n");
    output += pass(std::chrono::milliseconds(50));
    const std::string last = "b | line " + std::to_string(lines - std::min<std::size_t>(lines, 4));
    ASSERT_TRUE(lines <= 4 || output.find(last + "\n") != std::string::npos) << tick;
  }
}

TEST_F(LineMixerTest, a_slow_reader_breaks_no_line) {
  while (mixer_.write(a_, long_piece)) context_.poll();
  mixer_.write(b_, "waits\n");
  now_ += std::chrono::hours(1);
  mixer_.end_waiting();
  EXPECT_EQ(room_calls_, 0);
  mixer_.write(a_, "\n");
  const std::string output = settle();
  EXPECT_EQ(std::ranges::count(output, '\n'), 2);
  EXPECT_TRUE(output.ends_with("x\nb | waits\n"));
}

TEST_F(LineMixerTest, a_slow_reader_that_has_taken_what_was_there_before_is_no_reason_to_wait) {
  while (mixer_.write(a_, long_piece)) context_.poll();
  mixer_.write(b_, "waits\n");
  settle();
  while (mixer_.write(a_, long_piece)) context_.poll();
  now_ += LineMixer::longest_wait;
  mixer_.end_waiting();
  EXPECT_EQ(room_calls_, 1);
  EXPECT_TRUE(settle().ends_with("x\nb | waits\n"));
}

TEST_F(LineMixerTest, its_own_timer_ends_the_waiting) {
  LineMixer mixer(context_, writer_, [this] { ++room_calls_; });
  const auto silent = mixer.add_stream("a | ");
  const auto other = mixer.add_stream("b | ");
  mixer.write(silent, long_piece);
  settle();
  for (const std::string text : {"one\n", "two\n"}) {
    mixer.write(other, text);
    while (room_calls_ == 0) {
      context_.restart();
      ASSERT_GT(context_.run_one(), 0U);
    }
    EXPECT_EQ(settle(), "\nb | " + text);
    mixer.write(silent, long_piece);
    settle();
    room_calls_ = 0;
  }
}

TEST_F(LineMixerTest, in_raw_mode_pieces_go_out_as_they_come_and_nothing_is_added) {
  PieceMixer raw(writer_);
  const auto a = raw.add_stream("");
  const auto b = raw.add_stream("");
  raw.write(a, "password: ");
  EXPECT_EQ(settle(), "password: ");
  EXPECT_TRUE(raw.write(b, "10%\r"));
  EXPECT_TRUE(raw.write(a, "20%\r"));
  raw.end(b);
  EXPECT_EQ(settle(), "10%\r20%\r");
  raw.end(a);
  EXPECT_EQ(settle(), "");
}

/// Any chunking of any streams gives each stream's lines whole, complete and in their order.
TEST_F(LineMixerTest, loses_and_mixes_nothing_however_the_bytes_are_chunked) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    std::array<std::string, 2> texts;
    std::array<std::string, 2> expected;
    for (std::size_t stream = 0; stream < 2; ++stream) {
      for (int line = 0; line < 20; ++line) {
        const std::size_t size = random() % 5 == 0 ? random() % 200'000 : random() % 80;
        const std::string content(size, static_cast<char>('A' + random() % 26));
        texts[stream] += content + "\n";
        expected[stream] += (stream == 0 ? "a | " : "b | ") + content + "\n";
      }
    }
    std::array<std::size_t, 2> at{};
    std::string output;
    while (at[0] < texts[0].size() || at[1] < texts[1].size()) {
      const std::size_t stream = random() % 2;
      const std::string chunk = texts[stream].substr(at[stream], 1 + random() % 65'536);
      at[stream] += chunk.size();
      mixer_.write(stream, chunk);
      if (random() % 4 == 0) output += settle();
    }
    output += settle();
    std::array<std::string, 2> got;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) got[line.starts_with("a | ") ? 0 : 1] += line + "\n";
    ASSERT_TRUE(got == expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace dream::output
