#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dream/sdk.hpp>
#include <dream/sdk/options.hpp>
#include <dream/testing/plugin_driver.hpp>
#include <stdexcept>
#include <thread>

namespace {

using namespace dream::sdk;
using dream::testing::FakeHost;
using dream::testing::FakeRun;
using dream::testing::PluginDriver;
using testing::ElementsAre;
using testing::Pair;

/// A run that becomes ready after a second of host time and then says so; the end comes from elsewhere.
class SlowRun : public Run {
 public:
  SlowRun(const Host& host, dream_run_id id) : host_(host), id_(id) {
    dream_timer_id timer = 0;
    host_.timer()->start(host_.raw(), host_.timer()->now(host_.raw()) + 1'000'000'000, &SlowRun::ready, this,
                         &timer);
  }
  Result<void> terminate(Urgency urgency) override {
    if (urgency == Urgency::graceful) return Failure{DREAM_E_FAILED, "busy"};
    report_exit(Exit::lost("killed"));
    return {};
  }
  [[nodiscard]] RunState state() const override { return {.phase = phase_, .detail = "pulling"}; }

 private:
  static void ready(void* context) noexcept {
    auto& run = *static_cast<SlowRun*>(context);
    run.phase_ = Phase::running;
    run.host_.started(run.id_);
  }
  Host host_;
  dream_run_id id_;
  Phase phase_ = Phase::starting;
};

/// A run that finds after a second of host time that it can't start, and then says too much.
class FailingRun : public Run {
 public:
  FailingRun(const Host& host, dream_run_id id) : host_(host), id_(id) {
    dream_timer_id timer = 0;
    host_.timer()->start(host_.raw(), host_.timer()->now(host_.raw()) + 1'000'000'000, &FailingRun::fail,
                         this, &timer);
  }
  Result<void> terminate(Urgency) override { return {}; }
  [[nodiscard]] RunState state() const override { return {.phase = Phase::starting}; }

 private:
  static void fail(void* context) noexcept {
    auto& run = *static_cast<FailingRun*>(context);
    const Failure failure{DREAM_E_NOT_FOUND, "there is no image", "pull it", "/image"};
    run.host_.left_behind(run.id_, "half an image");
    run.report_start_failure(run.host_, run.id_, failure);
    run.report_start_failure(run.host_, run.id_, failure);
    run.report_exit(Exit::code(1));
  }
  Host host_;
  dream_run_id id_;
};

/// A run that is over before start returns.
class InstantRun : public Run {
 public:
  InstantRun() {
    report_exit(Exit::code(7));
    report_exit(Exit::code(8));
  }
  Result<void> terminate(Urgency) override { return {}; }
  [[nodiscard]] RunState state() const override { return {.phase = Phase::exited}; }
};

class Example : public Executor {
 public:
  static constexpr PluginInfo info{.id = "example", .version = "2.1.0", .summary = "an example"};

  static Result<std::unique_ptr<Example>> create(const Host& host, const Project& project) {
    if (project.directory.empty()) return Failure{DREAM_E_OPTIONS, "no folder", "make one", "/directory"};
    return std::make_unique<Example>(host);
  }
  explicit Example(const Host& host) : host_(host) {}

  Result<std::unique_ptr<Run>> start(const Task& task) override {
    if (task.name() == "throw") throw std::runtime_error("thrown by the plugin");
    if (task.name() == "throw int") throw 1;
    if (task.name() == "instant") return std::unique_ptr<Run>(std::make_unique<InstantRun>());
    if (task.name() == "slow") return std::unique_ptr<Run>(std::make_unique<SlowRun>(host_, task.raw().run));
    if (task.name() == "failing")
      return std::unique_ptr<Run>(std::make_unique<FailingRun>(host_, task.run()));
    auto run = std::make_unique<ChildRun>(host_);
    if (auto spawned = run->spawn(task, {.argv = {"tool"}}); !spawned) return spawned.failure();
    return std::unique_ptr<Run>(std::move(run));
  }

 private:
  Host host_;
};

}  // namespace

DREAM_PLUGIN(Example)

