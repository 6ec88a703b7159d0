#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <csignal>

#include "base/descriptor.hpp"
#include "unit/runtime/stage.hpp"

namespace dream::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// ./a:go is ready once it has written "up", and ./b:go waits for that.
void wait_for_log(Stage& stage) {
  stage.plan.steps[0].ready = {LogProbe{"up"}};
  stage.plan.steps[0].releases_when_ready = stage.plan.steps[0].ready_needed = true;
}

TEST(DriverReady, starts_the_next_step_when_a_line_says_that_it_is_ready) {
  Stage stage(2);
  wait_for_log(stage);
  stage.then_pass(seconds(60));
  stage.then([&] { EXPECT_EQ(stage.happened, "start a; "); });
  stage.then([&] { stage.write("it is up\n"); });
  stage.then([&] { EXPECT_EQ(stage.happened, "start a; start b; "); });
  stage.then_exits(0, success);
  stage.then_exits(1, success);
  EXPECT_EQ(stage.play(), 0);
}

TEST(DriverReady, waits_for_no_readiness_of_what_it_has_asked_to_end) {
  Stage stage(2);
  wait_for_log(stage);
  stage.plan.steps[0].background = stage.plan.steps[0].releases_when_ready = false;
  stage.plan.steps[0].leftovers = Leftovers::keep;
  stage.executors[0]->starts = ScriptedExecutor::Starts::later;
  stage.then_signal(SIGTERM);
  stage.then([&] {
    stage.executors[0]->run().run_started();
    stage.executors[0]->run().run_exited(success);
  });
  EXPECT_EQ(stage.play(), 143);
  EXPECT_FALSE(stage.gave_up);
}

/// Its end was kept until it would be ready, and nobody looks for that any more.
TEST(DriverReady, hears_the_end_of_a_step_that_came_before_the_engine_knew_its_start) {
  Stage stage(2);
  wait_for_log(stage);
  stage.plan.steps[0].background = stage.plan.steps[0].releases_when_ready = false;
  stage.executors[0]->starts = ScriptedExecutor::Starts::later;
  stage.then([&] {
    stage.take_down();
    stage.executors[0]->run().run_started();
    stage.executors[0]->run().run_exited(success);
  });
  EXPECT_EQ(stage.play(), 0);
  EXPECT_EQ(stage.happened, "start a; ");
  EXPECT_FALSE(stage.gave_up);
}

TEST(DriverReady, starts_the_next_step_when_its_executor_says_that_it_is_ready) {
  Stage stage(2);
  wait_for_log(stage);
  stage.plan.steps[0].ready = {HealthcheckProbe{}};
  stage.then_pass(seconds(60));
  stage.then([&] { EXPECT_EQ(stage.happened, "start a; "); });
  stage.then([&] { stage.executors[0]->run().run_ready(); });
  stage.then([&] { EXPECT_EQ(stage.happened, "start a; start b; "); });
  stage.then([&] { stage.executors[0]->run().run_ready(); });  // nobody listens any more
  stage.then_exits(0, success);
  stage.then_exits(1, success);
  EXPECT_EQ(stage.play(), 0);
}

TEST(DriverReady, runs_the_command_that_looks_for_readiness_where_the_step_lives) {
  Stage stage(2);
  wait_for_log(stage);
  stage.plan.steps[0].ready = {ExecProbe{"is it up"}};
  stage.executors[0]->elsewhere = true;
  stage.then([&] { stage.executors[0]->inside({ExitedWith{1}, "not yet\n"}); });
  stage.then([&] { EXPECT_EQ(stage.happened, "start a; run is it up inside a; "); });
  stage.then_pass(seconds(1));
  stage.then([&] { stage.executors[0]->inside({success, ""}); });
  stage.then_exits(0, success);
  stage.then_exits(1, success);
  EXPECT_EQ(stage.play(), 0);
  EXPECT_EQ(stage.happened, "start a; run is it up inside a; run is it up inside a; start b; ");
}

TEST(DriverReady, waits_for_no_tool_that_is_missing_where_the_step_lives) {
  Stage stage(2);
  wait_for_log(stage);
  stage.plan.steps[0].ready = {ExecProbe{std::vector<std::string>{"pg_isready"}}};
  stage.executors[0]->elsewhere = true;
  stage.then([&] { stage.executors[0]->inside({ExitedWith{127}, "pg_isready: not found\n"}); });
  stage.then_exits(0, success);
  EXPECT_EQ(stage.play(), 127);
  EXPECT_EQ(stage.happened, "start a; run pg_isready inside a; terminate a; ");
}

TEST(DriverReady, hears_nothing_of_a_command_inside_that_nobody_waits_for) {
  Stage stage(2);
  wait_for_log(stage);
  stage.plan.steps[0].ready = {ExecProbe{"is it up"}};
  stage.executors[0]->elsewhere = true;
  stage.then_signal(SIGTERM);
  stage.then([&] { stage.executors[0]->inside({success, ""}); });
  stage.then_exits(0, success);
  EXPECT_EQ(stage.play(), 143);
  EXPECT_EQ(stage.happened, "start a; run is it up inside a; terminate a; ");
}

TEST(DriverReady, ends_a_step_that_is_not_ready_in_time) {
  Stage stage(2);
  wait_for_log(stage);
  stage.then_pass(std::chrono::minutes(5));
  stage.then([&] { stage.write("it is up\n"); });  // nobody listens any more
  stage.then_exits(0, success);
  EXPECT_EQ(stage.play(), 124);
  EXPECT_EQ(stage.happened, "start a; terminate a; ");
}

void notify(const std::vector<std::string>& environment, std::string_view message) {
  const std::string_view name = "NOTIFY_SOCKET=";
  const auto entry =
      std::ranges::find_if(environment, [&](const std::string& one) { return one.starts_with(name); });
  ASSERT_NE(entry, environment.end());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  entry->copy(address.sun_path, sizeof address.sun_path - 1, name.size());
  const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_GT(::sendto(socket.get(), message.data(), message.size(), 0,
                     reinterpret_cast<const sockaddr*>(&address), sizeof address),
            0);
}

/// ./a:go says when it is ready, and ./b:go waits for that.
void wait_for_notify(Stage& stage) {
  stage.plan.steps[0].ready = {NotifyProbe{}};
  stage.plan.steps[0].releases_when_ready = stage.plan.steps[0].ready_needed = true;
}

TEST(DriverReady, hears_what_a_step_has_said_before_its_end) {
  Stage stage(2);
  wait_for_notify(stage);
  stage.then([&] {
    notify(stage.executors[0]->environment, "READY=1");
    stage.executors[0]->run().run_exited(success);
  });
  stage.then_exits(1, success);
  EXPECT_EQ(stage.play(), 0);
  EXPECT_EQ(stage.happened, "start a; start b; ");
}

TEST(DriverReady, tries_no_more_once_a_step_is_ready) {
  Stage stage(2);
  stage.plan.steps[0].ready = {FileProbe{"/proc/no-such-file"}, LogProbe{"up"}};
  stage.plan.steps[0].ready_timeout = seconds(1);
  stage.then_pass(seconds(1));  // nobody waits for it: the deadline only ends the tries
  stage.then([&] { EXPECT_FALSE(stage.clock.pass_until(stage.clock.now() + seconds(60))) << "a try"; });
  stage.then_exits(0, success);
  stage.then_exits(1, success);
  EXPECT_EQ(stage.play(), 0);
}

}  // namespace
}  // namespace dream::runtime
