#include "demultiplexer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dream::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string frame(char stream, const std::string& text) {
  std::string header{stream, '\0', '\0', '\0'};
  for (const int shift : {24, 16, 8, 0})
    header += static_cast<char>(text.size() >> static_cast<unsigned>(shift));
  return header + text;
}

TEST(Demultiplexer, takes_the_streams_apart) {
  Demultiplexer demultiplexer;
  EXPECT_THAT(
      demultiplexer.take(frame(1, "out") + frame(2, "err") + frame(1, "more")),
      ElementsAre(Piece{DREAM_STDOUT, "out"}, Piece{DREAM_STDERR, "err"}, Piece{DREAM_STDOUT, "more"}));
}

TEST(Demultiplexer, neighbours_of_one_stream_are_one_piece) {
  Demultiplexer demultiplexer;
  EXPECT_THAT(demultiplexer.take(frame(1, "a") + frame(1, "b")), ElementsAre(Piece{DREAM_STDOUT, "ab"}));
}

TEST(Demultiplexer, it_does_not_matter_where_the_bytes_are_cut) {
  const std::string whole =
      frame(1, std::string(300, 'x')) + frame(2, "") + frame(2, "err") + frame(1, "end");
  for (std::size_t size = 1; size <= whole.size(); ++size) {
    Demultiplexer demultiplexer;
    std::string out;
    std::string err;
    for (std::size_t at = 0; at < whole.size(); at += size) {
      for (const Piece& piece : demultiplexer.take(whole.substr(at, size))) {
        (piece.stream == DREAM_STDOUT ? out : err) += piece.bytes;
      }
    }
    ASSERT_EQ(out, std::string(300, 'x') + "end") << size;
    ASSERT_EQ(err, "err") << size;
  }
}

TEST(Demultiplexer, a_frame_may_be_as_long_as_its_header_can_say) {
  Demultiplexer demultiplexer;
  EXPECT_THAT(demultiplexer.take(std::string("\1\0\0\0\xff\xff\xff\xff", 8)), IsEmpty());
  EXPECT_THAT(demultiplexer.take("abc"), ElementsAre(Piece{DREAM_STDOUT, "abc"}));
}

TEST(Demultiplexer, the_third_stream_is_the_engines_own_error) {
  Demultiplexer demultiplexer;
  const std::string whole = frame(1, "a") + frame(3, "the log is broken") + frame(2, "b");
  std::string told;
  for (const char c : whole) {
    static_cast<void>(demultiplexer.take({&c, 1}));
    const std::string error = demultiplexer.take_error();
    EXPECT_TRUE(error.empty() || told.empty()) << "once, and whole";
    told += error;
  }
  EXPECT_EQ(told, "the log is broken");
}

TEST(Demultiplexer, a_long_error_of_the_engine_is_cut) {
  Demultiplexer demultiplexer;
  EXPECT_THAT(demultiplexer.take(frame(3, std::string(100'000, 'x')) + frame(1, "a")),
              ElementsAre(Piece{DREAM_STDOUT, "a"}));
  EXPECT_EQ(demultiplexer.take_error().size(), 4096U);
}

TEST(Demultiplexer, other_streams_are_skipped) {
  Demultiplexer demultiplexer;
  EXPECT_THAT(demultiplexer.take(frame(0, "in") + frame(7, "?") + frame(2, "e")),
              ElementsAre(Piece{DREAM_STDERR, "e"}));
}

TEST(Demultiplexer, puts_the_newline_back_that_a_log_has_left_out_behind_a_long_line) {
  const auto frame = [](const std::string& text) {
    return std::string{1,
                       0,
                       0,
                       0,
                       0,
                       0,
                       static_cast<char>(text.size() >> 8U),
                       static_cast<char>(text.size() & 0xffU)} +
           text;
  };
  const std::string part(longest_entry, 'x');
  const std::string bytes = frame(part) + frame("end") + frame("next\n") + frame("open");
  for (const auto frames : {Demultiplexer::Frames::entries, Demultiplexer::Frames::parts}) {
    Demultiplexer demultiplexer(frames);
    std::string text;
    for (const char byte : bytes)
      for (const Piece& piece : demultiplexer.take({&byte, 1})) text += piece.bytes;
    const bool entries = frames == Demultiplexer::Frames::entries;
    EXPECT_EQ(text, part + "end" + (entries ? "\n" : "") + "next\nopen");
  }
}

}  // namespace
}  // namespace dream::docker
