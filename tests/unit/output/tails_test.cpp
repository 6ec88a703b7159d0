#include "output/tails.hpp"

#include <gtest/gtest.h>

#include <string>

namespace dream::output {
namespace {

constexpr StepIndex step{0};
constexpr std::size_t all = 1'000'000;

TEST(Tails, give_the_last_lines_the_unfinished_one_too) {
  Tails tails(2);
  tails.add(step, "one\ntwo\nth");
  tails.add(step, "ree");
  EXPECT_EQ(tails.last(step, all), "one\ntwo\nthree");
  EXPECT_EQ(tails.last(step, 1), "three");
  EXPECT_EQ(tails.last(step, 2), "two\nthree");
  tails.add(step, "\n");
  EXPECT_EQ(tails.last(step, 1), "three\n");
  EXPECT_EQ(tails.last(step, 0), "");
  EXPECT_EQ(tails.last(StepIndex(1), all), "");
}

TEST(Tails, keep_so_much_and_begin_with_a_whole_line) {
  Tails tails(1);
  std::string written;
  for (int line = 0; written.size() < 5 * Tails::most_kept; ++line) {
    const std::string text = std::to_string(line) + "\n";
    written += text;
    tails.add(step, text);
  }
  const std::string last = tails.last(step, all);
  EXPECT_GE(last.size() + 16, Tails::most_kept);
  EXPECT_LE(last.size(), 2 * Tails::most_kept);
  EXPECT_TRUE(std::string_view(written).ends_with(last));
  EXPECT_EQ(written[written.size() - last.size() - 1], '\n');
  tails.add(step, "x\n" + std::string(3 * Tails::most_kept, 'y') + "\nz\n");
  EXPECT_EQ(tails.last(step, all), "z\n");
}

TEST(Tails, of_many_steps_share_what_there_is) {
  Tails tails(256);
  for (std::size_t at = 0; at < 256; ++at)
    tails.add(StepIndex(static_cast<std::uint32_t>(at)), std::string(Tails::most_kept, 'x') + "\n");
  EXPECT_LE(tails.last(step, all).size(), 2 * Tails::all_kept / 256);
}

}  // namespace
}  // namespace dream::output
