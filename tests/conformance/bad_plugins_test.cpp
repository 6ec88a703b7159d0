#include "conformance/bad_plugins.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "conformance/fifo.hpp"
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
  if (GetParam().name == std::string_view("pins_cpu") && std::thread::hardware_concurrency() < 2)
    GTEST_SKIP();
  const Fifo hangs("DREAM_TEST_HANGS");  // a call that hangs says so, and is given up at once
  ::setenv("DREAM_TEST_BLOCKS", "2", 1);
  const bool blocks = std::string_view(GetParam().name).ends_with("blocks");
  const TemporaryFolder folder;
  ::setenv("DREAM_TEST_LEFT", (folder.path() / "left").c_str(), 1);
  const Verdicts verdicts = verdicts_on({.file = file,
                                         .limit = std::chrono::minutes(1),
                                         .give_up = hangs.end(),
                                         .call_limit = std::chrono::milliseconds(blocks ? 1 : 60'000)});
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

/// What one rule says of a plugin of tests/plugins.
std::string reason_of(const std::string& name, const std::string& rule, int give_up = -1) {
  const Verdicts verdicts = verdicts_on(
      {.file = DREAM_TEST_PLUGINS "/libdream_bad_" + name + ".so", .only = rule, .give_up = give_up});
  return verdicts.broken.empty() ? "" : verdicts.broken.front();
}

TEST(BadPlugin, that_crashes_or_hangs_has_the_function_named) {
  EXPECT_THAT(reason_of("crashes_in_release", "life.returns"),
              StartsWith("crash life.returns: crashes with SIGSEGV in \"release\""));
  const Fifo hangs("DREAM_TEST_HANGS");
  EXPECT_THAT(reason_of("hangs_in_destroy", "life.returns", hangs.end()),
              StartsWith("fail life.returns: is not done after 30.0 s, and was in \"destroy\""));
}

TEST(BadPlugin, that_fails_in_some_order_has_seed_and_calls_told) {
  EXPECT_THAT(reason_of("one_at_a_time", "order.any"),
              ContainsRegex("; with --seed 1, after: create, start 1, wait 1, .*start 2"));
  EXPECT_THAT(
      reason_of("crashes_in_release", "order.any"),
      ContainsRegex("SIGSEGV in \"release\"; with --seed 1, after: create, start 1, wait 1, .*release"));
}

TEST(BadPlugin, that_starts_no_task_any_more_has_each_reason_told) {
  EXPECT_EQ(reason_of("starts_once", "start.again"),
            "fail start.again: a task was started, and after it none: there was a task before; there is no "
            "command");
  const TemporaryFolder folder;
  ::setenv("DREAM_TEST_LEFT", folder.write("left", "").c_str(), 1);
  const Verdicts verdicts =
      verdicts_on({.file = DREAM_TEST_PLUGINS "/libdream_bad_starts_no_more.so", .only = "exit.kind"});
  EXPECT_THAT(
      verdicts.skipped,
      ElementsAre("skip exit.kind: no task could be started: a file is there already; there is no command"));
}

TEST(BadPlugin, that_does_not_end_its_child_is_seen_by_the_rules_about_that) {
  for (const char* rule : {"exit.children", "terminate.asks", "terminate.force"})
    EXPECT_THAT(reason_of("ends_without_child", rule), StartsWith(std::string("fail ") + rule)) << rule;
  EXPECT_THAT(reason_of("terminates_the_run", "call.handle"),
              StartsWith("fail call.handle: \"process.terminate\" was called for a child that"));
}

TEST(BadPlugin, that_says_otherwise_than_its_child_is_told_what_of) {
  EXPECT_EQ(reason_of("always_zero", "exit.same"),
            "fail exit.same: its child ends with exit code 3, and the run with exit code 0");
  EXPECT_EQ(reason_of("signal_as_code", "exit.same"),
            "fail exit.same: its child ends with signal 9 (SIGKILL), and the run with exit code 9");
  EXPECT_EQ(reason_of("swaps_streams", "output.whole"),
            "warn output.whole: what its child writes to stdout arrives on the other stream");
  EXPECT_THAT(reason_of("posts_no_end", "exit.last"),
              ::testing::EndsWith("; a thread that posts its output posts the end, too"));
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
