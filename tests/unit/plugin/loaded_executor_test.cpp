#include "plugin/loaded_executor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "scripted_plugin.hpp"

namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

TEST(LoadedExecutor, reports_start_and_exit_and_then_releases_and_destroys) {
  ScriptedHost host;
  {
    auto run = host.start();
    ASSERT_TRUE(run);
    EXPECT_THAT(host.observer.events, ElementsAre("started"));
    host.plugin.finish(DREAM_EXIT_CODE, 3);
    EXPECT_THAT(host.observer.events, ElementsAre("started"));  // only ever from the loop
    host.services.run_posted();
    EXPECT_THAT(host.observer.events, ElementsAre("started", "exited: exit code 3"));
  }
  host.executor.reset();
  EXPECT_THAT(host.plugin.calls, ElementsAre("create", "start", "wait", "release", "destroy"));
  EXPECT_THAT(host.services.log_.lines, IsEmpty());
}

TEST(LoadedExecutor, a_run_that_starts_later_is_started_when_the_plugin_says_so) {
  ScriptedHost host;
  host.plugin.start = [](auto*, auto** run, auto*) {
    *run = reinterpret_cast<dream_run*>(run);
    return DREAM_STARTING;
  };
  auto run = host.start();
  ASSERT_TRUE(run);
  EXPECT_THAT(host.observer.events, IsEmpty());
  host.plugin.host->started(host.plugin.host, host.plugin.run_id);
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, ElementsAre("started"));
  host.plugin.host->started(host.plugin.host, host.plugin.run_id);
  host.plugin.host->started(host.plugin.host, 999999);
  host.plugin.finish(DREAM_EXIT_SIGNAL, 9);
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, ElementsAre("started", "exited: signal 9 (SIGKILL)"));
  EXPECT_THAT(
      host.services.log_.lines,
      ElementsAre(
          "warning: plugin scripted: started of ./web:dev was called for a run that has started already",
          "warning: plugin scripted: started was called for a run that doesn't exist, or no longer"));
}

TEST(LoadedExecutor, an_exit_from_another_thread_arrives_on_the_loop) {
  ScriptedHost host;
  auto run = host.start();
  ASSERT_TRUE(run);
  std::thread([&] { host.plugin.finish(DREAM_EXIT_CODE, 0, "all is well"); }).join();
  EXPECT_THAT(host.observer.events, ElementsAre("started"));
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, ElementsAre("started", "exited: exit code 0"));
  EXPECT_THAT(host.services.log_.lines, ElementsAre("info: ./web:dev: all is well"));
}

TEST(LoadedExecutor, a_failing_start_says_why_and_leaves_no_run) {
  ScriptedHost host;
  host.plugin.start = [](auto*, auto**, dream_errors* errors) {
    return errors->fail(errors, DREAM_E_OPTIONS, dream_text("/image"),
                        dream_text("there is no image \"pg\x1b[2J\""), dream_text("docker pull"));
  };
  const auto run = host.start();
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::configuration);
  EXPECT_EQ(run.error().where, "/image");
  EXPECT_EQ(run.error().message, "there is no image \"pg\\x1b[2J\"");
  EXPECT_EQ(run.error().hint, "docker pull");
  EXPECT_THAT(host.observer.events, IsEmpty());
  host.executor.reset();
  EXPECT_THAT(host.plugin.calls, ElementsAre("create", "start", "destroy"));
}

TEST(LoadedExecutor, a_wait_that_fails_ends_the_run_as_lost) {
  ScriptedHost host;
  host.plugin.wait = [] { return DREAM_E_FAILED; };
  auto run = host.start();
  ASSERT_TRUE(run);
  host.services.run_posted();
  EXPECT_THAT(host.observer.events,
              ElementsAre("started", "exited: lost: the plugin scripted can't wait for it"));
  EXPECT_EQ(host.plugin.calls.back(), "terminate");
}

TEST(LoadedExecutor, passes_a_termination_on_and_its_failure_back) {
  ScriptedHost host;
  auto run = host.start();
  ASSERT_TRUE(run);
  std::vector<std::uint32_t> urgencies;
  host.plugin.terminate = [&](std::uint32_t urgency, dream_errors* errors) -> dream_status {
    urgencies.push_back(urgency);
    if (urgency == DREAM_GRACEFUL) return DREAM_OK;
    return errors->fail(errors, DREAM_E_FAILED, {}, dream_text("the server is gone"), {});
  };
  EXPECT_TRUE((*run)->terminate(Urgency::graceful));
  const auto forced = (*run)->terminate(Urgency::force);
  ASSERT_FALSE(forced);
  EXPECT_EQ(forced.error().message, "the server is gone");
  EXPECT_THAT(urgencies, ElementsAre(DREAM_GRACEFUL, DREAM_FORCE));
}

