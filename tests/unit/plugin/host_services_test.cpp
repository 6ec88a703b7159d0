#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "plugin/error_sink.hpp"
#include "scripted_plugin.hpp"

namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What a plugin's callbacks were told, in order; their context.
struct Heard {
  std::vector<std::string> lines;

  static void exited(void* context, const dream_exit* exit) noexcept {
    static_cast<Heard*>(context)->lines.push_back("exit " + std::to_string(exit->kind) + " " +
                                                  std::to_string(exit->value));
  }
  static void wrote(void* context, std::uint32_t stream, dream_str bytes) noexcept {
    static_cast<Heard*>(context)->lines.push_back(std::to_string(stream) + ": " +
                                                  std::string(text_of(bytes)));
  }
  static void writable(void* context) noexcept {
    static_cast<Heard*>(context)->lines.emplace_back("writable");
  }
  static void time_came(void* context) noexcept { static_cast<Heard*>(context)->lines.emplace_back("time"); }
};

/// A started run, whose plugin is the test.
struct HostServices : testing::Test {
  HostServices() {
    auto started = host.start();
    run = std::move(*started);
  }

  [[nodiscard]] const dream_host* self() const { return host.plugin.host; }
  [[nodiscard]] dream_run_id run_id() const { return host.plugin.run_id; }

  dream_status spawn(dream_child_id* id, std::uint32_t flags = 0, dream_on_output on_output = nullptr) {
    static constexpr dream_str argv[] = {DREAM_STR("sleep"), DREAM_STR("1")};
    static constexpr dream_str environment[] = {DREAM_STR("A=1")};
    dream_child child{};
    child.size = sizeof(child);
    child.flags = flags;
    child.run = run_id();
    child.argv = {argv, 2};
    child.directory = dream_text("/w/web");
    child.environment = {environment, 1};
    child.stop_signal = 2;
    child.on_exit = &Heard::exited;
    child.on_output = on_output;
    child.context = &heard;
    return process.spawn(self(), &child, id, nullptr);
  }

  Heard heard;
  ScriptedHost host;
  std::unique_ptr<plugin::Run> run;
  const dream_log& log = host.plugin.service<dream_log>(DREAM_LOG_ID);
  const dream_output& output = host.plugin.service<dream_output>(DREAM_OUTPUT_ID);
  const dream_process& process = host.plugin.service<dream_process>(DREAM_PROCESS_ID);
  const dream_timer& timer = host.plugin.service<dream_timer>(DREAM_TIMER_ID);
  std::vector<std::string>& logged = host.services.log_.lines;
};

TEST_F(HostServices, an_unknown_service_is_null) {
  EXPECT_EQ(self()->service(self(), "dream.log/2"), nullptr);
  EXPECT_EQ(self()->service(self(), nullptr), nullptr);
}

TEST_F(HostServices, log_lines_name_their_plugin_and_stay_one_line) {
  log.write(self(), DREAM_LOG_WARNING, dream_text("two\nlines"));
  log.write(self(), 99, dream_text("odd"));
  EXPECT_THAT(logged, ElementsAre("warning: scripted: two\\x0alines", "error: scripted: odd"));
  EXPECT_EQ(log.enabled(self(), DREAM_LOG_DEBUG), 0);
  EXPECT_EQ(log.enabled(self(), DREAM_LOG_ERROR), 1);
}

TEST_F(HostServices, a_log_line_of_another_thread_comes_through_the_loop) {
  std::thread([&] { log.write(self(), DREAM_LOG_INFO, dream_text("hello")); }).join();
  EXPECT_THAT(logged, IsEmpty());
  host.services.run_posted();
  EXPECT_THAT(logged, ElementsAre("info: scripted: hello"));
}

TEST_F(HostServices, loop_functions_refuse_other_threads) {
  std::thread([&] {
    EXPECT_EQ(output.write(self(), run_id(), DREAM_STDOUT, dream_text("x")), DREAM_E_THREAD);
    for (int again = 0; again < 3; ++again) EXPECT_EQ(timer.now(self()), 0U);
  }).join();
  host.services.run_posted();
  EXPECT_THAT(host.services.output, IsEmpty());
  EXPECT_THAT(logged, ElementsAre(HasSubstr("output.write was called on another thread"),
                                  HasSubstr("timer.now was called on another thread")));
}

