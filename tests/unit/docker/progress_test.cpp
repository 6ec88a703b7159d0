#include "progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace dream::docker {
namespace {

using ::testing::ElementsAre;

TEST(Progress, a_pull_tells_no_single_layers) {
  PullProgress progress;
  EXPECT_EQ(
      progress.take("{\"status\":\"Pulling from library/box\",\"id\":\"latest\"}\r\n{\"status\":\"Downl"),
      "Pulling from library/box\n");
  EXPECT_EQ(progress.take("oading\",\"id\":\"abc\"}\r\n{\"status\":\"Digest: sha256:1\"}\r\n"),
            "Digest: sha256:1\n");
  EXPECT_EQ(progress.error(), "");
}

TEST(Progress, a_pull_that_fails_says_why) {
  PullProgress progress;
  EXPECT_EQ(progress.take(R"({"errorDetail":{"message":"no such tag"},"error":"no"})"
                          "\n"),
            "");
  EXPECT_EQ(progress.error(), "no such tag");
}

TEST(Progress, a_build_prints_and_tells_the_id) {
  BuildProgress progress;
  EXPECT_EQ(progress.take(
                "{\"stream\":\"Step 1/2\"}\n{\"stream\":\"\\n\"}\n\r\n{\"aux\":{\"ID\":\"sha256:12\"}}\n"),
            "Step 1/2\n");
  EXPECT_EQ(progress.image_id(), "sha256:12");
}

TEST(Progress, what_is_no_json_is_passed_over) {
  BuildProgress progress;
  EXPECT_EQ(progress.take("nonsense\n[1]\n{\"stream\":\"x\"}\n"), "x");
}

TEST(Progress, a_line_without_an_end_is_not_kept) {
  std::vector<std::string> lines;
  JsonLines progress([&](std::string_view line) { lines.emplace_back(line); });
  progress.take(std::string(JsonLines::longest_line, 'a'));
  progress.take("a");
  for (int piece = 0; piece < 3; ++piece) progress.take(std::string(JsonLines::longest_line, 'a'));
  progress.take("a\nnext\n" + std::string(JsonLines::longest_line, 'b') + "\n");
  EXPECT_THAT(lines, ElementsAre("next", std::string(JsonLines::longest_line, 'b')));
}

}  // namespace
}  // namespace dream::docker