TEST(LoadedExecutor, tells_how_a_run_is_doing) {
  ScriptedHost host;
  auto run = host.start();
  ASSERT_TRUE(run);
  host.plugin.status = [](dream_state* state) {
    EXPECT_EQ(state->size, sizeof(dream_state));
    state->phase = DREAM_PHASE_STOPPING;
    state->pid = 17;
    state->detail = dream_text("waits for its clients");
    return DREAM_OK;
  };
  const auto state = (*run)->status();
  ASSERT_TRUE(state);
  EXPECT_EQ(state->phase, Phase::stopping);
  EXPECT_EQ(state->pid, 17);
  EXPECT_EQ(state->detail, "waits for its clients");
}

TEST(LoadedExecutor, a_run_that_lives_while_dream_goes_down_is_not_released) {
  ScriptedHost host;
  host.start()->reset();
  host.executor.reset();
  EXPECT_THAT(host.plugin.calls, ElementsAre("create", "start", "wait"));
  host.plugin.finish(DREAM_EXIT_CODE, 0);  // too late, and harmless
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, ElementsAre("started"));
}

/// What is logged when a run starts, does `fault`, ends with 0 and is released.
Lines faults_of(const std::function<void(ScriptedHost&)>& prepare,
                const std::function<void(ScriptedHost&)>& fault) {
  ScriptedHost host;
  prepare(host);
  {
    auto run = host.start();
    if (run) {
      fault(host);
      host.services.run_posted();
    }
  }
  host.services.run_posted();
  host.executor.reset();
  return host.services.log_.lines;
}

TEST(PluginFault, an_exit_that_is_reported_twice_counts_once) {
  ScriptedHost host;
  auto run = host.start();
  host.plugin.finish(DREAM_EXIT_CODE, 1);
  host.plugin.finish(DREAM_EXIT_CODE, 2);
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, ElementsAre("started", "exited: exit code 1"));
  EXPECT_THAT(
      host.services.log_.lines,
      ElementsAre(
          "warning: plugin scripted: on_exit of ./web:dev was called for a run that is over; only its "
          "first end counts"));
}

TEST(PluginFault, an_exit_after_the_release_is_reported) {
  ScriptedHost host;
  {
    auto run = host.start();
    host.plugin.finish(DREAM_EXIT_CODE, 0);
    host.services.run_posted();
  }
  host.plugin.finish(DREAM_EXIT_CODE, 0);
  host.services.run_posted();
  EXPECT_THAT(
      host.services.log_.lines,
      ElementsAre("warning: plugin scripted: on_exit was called for a run that doesn't exist, or no longer"));
}

TEST(PluginFault, an_exit_that_makes_no_sense_is_a_lost_run) {
  for (const auto& [kind, value] :
       {std::pair{0U, 0}, {DREAM_EXIT_CODE, 256}, {DREAM_EXIT_SIGNAL, 0}, {77U, 1}}) {
    ScriptedHost host;
    auto run = host.start();
    host.plugin.finish(kind, value);
    host.services.run_posted();
    EXPECT_THAT(host.observer.events.back(), HasSubstr("lost: the plugin reported an exit of kind"));
    EXPECT_THAT(host.services.log_.lines, ElementsAre(HasSubstr("on_exit of ./web:dev made no sense")));
  }
  ScriptedHost host;
  auto run = host.start();
  host.plugin.on_exit(host.plugin.context, nullptr);
  host.services.run_posted();
  EXPECT_THAT(host.observer.events.back(), HasSubstr("without saying how"));
}

TEST(PluginFault, failing_without_a_reason_is_reported_and_has_an_error) {
  ScriptedHost host;
  host.plugin.start = [](auto*, auto**, auto*) { return DREAM_E_NOT_FOUND; };
  const auto run = host.start();
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::not_found);
  EXPECT_EQ(run.error().message, "the plugin scripted failed without saying why (DREAM_E_NOT_FOUND)");
  EXPECT_THAT(host.services.log_.lines,
              ElementsAre("warning: plugin scripted: start of ./web:dev failed without saying why"));
}

TEST(PluginFault, a_success_without_a_run_or_executor_is_an_internal_error) {
  ScriptedHost host;
  host.plugin.start = [](auto*, auto**, auto*) { return DREAM_OK; };
  const auto run = host.start();
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::internal);
  EXPECT_THAT(host.observer.events, IsEmpty());
  host.plugin.create = [](auto**, auto*) { return DREAM_OK; };
  const auto executor = LoadedExecutor::create(ScriptedPlugin::table(), host.calls, host.services,
                                               {"/w", "./api", "/w/api", "{}"});
  ASSERT_FALSE(executor);
  EXPECT_EQ(executor.error().code, ErrorCode::internal);
}