TEST_F(HostServices, output_is_taken_and_says_when_to_hold_back) {
  EXPECT_EQ(output.write(self(), run_id(), DREAM_STDOUT, dream_text("a")), DREAM_OK);
  host.services.has_room = false;
  EXPECT_EQ(output.write(self(), run_id(), DREAM_STDERR, dream_text("b")), DREAM_AGAIN);
  EXPECT_EQ((host.services.output[{StepIndex{0}, Stream::out}]), "a");
  EXPECT_EQ((host.services.output[{StepIndex{0}, Stream::err}]), "b");
  EXPECT_EQ(output.when_writable(self(), run_id(), &Heard::writable, &heard), DREAM_OK);
  host.services.run_posted();
  EXPECT_THAT(heard.lines, IsEmpty());
  host.services.writers.at(0)();
  host.services.run_posted();
  EXPECT_THAT(heard.lines, ElementsAre("writable"));
}

TEST_F(HostServices, writable_is_never_told_within_the_call_that_asks) {
  EXPECT_EQ(output.when_writable(self(), run_id(), &Heard::writable, &heard), DREAM_OK);
  EXPECT_THAT(heard.lines, IsEmpty());
  host.services.run_posted();
  EXPECT_THAT(heard.lines, ElementsAre("writable"));
}

TEST_F(HostServices, output_after_the_exit_is_refused_and_reported) {
  host.plugin.finish(DREAM_EXIT_CODE, 0);
  host.services.run_posted();
  EXPECT_EQ(output.write(self(), run_id(), DREAM_STDOUT, dream_text("late")), DREAM_E_STALE);
  EXPECT_EQ(output.write(self(), 424242, DREAM_STDOUT, dream_text("whose?")), DREAM_E_STALE);
  EXPECT_THAT(host.services.output, IsEmpty());
  EXPECT_THAT(logged, ElementsAre(HasSubstr("was called for a run that is over"),
                                  HasSubstr("was called for a run that doesn't exist, or no longer")));
}

TEST_F(HostServices, what_is_not_known_is_refused) {
  dream_child_id id = 0;
  EXPECT_EQ(output.write(self(), run_id(), 3, dream_text("x")), DREAM_E_UNSUPPORTED);
  EXPECT_EQ(spawn(&id, 0x80), DREAM_E_UNSUPPORTED);
  ASSERT_EQ(spawn(&id), DREAM_OK);
  EXPECT_EQ(process.terminate(self(), id, 2, nullptr), DREAM_E_UNSUPPORTED);
  EXPECT_EQ(spawn(nullptr), DREAM_E_INVALID);
  EXPECT_EQ(timer.start(self(), 0, nullptr, nullptr, &id), DREAM_E_INVALID);
  EXPECT_EQ(logged.size(), 5U);
}

TEST_F(HostServices, a_child_gets_what_was_asked_and_its_exit_comes_back) {
  dream_child_id id = 0;
  ASSERT_EQ(spawn(&id, DREAM_CHILD_PTY), DREAM_OK);
  const ChildRequest& spec = host.services.children.at(0).spec;
  EXPECT_THAT(spec.argv, ElementsAre("sleep", "1"));
  EXPECT_EQ(spec.directory, "/w/web");
  EXPECT_THAT(*spec.environment, ElementsAre("A=1"));
  EXPECT_EQ(spec.stop_signal, 2);
  EXPECT_TRUE(spec.pty);
  EXPECT_FALSE(spec.on_output);
  EXPECT_EQ(process.pid(self(), id), 4000);
  EXPECT_EQ(process.terminate(self(), id, DREAM_FORCE, nullptr), DREAM_OK);
  EXPECT_THAT(host.services.children.at(0).terminations, ElementsAre(Urgency::force));
  host.services.exit_child(0, KilledBy{9});
  EXPECT_THAT(heard.lines, ElementsAre("exit 2 9"));
  EXPECT_EQ(process.pid(self(), id), 0);
  EXPECT_EQ(process.terminate(self(), id, DREAM_FORCE, nullptr), DREAM_OK);
  EXPECT_EQ(host.services.children.at(0).terminations.size(), 1U);
}

TEST_F(HostServices, a_handle_of_another_kind_is_stale) {
  dream_child_id child = 0;
  dream_timer_id alarm = 0;
  ASSERT_EQ(spawn(&child), DREAM_OK);
  ASSERT_EQ(timer.start(self(), UINT64_MAX, &Heard::time_came, &heard, &alarm), DREAM_OK);
  for (const dream_run_id wrong : {child, alarm}) {
    EXPECT_EQ(output.write(self(), wrong, DREAM_STDOUT, dream_text("x")), DREAM_E_STALE);
  }
  timer.cancel(self(), child);
  process.terminate(self(), alarm, DREAM_FORCE, nullptr);
  EXPECT_EQ(process.pid(self(), run_id()), 0);
  EXPECT_EQ(host.services.timers.size(), 1U);
  EXPECT_THAT(host.services.children.at(0).terminations, IsEmpty());
  EXPECT_THAT(host.services.output, IsEmpty());
}

