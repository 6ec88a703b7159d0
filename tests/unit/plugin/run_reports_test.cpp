#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "scripted_plugin.hpp"

/// What a plugin reports of its runs: that they started, failed to start, ended, left something.
namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

/// A run that is accepted, and doesn't run yet.
struct StartingRun : testing::Test {
  StartingRun() {
    host.plugin.start = [](auto*, auto** made, auto*) {
      *made = reinterpret_cast<dream_run*>(made);
      return DREAM_STARTING;
    };
    run = *host.start();
  }
  void finish(std::uint32_t kind, std::int32_t value, const std::string& text = "") {
    host.plugin.finish(kind, value, text);
    host.services.run_posted();
  }

  ScriptedHost host;
  std::unique_ptr<plugin::Run> run;
  Lines& events = host.observer.events;
  Error& error = host.observer.error;
  Lines& logged = host.services.log_.lines;
};

TEST_F(StartingRun, whose_start_fails_later_has_failed_to_start_and_is_released) {
  std::thread([&] {
    host.plugin.fail_start(DREAM_E_NOT_EXECUTABLE, "not for this\nmachine", "/bin/x", "chmod +x it");
  }).join();
  EXPECT_THAT(events, IsEmpty());
  host.services.run_posted();
  EXPECT_THAT(events, ElementsAre("start failed: not for this\\x0amachine"));
  EXPECT_EQ(error.code, ErrorCode::not_executable);
  EXPECT_EQ(error.where, "/bin/x");
  EXPECT_EQ(error.hint, "chmod +x it");
  run.reset();
  EXPECT_EQ(host.plugin.calls.back(), "release");
  EXPECT_THAT(logged, IsEmpty());
}

TEST_F(StartingRun, that_takes_long_is_told_of_after_five_seconds_and_then_each_time_it_took_as_long_again) {
  using std::chrono::seconds;
  host.plugin.status = [](dream_state* state) {
    state->detail = dream_text("in a queue");
    return DREAM_OK;
  };
  host.services.advance(seconds(5) - Duration(1));
  EXPECT_THAT(logged, IsEmpty());
  host.services.advance(Duration(1));
  host.services.advance(seconds(5));
  host.services.advance(seconds(9));
  EXPECT_THAT(logged,
              ElementsAre(HasSubstr("waiting for ./web:dev to start (plugin scripted: in a queue; 5.0 s)"),
                          HasSubstr("waiting for ./web:dev to start (plugin scripted: in a queue; 10.0 s)")));
  host.plugin.host->started(host.plugin.host, host.plugin.run_id);
  host.services.run_posted();
  EXPECT_THAT(host.services.timers, IsEmpty());
}

TEST_F(StartingRun, that_is_over_or_asked_to_end_is_told_of_no_more) {
  ASSERT_TRUE(run->terminate(Urgency::graceful));
  host.services.advance(std::chrono::hours(1));
  EXPECT_THAT(logged, IsEmpty());
  finish(DREAM_EXIT_CODE, 1);
  EXPECT_THAT(host.services.timers, IsEmpty());
}

TEST_F(StartingRun, has_one_end) {
  host.plugin.fail_start(DREAM_E_FAILED, "no server");
  host.plugin.fail_start(DREAM_E_FAILED, "still none");
  host.plugin.host->started(host.plugin.host, host.plugin.run_id);
  finish(DREAM_EXIT_CODE, 1);
  EXPECT_THAT(events, ElementsAre("start failed: no server"));
  EXPECT_THAT(logged, ElementsAre(HasSubstr("start_failed of ./web:dev was called for a run that is over"),
                                  HasSubstr("started of ./web:dev was called for a run that is over"),
                                  HasSubstr("on_exit of ./web:dev was called for a run that is over")));
}

TEST_F(StartingRun, that_fails_without_a_reason_or_with_a_success_is_told_off) {
  host.plugin.fail_start(DREAM_OK, "");
  host.services.run_posted();
  EXPECT_THAT(events, ElementsAre(HasSubstr("failed without saying why (DREAM_E_INTERNAL)")));
  EXPECT_EQ(error.code, ErrorCode::internal);
  EXPECT_THAT(logged, ElementsAre(HasSubstr("was given the status 0, which is no failure"),
                                  HasSubstr("failed without saying why")));
}

