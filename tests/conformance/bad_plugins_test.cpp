#include "conformance/bad_plugins.hpp"

#include <gmock/gmock.h>

#include "conformance/verdicts.hpp"
#include "support/temporary_folder.hpp"

namespace dream::conformance {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::StartsWith;

std::string line_of(const BadPlugin& bad) {
  return "^" + std::string(bad.verdict) + " " + bad.rule + ": ";
}

class Bad : public ::testing::TestWithParam<BadPlugin> {};

TEST_P(Bad, is_caught_by_its_rule_and_by_no_other) {
  const std::string file = std::string(DREAM_TEST_PLUGINS) + "/libdream_bad_" + GetParam().name + ".so";
  const bool hangs = std::string_view(GetParam().name) == "hangs";
  const Verdicts verdicts = verdicts_on({.file = file, .limit = std::chrono::seconds(hangs ? 5 : 60)});
  EXPECT_THAT(verdicts.broken, ElementsAre(ContainsRegex(line_of(GetParam()))));
}

INSTANTIATE_TEST_SUITE_P(Each, Bad, ::testing::ValuesIn(bad_plugins),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(BadFile, is_caught_before_it_is_loaded) {
  const TemporaryFolder folder;
  const auto file =
      folder.write("libdream_text.so", "#!/bin/sh\necho no library, but long enough for its header\n");
  const Verdicts verdicts = verdicts_on({.file = file});
  EXPECT_THAT(verdicts.broken, ElementsAre(StartsWith("fail file.library: is not a shared library")));
  EXPECT_EQ(verdicts.skipped.size(), rules().size() - 1);
}

TEST(BadPlugin, that_refuses_says_why) {
  const Verdicts verdicts = verdicts_on({.file = DREAM_TEST_PLUGINS "/libdream_bad_refuses.so"});
  EXPECT_THAT(verdicts.broken, ElementsAre(::testing::HasSubstr("it needs Linux 9 or later")));
}

TEST(BadPlugin, is_seen_by_one_rule_that_is_asked_for) {
  const auto checked =
      check_plugin({.file = DREAM_TEST_PLUGINS "/libdream_bad_exits_twice.so", .only = "exit.once"},
                   [](const Checked&) {});
  ASSERT_TRUE(checked);
  ASSERT_EQ(checked->size(), 1U);
  EXPECT_EQ(checked->front().verdict, Verdict::fail);
}

}  // namespace
}  // namespace dream::conformance
