#include "output/tails.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dream::output {
namespace {

constexpr StepIndex step{0};
constexpr std::size_t all = 1'000'000;
constexpr Instant now{};

TEST(Tails, give_the_last_lines_the_unfinished_one_too) {
  Tails tails(2);
  tails.add(now, step, Stream::out, "one\ntwo\nth");
  tails.add(now, step, Stream::out, "ree");
  EXPECT_EQ(tails.last(step, all), "one\ntwo\nthree");
  EXPECT_EQ(tails.last(step, 1), "three");
  EXPECT_EQ(tails.last(step, 2), "two\nthree");
  tails.add(now, step, Stream::out, "\n");
  EXPECT_EQ(tails.last(step, 1), "three\n");
  EXPECT_EQ(tails.last(step, 0), "");
  EXPECT_EQ(tails.last(StepIndex(1), all), "");
}

TEST(Tails, mix_no_line_with_one_of_the_other_stream) {
  Tails tails(1);
  tails.add(now, step, Stream::out, "progress ");
  tails.add(now, step, Stream::err, "ERR");
  EXPECT_EQ(tails.last(step, all), "progress \nERR");
  EXPECT_EQ(tails.last(step, 1), "ERR");
  tails.add(now, step, Stream::err, "OR\n");
  EXPECT_EQ(tails.last(step, all), "ERROR\nprogress ");
  EXPECT_EQ(tails.last_lines_of(step, 1).whole, "");
  tails.add(now, step, Stream::out, "done\n");
  EXPECT_EQ(tails.last(step, all), "ERROR\nprogress done\n");
}

TEST(StreamLines, give_a_longer_line_of_one_stream_a_row_of_its_own) {
  const std::string piece(StreamLines::longest_line, 'x');
  StreamLines lines;
  std::string all_lines = lines.add(Stream::out, piece);
  EXPECT_EQ(all_lines, piece);
  all_lines += lines.add(Stream::out, "tail");
  all_lines += lines.add(Stream::err, "error\n");
  EXPECT_EQ(all_lines, piece + "\nerror\n");
  EXPECT_EQ(lines.both_open(), "tail");
  EXPECT_EQ(lines.add(Stream::err, piece), piece);
  EXPECT_EQ(lines.both_open(), "\ntail");
  EXPECT_EQ(lines.add(Stream::err, " end\n"), " end\n");
  EXPECT_EQ(lines.add(Stream::err, piece), piece);
  EXPECT_EQ(lines.end(), "\ntail\n");
  EXPECT_EQ(lines.add(Stream::out, "next\n"), "next\n");
}

TEST(Tails, continue_no_line_of_an_earlier_attempt) {
  Tails tails(1);
  tails.add(now, step, Stream::out, "partial");
  tails.end_lines(now, step);
  tails.end_lines(now, step);
  tails.add(now, step, Stream::out, "run\n");
  EXPECT_EQ(tails.last(step, all), "partial\nrun\n");
}

TEST(Tails, keep_so_much_and_begin_with_a_whole_line) {
  Tails tails(1);
  std::string written;
  for (int line = 0; written.size() < 5 * Tails::most_kept; ++line) {
    const std::string text = std::to_string(line) + "\n";
    written += text;
    tails.add(now, step, Stream::out, text);
  }
  const std::string last = tails.last(step, all);
  EXPECT_GE(last.size() + 16, Tails::most_kept);
  EXPECT_LE(last.size(), 2 * Tails::most_kept);
  EXPECT_TRUE(std::string_view(written).ends_with(last));
  EXPECT_EQ(written[written.size() - last.size() - 1], '\n');
}

TEST(Tails, keep_the_end_of_a_line_that_is_longer_than_what_is_kept_and_what_was_before_it) {
  const std::string long_line(3 * Tails::most_kept, 'y');
  const std::string end = std::string(Tails::most_kept - 1, 'y') + "\n";
  Tails tails(1);
  tails.add(now, step, Stream::out, "before\n" + long_line + "\n");
  EXPECT_EQ(tails.last(step, all), "before\n" + end);
  tails.add(now, step, Stream::out, "behind\n");
  EXPECT_EQ(tails.last(step, all), end + "behind\n");
  Tails in_pieces(1);
  in_pieces.add(now, step, Stream::out, "before\n");
  for (std::size_t at = 0; at < long_line.size(); at += 70'000)
    in_pieces.add(now, step, Stream::out, long_line.substr(at, 70'000));
  in_pieces.add(now, step, Stream::out, "\n");
  EXPECT_EQ(in_pieces.last(step, all), "before\n" + end);
}

TEST(Tails, keep_a_whole_line_of_each_of_many_steps) {
  Tails tails(1000);
  tails.add(now, step, Stream::out, "before\n");
  tails.add(now, step, Stream::out, std::string(5000, 'x') + "\n");
  EXPECT_EQ(tails.last(step, all), "before\n" + std::string(4095, 'x') + "\n");
}

TEST(Tails, know_when_a_line_came_that_is_longer_than_what_is_kept) {
  using std::chrono::seconds;
  Tails tails(1);
  tails.add(now, step, Stream::out, "old\n");
  for (int piece = 1; piece <= 10; ++piece)
    tails.add(now + seconds(10 * piece), step, Stream::out, std::string(70'000, 'x'));
  tails.add(now + seconds(200), step, Stream::out, "\n");
  tails.add(now + seconds(300), step, Stream::out, "new\n");
  const std::string end = std::string(Tails::most_kept - 1, 'x') + "\n";
  EXPECT_EQ(tails.last(step, all, now), end + "new\n");
  EXPECT_EQ(tails.last(step, all, now + seconds(10)), end + "new\n");
  EXPECT_EQ(tails.last(step, all, now + seconds(100)), std::string(70'000, 'x') + "\nnew\n");
  EXPECT_EQ(tails.last(step, all, now + seconds(250)), "new\n");
}

TEST(Tails, of_many_steps_share_what_there_is) {
  Tails tails(256);
  for (std::size_t at = 0; at < 256; ++at)
    tails.add(now, StepIndex(static_cast<std::uint32_t>(at)), Stream::out,
              std::string(Tails::most_kept, 'x') + "\n");
  EXPECT_LE(tails.last(step, all).size(), 2 * Tails::all_kept / 256);
}

TEST(Tails, give_what_came_since_a_moment) {
  using std::chrono::seconds;
  Tails tails(1);
  tails.add(now, step, Stream::out, "old\n");
  tails.add(now + seconds(10), step, Stream::out, "begin of ");
  tails.add(now + seconds(20), step, Stream::out, "a line\n");
  tails.add(now + seconds(30), step, Stream::out, "new\n");
  EXPECT_EQ(tails.last(step, all, now), "old\nbegin of a line\nnew\n");
  EXPECT_EQ(tails.last(step, all, now + seconds(5)), "begin of a line\nnew\n");
  EXPECT_EQ(tails.last(step, all, now + seconds(25)), "new\n");
  EXPECT_EQ(tails.last(step, all, now + seconds(31)), "");
  EXPECT_EQ(tails.last(step, 1, now + seconds(5)), "new\n");
}

TEST(Tails, know_when_what_is_kept_came_however_long_it_goes_on) {
  using std::chrono::seconds;
  Tails tails(1);
  constexpr int last = 100'000;
  const std::string line(19, 'x');
  for (int at = 0; at <= last; ++at) tails.add(now + seconds(at), step, Stream::out, line + "\n");
  EXPECT_EQ(tails.last(step, all, now + seconds(last)), line + "\n");
  const std::size_t some = tails.last(step, all, now + seconds(last - 1000)).size() / 20;
  EXPECT_GE(some, 1001);
  EXPECT_LE(some, 1100) << "bursts that became one";
  EXPECT_GE(tails.last(step, all, now).size() + 20, Tails::most_kept);
}

TEST(Tails, begin_with_a_whole_character_of_a_line_that_was_cut) {
  Tails tails(1);
  std::string text;
  while (text.size() < 2 * Tails::most_kept) text += "中";
  tails.add(now, step, Stream::out, text);
  EXPECT_TRUE(tails.last(step, all).starts_with("中"));
  tails.add(now, step, Stream::out, "\n");
  EXPECT_TRUE(tails.last(step, all).starts_with("中"));
}

}  // namespace
}  // namespace dream::output
