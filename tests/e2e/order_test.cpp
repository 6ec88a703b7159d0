#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <stdexcept>

#include "e2e/dream_run.hpp"

namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What `clock LABEL` wrote, in nanoseconds.
std::int64_t time_of(const std::string& out, const std::string& label) {
  const std::size_t at = out.find("| " + label + " ");
  if (at == std::string::npos) throw std::runtime_error("no time of " + label + " in:\n" + out);
  return std::stoll(out.substr(at + label.size() + 3));
}

constexpr std::int64_t ns_per_ms = 1'000'000;

TEST(Order, a_background_step_lets_the_next_start_at_once) {
  const Workspace workspace({{"a", "read go < $ROOT/gate", async, ""}, {"c", "echo c runs", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("c runs");  // although a has not ended
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
}

TEST(Order, a_foreground_step_blocks_the_next_until_it_ended) {
  const Workspace workspace({{"a", "echo a runs; read go < $ROOT/gate; echo a ends >> $ROOT/log", "", ""},
                             {"c", "echo c runs >> $ROOT/log", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("a runs");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_EQ(workspace.read("log"), "a ends\nc runs\n");
}

TEST(Order, steps_start_in_the_order_of_the_plan) {
  const std::string line = "read go < $ROOT/gate";
  const Workspace workspace(
      {{"d", line, async, ""}, {"b", "true", "", ""}, {"a", line, async, ""}, {"c", "true", "", ""}});
  const Gate gate(workspace, "gate");
  gate.open();
  gate.open();
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  const auto started = [&](const char* step) { return finished.err.find(std::string(step) + ":go started"); };
  EXPECT_LT(started("./d"), started("./b"));
  EXPECT_LT(started("./b"), started("./a"));
  EXPECT_LT(started("./a"), started("./c"));
  EXPECT_NE(started("./c"), std::string::npos);
}

TEST(Order, a_background_delay_is_never_shorter_than_asked) {
  const Workspace workspace({{"d", "clock before", "", ""},
                             {"a", "read go < $ROOT/gate", R"("async": true, "delay": 150)", ""},
                             {"c", "clock after", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_out("after ");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0);
  EXPECT_GE(time_of(dream.out(), "after") - time_of(dream.out(), "before"), 150 * ns_per_ms);
}

TEST(Order, a_background_delay_holds_even_when_the_step_ends_at_once) {
  const Workspace workspace({{"d", "clock before", "", ""},
                             {"a", "true", R"("async": true, "delay": 150)", ""},
                             {"c", "clock after", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  EXPECT_GE(time_of(finished.out, "after") - time_of(finished.out, "before"), 150 * ns_per_ms);
}

TEST(Order, a_foreground_delay_stands_before_the_step) {
  const Workspace workspace(
      {{"a", "clock before", "", ""}, {"b", "clock late", R"("delay": 150)", ""}, {"c", "true", "", ""}});
  const Finished finished = run(workspace);
  EXPECT_EQ(finished.code, 0);
  EXPECT_GE(time_of(finished.out, "late") - time_of(finished.out, "before"), 150 * ns_per_ms);
  EXPECT_THAT(finished.err, HasSubstr("./b:go starts in 1"));
  EXPECT_THAT(finished.err, Not(HasSubstr("./c:go starts in")));
}

TEST(Order, a_failure_cuts_a_delay_at_once) {
  const Workspace workspace({{"a", "read go < $ROOT/gate; exit 3", R"("async": true, "delay": 3600000)", ""},
                             {"c", "echo c runs", "", ""}});
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace);
  dream.await_err("./c:go starts in 60 min");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 3);
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
}

TEST(Order, a_signal_cuts_a_delay_at_once) {
  const Workspace workspace({{"a", "true", "", ""}, {"c", "echo c runs", "", R"("delay": 3600000)"}});
  DreamRun dream(workspace);
  dream.await_err("./c:go starts in 60 min");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), Not(HasSubstr("c runs")));
}

TEST(Order, only_recursive_requests_run_dependencies_of_dependencies) {
  const std::string configuration =
      R"({"workspace": {"./a": {"go": ["./b"]}, "./b": {"go": ["./c", "./d"]}, "./d": {"go": ["./c"]}},
                                        "tasks": {"go": {"command": "basename $PWD >> $ROOT/log"}})";
  const Workspace workspace(configuration + "}");
  EXPECT_EQ(run(workspace, {.arguments = {"go"}, .folder = "a"}).code, 0);
  EXPECT_EQ(workspace.read("log"), "b\na\n");

  const Workspace asked(configuration + "}");
  EXPECT_EQ(run(asked, {.arguments = {"go", "--recursive"}, .folder = "a"}).code, 0);
  EXPECT_EQ(asked.read("log"), "c\nd\nb\na\n");

  const Workspace configured(configuration + R"(, "recursive": [{"project": "./a", "tasks": ["go"]}]})");
  EXPECT_EQ(run(configured, {.arguments = {"go"}, .folder = "a"}).code, 0);
  EXPECT_EQ(configured.read("log"), "c\nd\nb\na\n");
  configured.write("log", "");
  EXPECT_EQ(run(configured, {.arguments = {"go", "--no-recursive"}, .folder = "a"}).code, 0);
  EXPECT_EQ(configured.read("log"), "b\na\n");
}

}  // namespace
}  // namespace dream::e2e
