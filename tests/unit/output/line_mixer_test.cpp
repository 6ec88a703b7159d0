#include "output/line_mixer.hpp"

#include <algorithm>
#include <random>
#include <sstream>

#include "unit/output/pipe_fixture.hpp"

namespace dream::output {
namespace {

class LineMixerTest : public PipeTest {
 protected:
  int room_calls_ = 0;
  Writer writer_{context_, write_end(), {.on_room = {}, .on_lost = {}}};
  LineMixer mixer_{context_, writer_, LineMixer::Style::labelled, [this] { ++room_calls_; }};
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

TEST_F(LineMixerTest, keeps_every_byte_as_it_is) {
  const std::string binary("\0\xFF\r\x1b[1m\x80", 8);
  mixer_.write(a_, binary + "\n\n");
  EXPECT_EQ(settle(), "a | " + binary + "\na | \n");
}

TEST_F(LineMixerTest, gives_a_long_line_the_writer_until_its_end_and_holds_the_others_back) {
  const std::string piece(LineMixer::kept_line + 1, 'x');
  EXPECT_TRUE(mixer_.write(a_, piece));
  EXPECT_TRUE(settle() == "a | " + piece) << "it is too long to be kept";
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
  const std::string piece(LineMixer::kept_line + 1, 'x');
  mixer_.write(a_, piece);
  mixer_.write(b_, "last words");
  mixer_.end(b_);
  mixer_.end(a_);
  EXPECT_TRUE(settle() == "a | " + piece + "\nb | last words\n");
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

TEST_F(LineMixerTest, lets_the_others_go_on_when_the_holder_of_the_writer_is_silent) {
  LineMixer mixer(
      context_, writer_, LineMixer::Style::labelled, [this] { ++room_calls_; }, std::chrono::milliseconds(1));
  const auto silent = mixer.add_stream("a | ");
  const auto other = mixer.add_stream("b | ");
  mixer.write(silent, std::string(LineMixer::kept_line + 1, 'x'));
  settle();
  mixer.write(other, "waits\n");
  context_.restart();
  while (room_calls_ == 0) ASSERT_GT(context_.run_one(), 0U);
  EXPECT_EQ(settle(), "\nb | waits\n");
  mixer.write(silent, "goes on\n");
  EXPECT_EQ(settle(), "a | goes on\n");
}

TEST_F(LineMixerTest, a_slow_reader_breaks_no_line) {
  LineMixer mixer(
      context_, writer_, LineMixer::Style::labelled, [this] { ++room_calls_; }, std::chrono::milliseconds(1));
  const auto held_back = mixer.add_stream("a | ");
  const auto other = mixer.add_stream("b | ");
  const std::string line(LineMixer::kept_line, 'x');
  while (mixer.write(held_back, line)) context_.poll();
  mixer.write(other, "waits\n");
  context_.poll();
  for (int stall = 0; stall < 3; ++stall) {
    context_.restart();
    ASSERT_EQ(context_.run_one_for(std::chrono::seconds(10)), 1U);
  }
  EXPECT_EQ(room_calls_, 0);
  mixer.write(held_back, "\n");
  const std::string output = settle();
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 2);
  EXPECT_TRUE(output.ends_with("x\nb | waits\n"));
}

TEST_F(LineMixerTest, bare_bytes_go_out_at_once_and_nothing_is_added) {
  LineMixer bare(context_, writer_, LineMixer::Style::bare, [] {});
  const auto only = bare.add_stream("");
  bare.write(only, "password: ");
  EXPECT_EQ(settle(), "password: ");
  bare.end(only);
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