namespace {

struct Sdk : testing::Test {
  FakeHost host;
  PluginDriver plugin{host, dream_plugin_v1};
};

TEST_F(Sdk, the_table_is_complete_and_tells_who_it_is) {
  EXPECT_EQ(plugin.table().size, sizeof(dream_plugin));
  EXPECT_EQ(text(plugin.table().id), "example");
  EXPECT_EQ(text(plugin.table().options_schema), R"({"type": "object", "additionalProperties": false})");
  EXPECT_EQ(plugin.table().extension("dream.nothing/1"), nullptr);
  EXPECT_EQ(dream_plugin_v1(nullptr), &plugin.table());
}

TEST_F(Sdk, a_start_that_fails_later_reaches_the_host_once) {
  ASSERT_TRUE(plugin.create());
  const FakeRun& run = *plugin.start({.name = "failing"});
  EXPECT_EQ(run.start_status, DREAM_STARTING);
  host.advance(1'000'000'000);
  ASSERT_EQ(host.start_failures().size(), 1U);
  EXPECT_EQ(host.start_failures()[0].run, run.id);
  EXPECT_EQ(host.start_failures()[0].code, DREAM_E_NOT_FOUND);
  EXPECT_EQ(host.start_failures()[0].where, "/image");
  EXPECT_EQ(host.start_failures()[0].message, "there is no image");
  EXPECT_EQ(host.start_failures()[0].hint, "pull it");
  EXPECT_TRUE(run.exits.empty());
  EXPECT_TRUE(plugin.start_failed(run));
  EXPECT_THAT(host.left_behind(), ElementsAre(Pair(run.id, "half an image")));
}

TEST_F(Sdk, a_start_that_fails_later_is_an_exit_to_a_host_of_version_1_0) {
  host.be_of_version_1_0();
  ASSERT_TRUE(plugin.create());
  const FakeRun& run = *plugin.start({.name = "failing"});
  host.advance(1'000'000'000);
  EXPECT_TRUE(host.start_failures().empty());
  EXPECT_TRUE(host.left_behind().empty());
  ASSERT_EQ(run.exits.size(), 1U);
  EXPECT_EQ(run.exits[0].value, 127);
  EXPECT_EQ(run.exits[0].text, "there is no image (/image); pull it");
}

TEST_F(Sdk, a_failure_of_create_reaches_the_host) {
  EXPECT_FALSE(plugin.create({.directory = ""}));
  EXPECT_EQ(plugin.error().code, DREAM_E_OPTIONS);
  EXPECT_EQ(plugin.error().where, "/directory");
  EXPECT_EQ(plugin.error().message, "no folder");
  EXPECT_EQ(plugin.error().hint, "make one");
}

TEST_F(Sdk, exceptions_become_failures) {
  ASSERT_TRUE(plugin.create());
  EXPECT_EQ(plugin.start({.name = "throw"}), nullptr);
  EXPECT_EQ(plugin.error().code, DREAM_E_INTERNAL);
  EXPECT_EQ(plugin.error().message, "thrown by the plugin");
  EXPECT_EQ(plugin.start({.name = "throw int"}), nullptr);
  EXPECT_EQ(plugin.error().message, "an exception of an unknown type");
}

TEST_F(Sdk, a_child_run_is_its_child) {
  ASSERT_TRUE(plugin.create());
  FakeRun* run = plugin.start({});
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->start_status, DREAM_OK);
  EXPECT_EQ(plugin.status(*run).phase, DREAM_PHASE_RUNNING);
  EXPECT_EQ(plugin.status(*run).pid, 1001);
  host.child_writes(0, DREAM_STDOUT, "hello");
  EXPECT_EQ(host.output(run->id, DREAM_STDOUT), "hello");
  EXPECT_EQ(plugin.terminate(*run, DREAM_GRACEFUL), DREAM_OK);
  EXPECT_EQ(plugin.status(*run).phase, DREAM_PHASE_STOPPING);
  EXPECT_EQ(plugin.terminate(*run, DREAM_FORCE), DREAM_OK);
  EXPECT_THAT(host.children()[0].terminations, ElementsAre(DREAM_GRACEFUL, DREAM_FORCE));
  host.exit_child(0, DREAM_EXIT_SIGNAL, 9);
  ASSERT_EQ(run->exits.size(), 1U);
  EXPECT_EQ(run->exits[0].kind, DREAM_EXIT_SIGNAL);
  EXPECT_EQ(run->exits[0].value, 9);
  const dream_state state = plugin.status(*run);
  EXPECT_EQ(state.phase, DREAM_PHASE_EXITED);
  EXPECT_EQ(state.exit_kind, DREAM_EXIT_SIGNAL);
  EXPECT_EQ(state.exit_value, 9);
  EXPECT_EQ(plugin.terminate(*run, DREAM_FORCE), DREAM_OK);
  EXPECT_EQ(host.children()[0].terminations.size(), 2U);
}

TEST_F(Sdk, an_unknown_urgency_is_refused) {
  ASSERT_TRUE(plugin.create());
  FakeRun* run = plugin.start({});
  EXPECT_EQ(plugin.terminate(*run, 2), DREAM_E_UNSUPPORTED);
  EXPECT_EQ(plugin.error().count, 1);
  host.exit_child(0, DREAM_EXIT_CODE, 0);
}

TEST_F(Sdk, a_spawn_failure_keeps_its_code_and_words) {
  ASSERT_TRUE(plugin.create());
  host.fail_next_spawn(DREAM_E_NOT_FOUND, "there is no tool");
  EXPECT_EQ(plugin.start({}), nullptr);
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
  EXPECT_EQ(plugin.error().message, "there is no tool");
  EXPECT_EQ(plugin.error().count, 1);
}

TEST(SdkHost, a_host_without_processes_is_a_failure_and_no_crash) {
  FakeHost host;
  host.without(DREAM_PROCESS_ID);
  PluginDriver plugin(host, dream_plugin_v1);
  ASSERT_TRUE(plugin.create());
  EXPECT_EQ(plugin.start({}), nullptr);
  EXPECT_EQ(plugin.error().code, DREAM_E_UNSUPPORTED);
}

TEST_F(Sdk, a_run_that_starts_later_says_when) {
  ASSERT_TRUE(plugin.create());
  FakeRun* run = plugin.start({.name = "slow"});
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->start_status, DREAM_STARTING);
  EXPECT_EQ(text(plugin.status(*run).detail), "pulling");
  host.advance(999'999'999);
  EXPECT_TRUE(host.started_runs().empty());
  host.advance(1);
  EXPECT_THAT(host.started_runs(), ElementsAre(run->id));
  EXPECT_EQ(host.pending_timers(), 0U);
  EXPECT_EQ(plugin.terminate(*run, DREAM_GRACEFUL), DREAM_E_FAILED);
  EXPECT_EQ(plugin.error().message, "busy");
  EXPECT_EQ(plugin.terminate(*run, DREAM_FORCE), DREAM_OK);
  ASSERT_EQ(run->exits.size(), 1U);
  EXPECT_EQ(run->exits[0].text, "killed");
}

TEST_F(Sdk, an_end_before_the_wait_is_told_by_the_wait_once) {
  ASSERT_TRUE(plugin.create());
  const FakeRun* run = plugin.start({.name = "instant"});
  ASSERT_NE(run, nullptr);
  ASSERT_EQ(run->exits.size(), 1U);
  EXPECT_EQ(run->exits[0].value, 7);
}

TEST(SdkRun, ends_reported_by_two_threads_are_one_end) {
  for (int round = 0; round < 100; ++round) {
    class Plain : public Run {
     public:
      Result<void> terminate(Urgency) override { return {}; }
      [[nodiscard]] RunState state() const override { return {}; }
    } run;
    std::atomic<int> ends{0};
    run.arm([](void* context, const dream_exit*) noexcept { ++*static_cast<std::atomic<int>*>(context); },
            &ends);
    std::thread other([&] { run.report_exit(Exit::code(1)); });
    run.report_exit(Exit::code(2));
    other.join();
    EXPECT_EQ(ends, 1);
  }
}

TEST(SdkOptions, are_read_by_type_and_absent_otherwise) {
  const Options options(
      R"({"image": "pg", "keep": true, "replicas": 3, "ports": ["1:1", 2], "one": "x", "env": {"A": "1", "B": 2}})");
  EXPECT_EQ(options.text("image"), "pg");
  EXPECT_EQ(options.text("keep"), std::nullopt);
  EXPECT_EQ(options.flag("keep"), true);
  EXPECT_EQ(options.number("replicas"), 3);
  EXPECT_EQ(options.number("nothing"), std::nullopt);
  EXPECT_THAT(options.texts("ports"), ElementsAre("1:1"));
  EXPECT_THAT(options.texts("one"), ElementsAre("x"));
  EXPECT_THAT(options.table("env"), ElementsAre(Pair("A", "1")));
  EXPECT_TRUE(options.has("env"));
  EXPECT_FALSE(Options("nonsense").has("env"));
}

}  // namespace
