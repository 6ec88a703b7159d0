// What becomes of a container's output when the connection that brings it is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_run.hpp"

namespace dream::docker {
namespace {

using dream::testing::FakeRun;
using ::testing::HasSubstr;

constexpr const char* attach = "POST /containers/c1/attach";
constexpr const char* logs = "GET /containers/c1/logs";

/// What an engine sends to who is attached, and then it closes the connection.
std::string attached(const std::string& frames) {
  return "HTTP/1.1 101 UPGRADED\r\n\r\n" + frames;
}

std::string frame_of(char stream, const std::string& text) {
  const auto byte = [&](unsigned shift) { return static_cast<char>((text.size() >> shift) & 0xFFU); };
  return std::string{stream, 0, 0, 0, byte(24), byte(16), byte(8), byte(0)} + text;
}

TEST_F(ScriptedRun, output_whose_connection_breaks_comes_from_the_log) {
  const std::string error = frame_of(2, "err");
  engine.answer(attach, attached(frame_of(1, "one\n") + error.substr(0, error.size() - 1)));
  engine.answer(logs, ScriptedEngine::reply(200, error + frame_of(1, "one\n") + frame_of(1, "two\n")));
  FakeRun& run = start();
  EXPECT_EQ(exit_of(run).value, 0);
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), "one\ntwo\n");
  EXPECT_EQ(host.output(run.id, DREAM_STDERR), "err");
  EXPECT_EQ(host.logged().size(), 0U);
}

TEST_F(ScriptedRun, output_whose_connection_ends_too_early_comes_from_the_log) {
  engine.answer(attach, attached(frame_of(1, "one\n")));
  engine.answer(logs, ScriptedEngine::reply(200, frame_of(1, "one\n") + frame_of(1, "two\n")));
  FakeRun& run = start();
  exit_of(run);
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), "one\ntwo\n");
}

TEST_F(ScriptedRun, output_that_has_come_whole_comes_once) {
  engine.answer(attach, attached(frame_of(1, "one\n")));
  engine.answer(logs, ScriptedEngine::reply(200, frame_of(1, "one\n")));
  FakeRun& run = start();
  exit_of(run);
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), "one\n");
}

/// Its last line tells nothing: the ones before were like it, or it is empty.
TEST_F(ScriptedRun, output_that_is_lost_behind_lines_like_the_last_one_comes_from_the_log) {
  engine.answer(attach, attached(frame_of(1, "tick\n")));
  engine.answer(
      logs, ScriptedEngine::reply(200, frame_of(1, "tick\n") + frame_of(1, "tick\n") + frame_of(1, "\n")));
  FakeRun& run = start();
  exit_of(run);
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), "tick\ntick\n\n");
}

TEST_F(ScriptedRun, much_output_that_has_come_whole_is_not_read_again) {
  std::string lines;
  for (int line = 0; lines.size() < std::size_t{1} << 21U; ++line)
    lines += "line " + std::to_string(line) + "\n";
  engine.answer(attach, attached(frame_of(1, lines)));
  engine.answer(logs, ScriptedEngine::reply(200, frame_of(1, lines.substr(lines.size() - 500))));
  FakeRun& run = start();
  exit_of(run);
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), lines);
  EXPECT_THAT(engine.await(logs), HasSubstr("tail=100"));
  EXPECT_EQ(engine.count(logs), 1U);
}

TEST_F(ScriptedRun, output_that_can_not_be_had_any_more_is_told) {
  engine.answer(attach, attached(frame_of(1, "one\n").substr(0, 10)));
  engine.answer(logs, ScriptedEngine::reply(501, R"({"message": "driver does not support reading"})"));
  FakeRun& run = start();
  EXPECT_EQ(exit_of(run).value, 0);
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), "on");
  ASSERT_EQ(host.logged().size(), 1U);
  EXPECT_THAT(host.logged().front().message, HasSubstr("output of ./web:dev may be missing"));
  EXPECT_THAT(host.logged().front().message, HasSubstr("driver does not support reading"));
}

TEST_F(ScriptedRun, output_that_may_have_come_whole_is_no_loss) {
  engine.answer(attach, attached(frame_of(1, "one\n")));
  engine.answer(logs, ScriptedEngine::reply(501, "{}"));
  engine.hold("POST /containers/c1/wait");
  FakeRun& run = start(R"(, "init": false)");
  until([&] { return host.output(run.id, DREAM_STDOUT) == "one\n"; });
  engine.await(logs);
  engine.release("POST /containers/c1/wait");
  EXPECT_EQ(exit_of(run).value, 0);
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), "one\n");
  EXPECT_EQ(host.logged().size(), 0U);
}

TEST_F(ScriptedRun, an_engine_that_does_not_know_the_log_driver_gets_another) {
  const char* const create = "POST /containers/create";
  engine.answer(create, ScriptedEngine::reply(500, R"({"message": "invalid log driver: invalid argument"})"));
  FakeRun& run = start();
  EXPECT_THAT(failure_of(run), HasSubstr("invalid log driver"));
  EXPECT_EQ(engine.count(create), 2U);
  EXPECT_THAT(engine.last_body(create), HasSubstr(R"("LogConfig":{"Type":"json-file")"));
}

}  // namespace
}  // namespace dream::docker
