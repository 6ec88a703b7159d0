#include "task_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dream::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string log_frame(std::uint32_t stream, const std::string& text) {
  std::string bytes{static_cast<char>(stream),           0, 0, 0, 0, 0, static_cast<char>(text.size() / 256),
                    static_cast<char>(text.size() % 256)};
  return bytes + text;
}

/// A line of the log, written so many nanoseconds after 2026-11-29T10:54:38Z.
std::string line(std::uint32_t stream, const std::string& nanoseconds, const std::string& text) {
  return log_frame(stream, "2026-11-29T10:54:38." + nanoseconds + "Z " + text);
}

constexpr std::int64_t second = 1795949678;

TEST(TaskLog, has_both_streams_without_their_times_however_it_is_cut) {
  const std::string bytes =
      line(1, "000000001", "out\n") + line(2, "000000002", "err\n") + line(1, "000000003", "end");
  TaskLog whole;
  EXPECT_THAT(whole.take(bytes), ElementsAre(Piece{1, "out\n"}, Piece{2, "err\n"}, Piece{1, "end"}));
  TaskLog cut;
  std::vector<Piece> pieces;
  for (const char c : bytes) {
    for (Piece& piece : cut.take({&c, 1})) pieces.push_back(std::move(piece));
  }
  EXPECT_THAT(pieces, ElementsAre(Piece{1, "out\n"}, Piece{2, "err\n"}, Piece{1, "end"}));
}

TEST(TaskLog, read_again_from_a_second_before_has_only_what_is_new) {
  TaskLog log;
  static_cast<void>(
      log.take(line(1, "000000001", "a\n") + line(1, "000000005", "b\n") + line(1, "000000005", "c\n")));
  EXPECT_EQ(log.begin_again(), second - 1);
  EXPECT_THAT(
      log.take(line(1, "000000001", "a\n") + line(1, "000000005", "b\n") + line(1, "000000005", "c\n") +
               line(1, "000000005", "d\n") + line(1, "000000006", "e\n")),
      ElementsAre(Piece{1, "d\ne\n"}));
  static_cast<void>(log.begin_again());
  EXPECT_THAT(log.take(line(1, "000000005", "d\n") + line(1, "000000006", "e\n")), IsEmpty());
}

TEST(TaskLog, of_two_streams_that_were_written_at_once_misses_none) {
  TaskLog log;
  static_cast<void>(log.take(line(1, "000000009", "late\n")));
  static_cast<void>(log.begin_again());
  EXPECT_THAT(log.take(line(1, "000000009", "late\n") + line(2, "000000003", "early\n")),
              ElementsAre(Piece{2, "early\n"}));
}

TEST(TaskLog, is_read_again_from_the_beginning_of_a_line_that_has_no_end_yet) {
  TaskLog log;
  static_cast<void>(log.take(line(1, "000000001", "begun ") +
                             log_frame(2, "2026-11-29T11:54:38.000000001Z an hour later\n")));
  EXPECT_EQ(log.begin_again(), second - 1);
  EXPECT_THAT(log.take(line(1, "000000001", "begun ") + line(1, "000000001", "and ended\n") +
                       log_frame(2, "2026-11-29T11:54:38.000000001Z an hour later\n")),
              ElementsAre(Piece{1, "and ended\n"}));
}

TEST(TaskLog, without_a_line_is_read_from_its_beginning) {
  TaskLog log;
  EXPECT_EQ(log.begin_again(), 0);
  static_cast<void>(log.take(line(1, "000000001", "a\n").substr(0, 20)));
  EXPECT_EQ(log.begin_again(), 0);
  EXPECT_THAT(log.take(line(1, "000000001", "a\n")), ElementsAre(Piece{1, "a\n"}))
      << "the half frame is dropped";
}

TEST(TaskLog, keeps_only_the_begin_of_a_frame_that_is_too_long) {
  const std::string time = "2026-11-29T10:54:38.000000001Z ";
  const std::string text(std::size_t{3} * 1024 * 1024 - time.size(), 'a');
  std::string header = log_frame(1, "");
  header[5] = 48;  // 3 MiB
  TaskLog log;
  EXPECT_THAT(log.take(header + time + text.substr(1)), IsEmpty());
  const std::vector<Piece> pieces = log.take("a" + line(1, "000000002", "next\n"));
  const std::size_t kept = TaskLog::longest_frame - header.size() - time.size();
  EXPECT_TRUE(pieces == std::vector({Piece{1, text.substr(0, kept) + "next\n"}}));
}

TEST(TaskLog, tells_what_the_engine_says_itself) {
  TaskLog log;
  EXPECT_THAT(log.take(log_frame(3, "node is not available")), IsEmpty());
  EXPECT_EQ(log.take_error(), "node is not available");
  EXPECT_EQ(log.take_error(), "");
}

}  // namespace
}  // namespace dream::docker
