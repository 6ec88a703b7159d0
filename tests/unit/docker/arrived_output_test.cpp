#include "arrived_output.hpp"

#include <gtest/gtest.h>

namespace dream::docker {
namespace {

std::string text_of(const std::vector<Piece>& pieces) {
  std::string text;
  for (const Piece& piece : pieces) text += (piece.stream == DREAM_STDOUT ? "o:" : "e:") + piece.bytes + ";";
  return text;
}

TEST(ArrivedOutput, passes_over_what_was_there_of_each_stream) {
  ArrivedOutput output;
  EXPECT_EQ(text_of(output.take({{DREAM_STDOUT, "one\ntw"}, {DREAM_STDERR, "E"}})), "o:one\ntw;e:E;");
  EXPECT_EQ(output.total(), 6U);
  output.begin_again();
  EXPECT_EQ(text_of(output.take({{DREAM_STDERR, "Er"}, {DREAM_STDOUT, "on"}})), "e:r;");
  EXPECT_EQ(text_of(output.take({{DREAM_STDOUT, "e\nt"}})), "");
  EXPECT_EQ(text_of(output.take({{DREAM_STDOUT, "wo\n"}, {DREAM_STDERR, "r\n"}})), "o:o\n;e:r\n;");
  output.begin_again();
  EXPECT_EQ(text_of(output.take({{DREAM_STDOUT, "one\ntwo\nthree"}, {DREAM_STDERR, "Err\n"}})), "o:three;");
}

TEST(ArrivedOutput, does_not_count_newlines_within) {
  ArrivedOutput output;
  static_cast<void>(output.take({{DREAM_STDOUT, "long\nnext\n"}}));
  output.begin_again();
  EXPECT_EQ(text_of(output.take({{DREAM_STDOUT, "longnext\nnew\n"}})), "o:new\n;");
}

TEST(ArrivedOutput, keeps_empty_lines_that_are_new) {
  ArrivedOutput output;
  static_cast<void>(output.take({{DREAM_STDOUT, "a\n"}}));
  static_cast<void>(output.take({{DREAM_STDOUT, "\n"}}));
  output.begin_again();
  EXPECT_EQ(text_of(output.take({{DREAM_STDOUT, "a\n\n"}, {DREAM_STDOUT, "\n\nb\n"}})), "o:\n\nb\n;");
}

TEST(ArrivedOutput, knows_how_it_ends) {
  ArrivedOutput output;
  EXPECT_TRUE(output.ends_with(DREAM_STDOUT, ""));
  EXPECT_FALSE(output.ends_with(DREAM_STDOUT, "x\n"));
  static_cast<void>(output.take({{DREAM_STDOUT, "one\ntwo"}, {DREAM_STDERR, "three\n"}}));
  EXPECT_TRUE(output.ends_with(DREAM_STDOUT, "two\n"));
  EXPECT_TRUE(output.ends_with(DREAM_STDERR, "three"));
  EXPECT_FALSE(output.ends_with(DREAM_STDERR, "two\n"));
  const std::string longest(longest_entry, 'x');
  for (int times = 0; times < 5; ++times) static_cast<void>(output.take({{DREAM_STDOUT, longest}}));
  EXPECT_TRUE(output.ends_with(DREAM_STDOUT, longest));
}

}  // namespace
}  // namespace dream::docker