TEST_F(StartingRun, that_fails_at_length_has_its_reason_cut) {
  host.plugin.fail_start(DREAM_E_FAILED, std::string(1 << 20, 'a').c_str());
  host.services.run_posted();
  EXPECT_EQ(error.message, std::string(longest_line, 'a') + "…");
}

TEST_F(StartingRun, that_ends_before_it_runs_has_failed_to_start) {
  finish(DREAM_EXIT_CODE, 127, "no \x1b[2J such image");
  EXPECT_THAT(events, ElementsAre("start failed: no \\x1b[2J such image"));
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(logged, IsEmpty());
}

TEST(StartingRuns, that_end_before_they_run_have_the_code_of_a_failed_start) {
  const std::tuple<std::uint32_t, int, ErrorCode, const char*> ends[] = {
      {DREAM_EXIT_CODE, 126, ErrorCode::not_executable, "exit code 126"},
      {DREAM_EXIT_CODE, 125, ErrorCode::io, "exit code 125"},
      {DREAM_EXIT_SIGNAL, 9, ErrorCode::io, "signal 9 (SIGKILL)"},
      {DREAM_EXIT_LOST, 0, ErrorCode::internal, "the plugin doesn't say why"}};
  for (const auto& [kind, value, code, words] : ends) {
    ScriptedHost host;
    host.plugin.start = [](auto*, auto** made, auto*) {
      *made = reinterpret_cast<dream_run*>(made);
      return DREAM_STARTING;
    };
    const auto run = host.start();
    host.plugin.finish(kind, value);
    host.services.run_posted();
    EXPECT_EQ(host.observer.error.code, code);
    EXPECT_THAT(host.observer.events, ElementsAre(HasSubstr(words)));
  }
}

TEST_F(StartingRun, that_ends_with_success_before_it_runs_has_succeeded) {
  finish(DREAM_EXIT_CODE, 0, "nothing to do");
  EXPECT_THAT(events, ElementsAre("exited: exit code 0"));
  EXPECT_THAT(logged, ElementsAre("info: ./web:dev: nothing to do"));
}

TEST_F(StartingRun, that_ends_as_it_was_asked_to_has_not_failed) {
  EXPECT_TRUE(run->terminate(Urgency::graceful));
  finish(DREAM_EXIT_SIGNAL, 15, "stopped before it ran");
  EXPECT_THAT(events, ElementsAre("exited: signal 15 (SIGTERM)"));
}

TEST(RunReports, a_run_is_ready_once_while_it_runs_and_where_somebody_waits_for_that) {
  ScriptedHost host;
  ASSERT_TRUE(host.executor->tells_ready());
  host.plugin.start = [](auto*, auto** made, auto*) {
    *made = reinterpret_cast<dream_run*>(made);
    return DREAM_STARTING;
  };
  TaskSpec task = task_called("dev");
  const auto unasked = host.executor->start(task, host.observer);
  host.plugin.tell_ready();
  host.services.run_posted();
  task.tell_ready = true;
  const auto run = host.executor->start(task, host.observer);
  host.plugin.tell_ready();
  host.plugin.host->started(host.plugin.host, host.plugin.run_id);
  std::thread([&] { host.plugin.tell_ready(); }).join();
  host.plugin.tell_ready();
  host.plugin.finish(DREAM_EXIT_CODE, 0);
  host.plugin.tell_ready();
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, ElementsAre("started", "ready", "exited: exit code 0"));
  EXPECT_THAT(
      host.services.log_.lines,
      ElementsAre(HasSubstr("ready of ./web:dev was called for a run that nobody asks whether it is ready"),
                  HasSubstr("was called for a run that has not started"),
                  HasSubstr("was called for a run that has been ready before"),
                  HasSubstr("was called for a run that is over")));
}