TEST(PluginFault, statuses_that_mean_nothing_are_taken_by_their_sign) {
  const Lines success = faults_of(
      [](ScriptedHost& host) {
        host.plugin.start = [](auto*, auto** run, auto*) {
          *run = reinterpret_cast<dream_run*>(run);
          return 77;
        };
      },
      [](ScriptedHost& host) { host.plugin.finish(DREAM_EXIT_CODE, 0); });
  EXPECT_THAT(success,
              ElementsAre(HasSubstr("start of ./web:dev returned the status 77, which means nothing; taken "
                                    "for a success")));
  const Lines failure =
      faults_of([](ScriptedHost& host) { host.plugin.start = [](auto*, auto**, auto*) { return -77; }; },
                [](ScriptedHost&) {});
  EXPECT_THAT(failure, ElementsAre(HasSubstr("taken for a failure"), HasSubstr("without saying why")));
}

TEST(PluginFault, saying_twice_why_and_failing_with_success_are_reported) {
  const Lines lines = faults_of(
      [](ScriptedHost& host) {
        host.plugin.start = [](auto*, auto** run, dream_errors* errors) -> dream_status {
          *run = reinterpret_cast<dream_run*>(run);
          errors->fail(errors, DREAM_E_FAILED, {}, dream_text("no"), {});
          return DREAM_OK;
        };
        host.plugin.terminate = [](auto, dream_errors* errors) {
          errors->fail(errors, DREAM_E_FAILED, {}, dream_text("one"), {});
          return errors->fail(errors, DREAM_E_FAILED, {}, dream_text("two"), {});
        };
        host.plugin.wait = [] { return DREAM_OK; };
      },
      [](ScriptedHost& host) { host.plugin.finish(DREAM_EXIT_CODE, 0); });
  EXPECT_THAT(lines, ElementsAre(HasSubstr("said that it failed, and then succeeded")));
  ScriptedHost host;
  host.plugin.terminate = [](auto, dream_errors* errors) {
    errors->fail(errors, DREAM_E_FAILED, {}, dream_text("one"), {});
    return errors->fail(errors, DREAM_E_FAILED, {}, dream_text("two"), {});
  };
  auto run = host.start();
  EXPECT_EQ((*run)->terminate(Urgency::force).error().message, "one");
  EXPECT_THAT(host.services.log_.lines, ElementsAre(HasSubstr("said more than once why it failed")));
}

TEST(PluginFault, reports_for_a_run_whose_start_failed_are_ignored) {
  ScriptedHost host;
  host.plugin.start = [](auto*, auto**, dream_errors* errors) {
    return errors->fail(errors, DREAM_E_FAILED, {}, dream_text("no"), {});
  };
  ASSERT_FALSE(host.start());
  host.plugin.host->started(host.plugin.host, host.plugin.run_id);
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, IsEmpty());
  EXPECT_THAT(host.services.log_.lines,
              ElementsAre(HasSubstr("was called for a run that doesn't exist, or no longer")));
}

TEST(PluginFault, a_slow_function_is_reported_with_its_name) {
  ScriptedHost host;
  host.plugin.start = [&](auto*, auto** run, auto*) {
    host.services.advance(std::chrono::milliseconds(51));
    *run = reinterpret_cast<dream_run*>(run);
    return DREAM_OK;
  };
  auto run = host.start();
  EXPECT_THAT(
      host.services.log_.lines,
      ElementsAre("warning: plugin scripted: start of ./web:dev took 51 ms; everything else waits for a "
                  "plugin's function, which may take 50 ms"));
}

TEST(PluginFault, a_function_within_the_budget_is_not_reported) {
  ScriptedHost host;
  host.plugin.wait = [&] {
    host.services.advance(std::chrono::milliseconds(50));
    return DREAM_OK;
  };
  auto run = host.start();
  EXPECT_THAT(host.services.log_.lines, IsEmpty());
}

TEST(Calls, are_logged_at_debug) {
  ScriptedHost host;
  host.services.log_.lowest = LogLevel::debug;
  auto run = host.start();
  EXPECT_THAT(host.services.log_.lines, testing::Contains("debug: plugin scripted: start of ./web:dev"));
}

TEST(Calls, survive_an_exception) {
  FakeServices services;
  Calls calls("acme", services);
  EXPECT_EQ(calls.status({"start"}, []() -> dream_status { throw 1; }), Calls::threw);
  EXPECT_FALSE(calls.active());
  EXPECT_THAT(services.log_.lines,
              ElementsAre("warning: plugin acme: start let an exception out, which no plugin may"));
}

}  // namespace
}  // namespace dream::plugin