TEST_F(HostServices, a_spawn_for_a_run_that_is_not_there_says_why) {
  const dream_str argv = DREAM_STR("true");
  dream_child child{};
  child.size = sizeof(child);
  child.run = 424242;
  child.argv = {&argv, 1};
  child.on_exit = &Heard::exited;
  dream_child_id id = 0;
  ErrorSink errors;
  EXPECT_EQ(process.spawn(self(), &child, &id, errors.table()), DREAM_E_STALE);
  const auto error = errors.finish(DREAM_E_STALE, {"start"}, host.calls);
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message,
              HasSubstr("process.spawn wrongly: it was called for a run that doesn't exist, or no longer"));
  EXPECT_THAT(logged, ElementsAre(HasSubstr("process.spawn was called for a run that doesn't exist")));
  EXPECT_EQ(process.spawn(self(), nullptr, &id, nullptr), DREAM_E_INVALID);
}

TEST_F(HostServices, a_child_whose_output_is_taken_can_be_held_back) {
  dream_child_id id = 0;
  ASSERT_EQ(spawn(&id, 0, &Heard::wrote), DREAM_OK);
  EXPECT_EQ(process.pause(self(), id, DREAM_STDERR), DREAM_OK);
  EXPECT_THAT(host.services.children.at(0).held, ElementsAre(Stream::err));
  EXPECT_EQ(process.resume(self(), id, DREAM_STDERR), DREAM_OK);
  EXPECT_THAT(host.services.children.at(0).held, IsEmpty());
  EXPECT_EQ(process.pause(self(), id, 7), DREAM_E_UNSUPPORTED);
  host.services.exit_child(0, ExitedWith{0});
  EXPECT_EQ(process.pause(self(), id, DREAM_STDOUT), DREAM_OK);
  EXPECT_THAT(host.services.children.at(0).held, IsEmpty());
}

TEST_F(HostServices, a_child_whose_output_the_host_takes_is_not_held_back_by_a_plugin) {
  dream_child_id id = 0;
  ASSERT_EQ(spawn(&id), DREAM_OK);
  EXPECT_EQ(process.pause(self(), id, DREAM_STDOUT), DREAM_E_INVALID);
  EXPECT_THAT(logged,
              ElementsAre(HasSubstr("process.pause was called for a child whose output the host takes")));
}

TEST_F(HostServices, a_child_whose_output_is_taken_hands_it_over) {
  dream_child_id id = 0;
  ASSERT_EQ(spawn(&id, 0, &Heard::wrote), DREAM_OK);
  host.services.children.at(0).spec.on_output(Stream::err, "oops");
  EXPECT_THAT(heard.lines, ElementsAre("2: oops"));
}

TEST_F(HostServices, the_time_that_the_host_takes_for_a_spawn_is_not_held_against_the_plugin) {
  host.services.spawn_takes = std::chrono::seconds(1);
  host.plugin.terminate = [this](auto, auto*) {
    dream_child_id id = 0;
    return spawn(&id);
  };
  EXPECT_TRUE(run->terminate(Urgency::graceful));
  EXPECT_THAT(host.services.log_.lines, IsEmpty());
}

TEST_F(HostServices, a_spawn_that_fails_says_why) {
  host.services.spawn_error = Error{ErrorCode::not_found, "there is no program \"sleep\"", "", ""};
  dream_child_id id = 0;
  EXPECT_EQ(spawn(&id), DREAM_E_NOT_FOUND);
  host.plugin.finish(DREAM_EXIT_CODE, 0);
  host.services.run_posted();
  EXPECT_EQ(host.observer.events.back(), "exited: exit code 0");  // it waits for no child
}

TEST_F(HostServices, an_exit_is_held_back_until_the_children_of_the_run_are_gone) {
  dream_child_id id = 0;
  ASSERT_EQ(spawn(&id), DREAM_OK);
  host.plugin.finish(DREAM_EXIT_CODE, 0);
  host.services.run_posted();
  EXPECT_THAT(host.observer.events, ElementsAre("started"));
  EXPECT_THAT(host.services.children.at(0).terminations, ElementsAre(Urgency::force));
  EXPECT_THAT(logged, ElementsAre(HasSubstr("was called while a child of the run still lives")));
  host.services.exit_child(0, KilledBy{9});
  EXPECT_THAT(host.observer.events, ElementsAre("started", "exited: exit code 0"));
  EXPECT_THAT(heard.lines, IsEmpty());
}

