#include "progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace dream::docker {
namespace {

using ::testing::ElementsAre;

TEST(Progress, a_pull_tells_no_single_layers) {
  std::vector<std::string> told;
  PullProgress progress([&](std::string_view line) { told.emplace_back(line); });
  progress.take("{\"status\":\"Pulling from library/box\",\"id\":\"latest\"}\r\n{\"status\":\"Downl");
  progress.take("oading\",\"id\":\"abc\"}\r\n{\"status\":\"Digest: sha256:1\"}\r\n");
  EXPECT_THAT(told, ElementsAre("Pulling from library/box", "Digest: sha256:1"));
  EXPECT_EQ(progress.error(), "");
}

TEST(Progress, a_pull_that_fails_says_why) {
  PullProgress progress([](std::string_view) {});
  progress.take(R"({"errorDetail":{"message":"no such tag"},"error":"no"})"
                "\n");
  EXPECT_EQ(progress.error(), "no such tag");
}

TEST(Progress, a_build_prints_and_tells_the_id) {
  std::string printed;
  BuildProgress progress([&](std::string_view text) { printed += text; });
  progress.take("{\"stream\":\"Step 1/2\"}\n{\"stream\":\"\\n\"}\n\r\n{\"aux\":{\"ID\":\"sha256:12\"}}\n");
  EXPECT_EQ(printed, "Step 1/2\n");
  EXPECT_EQ(progress.image_id(), "sha256:12");
}

TEST(Progress, what_is_no_json_is_passed_over) {
  std::string printed;
  BuildProgress progress([&](std::string_view text) { printed += text; });
  progress.take("nonsense\n[1]\n{\"stream\":\"x\"}\n");
  EXPECT_EQ(printed, "x");
}

}  // namespace
}  // namespace dream::docker