TEST(RunReports, what_is_said_of_an_end_is_fit_for_a_terminal) {
  for (const std::uint32_t kind : {DREAM_EXIT_CODE, DREAM_EXIT_SIGNAL, DREAM_EXIT_LOST}) {
    ScriptedHost host;
    const auto run = host.start();
    host.plugin.finish(kind, 9, "no \x1b[2J more");
    host.services.run_posted();
    const std::string& words =
        kind == DREAM_EXIT_LOST ? host.observer.events.back() : host.services.log_.lines.back();
    EXPECT_THAT(words, HasSubstr(": no \\x1b[2J more"));
  }
}

TEST(RunReports, a_run_that_runs_can_not_fail_to_start) {
  ScriptedHost host;
  const auto run = host.start();
  host.plugin.fail_start(DREAM_E_FAILED, "too late");
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, ElementsAre("started", "exited: lost: too late"));
  EXPECT_THAT(host.services.log_.lines,
              ElementsAre(HasSubstr("start_failed of ./web:dev was called for a run that has started")));
}

TEST(RunReports, what_is_left_behind_is_told_and_remembered) {
  ScriptedHost host;
  const auto run = host.start();
  EXPECT_FALSE(host.services.left_behind);
  host.plugin.host->left_behind(host.plugin.host, host.plugin.run_id, dream_text("job 17 on\nbuild.example"));
  host.plugin.host->left_behind(host.plugin.host, 999999, dream_text("nobody's"));
  host.plugin.finish(DREAM_EXIT_SIGNAL, 9);
  host.services.run_posted();
  EXPECT_TRUE(host.services.left_behind);
  EXPECT_THAT(host.observer.events, ElementsAre("started", "exited: signal 9 (SIGKILL)"));
  EXPECT_THAT(host.services.log_.lines,
              ElementsAre("warning: ./web:dev has left something behind: job 17 on\\x0abuild.example",
                          HasSubstr("left_behind was called for a run that doesn't exist, or no longer")));
}

TEST(RunReports, a_run_that_is_lost_may_have_left_something_behind) {
  ScriptedHost host;
  const auto run = host.start();
  host.plugin.finish(DREAM_EXIT_LOST, 0, "its host is gone");
  host.services.run_posted();
  EXPECT_TRUE(host.services.left_behind);
}

TEST(RunReports, a_run_that_was_given_up_is_not_heard_any_more) {
  ScriptedHost host;
  host.start()->reset();
  host.plugin.host->started(host.plugin.host, host.plugin.run_id);
  host.plugin.finish(DREAM_EXIT_CODE, 0);
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, ElementsAre("started"));
  EXPECT_THAT(host.services.log_.lines, IsEmpty());
}

TEST(RunReports, what_a_run_says_of_itself_is_told_at_debug_when_it_changes) {
  ScriptedHost host;
  host.services.log_.lowest = LogLevel::debug;
  const auto run = host.start();
  const auto& post = host.plugin.service<dream_post>(DREAM_POST_ID);
  std::string detail = "pulls its image";
  host.plugin.status = [&](dream_state* state) {
    state->detail = dream_text(detail.c_str());
    return DREAM_OK;
  };
  const auto turn = [&] {
    post.call(
        host.plugin.host, [](void*) noexcept {}, nullptr);
    host.services.run_posted();
  };
  turn();
  turn();
  detail = "healthy";
  turn();
  std::erase_if(host.services.log_.lines,
                [](const std::string& line) { return line.find("debug: ./") != 0; });
  EXPECT_THAT(host.services.log_.lines,
              ElementsAre("debug: ./web:dev: pulls its image", "debug: ./web:dev: healthy"));
}

TEST(RunReports, a_run_that_was_released_leaves_nothing_of_it_in_the_host) {
  ScriptedHost host;
  dream_run_id first = 0;
  for (int count = 0; count < 3; ++count) {
    const auto run = host.start();
    if (first == 0) first = host.plugin.run_id;
    EXPECT_EQ(HostSide::of(host.plugin.host).runs(), 1U);
    host.plugin.finish(DREAM_EXIT_CODE, 0);
    host.services.run_posted();
  }
  EXPECT_EQ(HostSide::of(host.plugin.host).runs(), 0U);
  EXPECT_NE(host.plugin.run_id, first);
}

}  // namespace
}  // namespace dream::plugin