TEST_F(HostServices, a_timer_goes_off_once_and_not_after_its_cancellation) {
  dream_timer_id first = 0;
  dream_timer_id second = 0;
  const std::uint64_t begin = timer.now(self());
  ASSERT_EQ(timer.start(self(), begin + 1000, &Heard::time_came, &heard, &first), DREAM_OK);
  ASSERT_EQ(timer.start(self(), begin + 2000, &Heard::time_came, &heard, &second), DREAM_OK);
  host.services.advance(Duration(999));
  EXPECT_THAT(heard.lines, IsEmpty());
  host.services.advance(Duration(1));
  EXPECT_THAT(heard.lines, ElementsAre("time"));
  timer.cancel(self(), second);
  timer.cancel(self(), first);
  host.services.advance(Duration(5000));
  EXPECT_THAT(heard.lines, ElementsAre("time"));
  EXPECT_EQ(timer.now(self()), begin + 6000);
}

TEST_F(HostServices, a_deadline_beyond_all_time_never_comes) {
  dream_timer_id id = 0;
  ASSERT_EQ(timer.start(self(), UINT64_MAX, &Heard::time_came, &heard, &id), DREAM_OK);
  host.services.advance(std::chrono::hours(1));
  EXPECT_THAT(heard.lines, IsEmpty());
}

TEST_F(HostServices, what_an_executor_leaves_is_taken_down_with_it) {
  dream_child_id child = 0;
  dream_timer_id id = 0;
  ASSERT_EQ(spawn(&child), DREAM_OK);
  ASSERT_EQ(timer.start(self(), UINT64_MAX, &Heard::time_came, &heard, &id), DREAM_OK);
  run.reset();
  host.executor.reset();
  EXPECT_THAT(host.services.timers, IsEmpty());
  EXPECT_THAT(host.services.children.at(0).terminations, ElementsAre(Urgency::force));
  host.services.exit_child(0, KilledBy{9});
  EXPECT_THAT(heard.lines, IsEmpty());
  // The host's side stays, and refuses.
  EXPECT_EQ(output.write(self(), run_id(), DREAM_STDOUT, dream_text("late")), DREAM_E_STALE);
  log.write(self(), DREAM_LOG_ERROR, dream_text("late"));
  EXPECT_THAT(logged, IsEmpty());
}

TEST(HostServicesInACall, no_callback_comes_before_the_call_has_returned) {
  ScriptedHost host;
  Heard heard;
  const auto run = host.start();
  ASSERT_TRUE(run);
  const auto& timer = host.plugin.service<dream_timer>(DREAM_TIMER_ID);
  host.plugin.terminate = [&](auto, auto*) {
    dream_timer_id id = 0;
    timer.start(host.plugin.host, timer.now(host.plugin.host), &Heard::time_came, &heard, &id);
    host.services.advance(Duration(1));
    return DREAM_OK;
  };
  EXPECT_DEATH(static_cast<void>((*run)->terminate(Urgency::graceful)), "internal error");
}

TEST(HostServicesInACall, a_start_that_fails_and_leaves_a_child_has_it_killed) {
  ScriptedHost host;
  Heard heard;
  const auto& process = host.plugin.service<dream_process>(DREAM_PROCESS_ID);
  host.plugin.start = [&](const dream_task* task, auto**, dream_errors* errors) {
    const dream_str argv = DREAM_STR("sleep");
    dream_child child{};
    child.size = sizeof(child);
    child.run = task->run;
    child.argv = {&argv, 1};
    child.directory = task->directory;
    child.on_exit = &Heard::exited;
    child.context = &heard;
    dream_child_id id = 0;
    EXPECT_EQ(process.spawn(host.plugin.host, &child, &id, errors), DREAM_OK);
    return errors->fail(errors, DREAM_E_FAILED, {}, dream_text("changed my mind"), {});
  };
  auto run = host.start();
  ASSERT_TRUE(run);  // there is something to wait for
  EXPECT_THAT(host.services.children.at(0).terminations, ElementsAre(Urgency::force));
  EXPECT_THAT(host.services.log_.lines,
              ElementsAre(HasSubstr("failed and left a child behind, which is killed")));
  EXPECT_EQ((*run)->status()->phase, Phase::stopping);
  EXPECT_TRUE((*run)->terminate(Urgency::force));
  EXPECT_THAT(host.observer.events, IsEmpty());
  host.services.exit_child(0, KilledBy{9});
  EXPECT_THAT(host.observer.events, ElementsAre("start failed: changed my mind"));
  EXPECT_THAT(heard.lines, IsEmpty());
  run->reset();
  host.executor.reset();
  EXPECT_THAT(host.plugin.calls, ElementsAre("create", "start", "destroy"));
}

}  // namespace
}  // namespace dream::plugin
