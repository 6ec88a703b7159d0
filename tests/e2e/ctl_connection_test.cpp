#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "e2e/ctl_stack.hpp"

/// What one connection to a run may ask, and in which order.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// Which of these texts comes first.
std::string await_any(RawClient& client, const std::string& one, const std::string& other) {
  for (std::string line = client.line(); !line.empty(); line = client.line()) {
    if (line.find(one) != std::string::npos) return one;
    if (line.find(other) != std::string::npos) return other;
  }
  return "nothing more";
}

TEST_F(Ctl, tells_all_events_also_if_logs_are_asked_for_meanwhile) {
  RawClient client(stack);
  client.line();
  client.send("{\"id\":1,\"do\":\"events\",\"follow\":true}\n");
  EXPECT_THAT(client.line(), StartsWith(R"({"id":1,"ok":)"));
  client.send("{\"id\":2,\"do\":\"logs\",\"steps\":[\"./a:start\"]}\n");
  EXPECT_THAT(client.line(), StartsWith(R"({"id":2,"ok":)"));
  RawClient other(stack);
  other.line();
  other.send("{\"id\":1,\"do\":\"logs\",\"steps\":[\"./a:start\"],\"follow\":true}\n");
  other.line();
  other.send("{\"id\":2,\"do\":\"events\",\"follow\":true}\n");
  other.line();
  open();
  const std::string ready = R"("event":"ready","step":"./a:start")";
  const std::string later = R"("text":"never)";
  EXPECT_EQ(await_any(client, ready, later), ready);
  EXPECT_EQ(await_any(other, ready, later), ready);
}

TEST_F(Ctl, refuses_what_it_does_not_understand_under_the_id_of_the_request) {
  RawClient client(stack);
  client.line();
  client.send(R"({"id":7,"do":"dance"})"
              "\n"
              R"({"id":8,"do":"logs","steps":"x"})"
              "\n{}\n");
  EXPECT_THAT(client.line(), StartsWith(R"({"id":7,"error":{"code":2,)"));
  EXPECT_THAT(client.line(), StartsWith(R"({"id":8,"error":{"code":2,)"));
  EXPECT_THAT(client.line(), StartsWith(R"({"id":0,"error":{"code":2,)"));
  open();
}

TEST_F(Ctl, refuses_a_stop_on_a_connection_that_waits) {
  RawClient client(stack);
  client.line();
  client.send("{\"id\":1,\"do\":\"wait\"}\n{\"id\":2,\"do\":\"stop\",\"steps\":[\"./a:start\"]}\n");
  EXPECT_THAT(client.line(),
              AllOf(StartsWith(R"({"id":2,"error":{"code":2,)"), HasSubstr("this connection waits already")));
  open();
  EXPECT_THAT(client.line(), StartsWith(R"({"id":1,"ok":)"));
}

TEST_F(Ctl, answers_who_asks_no_more) {
  RawClient waits(stack);
  waits.line();
  waits.send("{\"id\":1,\"do\":\"wait\"}\n");
  waits.ask_no_more();
  open();
  EXPECT_THAT(waits.line(), StartsWith(R"({"id":1,"ok":)"));
  EXPECT_THAT(waits.line(), IsEmpty());
  RawClient follows(stack);
  follows.line();
  follows.send("{\"id\":1,\"do\":\"events\",\"follow\":true}\n");
  follows.ask_no_more();
  follows.line();
  EXPECT_EQ(stack.ctl({"stop", "./a:start"}).code, 0);
  EXPECT_THAT(follows.line(), HasSubstr("\"event\":"));
}

TEST(CtlLogs, are_whole_for_who_asks_no_more) {
  const Stack stack(R"({"projects": {"./c": {"tasks": {"dev": {
      "command": "head -c 100000 /dev/zero; echo begun; read word < $ROOT/nobody"}}}}})");
  DreamRun dream(stack, stack.launch({"dev"}));
  dream.await_out("begun\n");
  RawClient client(stack);
  client.line();
  client.send("{\"id\":1,\"do\":\"logs\",\"lines\":100000}\n");
  client.ask_no_more();
  EXPECT_THAT(client.line().substr(500'000), HasSubstr(R"("follows":false}})"));
  EXPECT_THAT(client.line(), IsEmpty());
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

/// As tail -f: not only when there is something to write again.
TEST_F(Ctl, what_follows_ends_with_its_reader) {
  for (const char* what : {"logs", "events"}) {
    DreamRun follower(stack, stack.launch({"ctl", what, "-f"}));
    follower.await_out("./a:start");
    follower.close_out();
    EXPECT_EQ(follower.exit_code_beside_others(), 141) << what;
  }
  open();
}

/// ./b:start ends when a line comes through the gate.
TEST(CtlStop, is_over_though_one_of_the_steps_is_started_meanwhile) {
  const Stack stack(R"({"workspace": {"./c": {"dev": ["./a:start", "./b:start"]}}, "projects": {
      "./a": {"tasks": {"start": {"service": true, "command": "echo a begun; read word < $ROOT/nobody"}}},
      "./b": {"tasks": {"start": {"service": true, "stop": {"grace": "50s"},
        "command": "trap 'echo leaves; read word < $ROOT/gate; exit 0' TERM; echo b begun; )" +
                    std::string(until_a_trap_ends_it) + R"("}}},
      "./c": {"tasks": {"dev": {"command": "echo c begun; read word < $ROOT/nobody"}}}}})");
  DreamRun dream(stack, stack.launch({"dev"}));
  for (const char* step : {"a", "b", "c"}) dream.await_out(step + std::string(" begun\n"));
  DreamRun stop(stack, stack.launch({"ctl", "stop", "./a:start", "./b:start"}));
  dream.await_out("leaves\n");
  dream.await_err("./a:start is stopped on request");
  EXPECT_EQ(stack.ctl({"start", "./a:start"}).code, 0);
  dream.await_err("./a:start started again (attempt 2)");
  stack.gate.open();
  EXPECT_EQ(stop.exit_code_beside_others(), 0);
  dream.send(SIGTERM);
  dream.exit_code_once_all_ended();
}

}  // namespace
}  // namespace dream::e2e
