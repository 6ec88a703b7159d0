#include "plugin/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_services.hpp"
#include "support/temporary_folder.hpp"

namespace dream::plugin {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct RegistryTest : testing::Test {
  RegistryTest() { search.installed = DREAM_TEST_PLUGINS; }

  static ExecutorRequest request(const std::string& project = "./web") {
    return {.executor = "shell",
            .project = project,
            .directory = "/w/web",
            .project_options = "{}",
            .task_options = ""};
  }

  SearchPath search;
  FakeServices services;
};

TEST_F(RegistryTest, tells_what_a_plugin_says_of_itself) {
  Registry registry(search, services);
  const auto info = registry.plugin("shell");
  ASSERT_TRUE(info) << to_string(info.error());
  EXPECT_EQ((*info)->id, "shell");
  EXPECT_EQ((*info)->version, "1.0.0");
  EXPECT_THAT((*info)->summary, HasSubstr("shell line"));
  EXPECT_THAT((*info)->options_schema, HasSubstr("\"additionalProperties\": false"));
  EXPECT_EQ((*info)->path, search.installed / "libdream_shell.so");
  EXPECT_EQ((*info)->why, "installed with dream");
  EXPECT_EQ(*registry.plugin("shell"), *info);
}

TEST_F(RegistryTest, keeps_one_executor_for_each_project) {
  Registry registry(search, services);
  const auto first = registry.executor_for(request());
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_EQ(*registry.executor_for(request()), *first);
  EXPECT_NE(*registry.executor_for(request("./api")), *first);
}

TEST_F(RegistryTest, makes_another_executor_when_the_options_of_a_project_change) {
  Registry registry(search, services);
  ExecutorRequest changed = request();
  changed.project_options = R"({"shell": "bash"})";
  const auto first = registry.executor_for(request());
  const auto second = registry.executor_for(changed);
  ASSERT_TRUE(first && second);
  EXPECT_NE(*second, *first);
  EXPECT_EQ(*registry.executor_for(request()), *first);
  EXPECT_EQ(*registry.executor_for(changed), *second);
}

TEST_F(RegistryTest, loads_nothing_that_is_not_asked_for) {
  services.log_.lowest = LogLevel::debug;
  { const Registry registry(search, services); }
  EXPECT_THAT(services.log_.lines, IsEmpty());
}

TEST_F(RegistryTest, checks_the_options_of_every_step) {
  Registry registry(search, services);
  ExecutorRequest wrong = request();
  wrong.task_options = R"({"shell": "fish"})";
  const auto refused = registry.executor_for(wrong);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::configuration);
  EXPECT_EQ(refused.error().where, "/shell");
  ASSERT_TRUE(registry.executor_for(request()));
  EXPECT_FALSE(registry.executor_for(wrong));
}

TEST_F(RegistryTest, an_unknown_executor_is_an_error_every_time) {
  Registry registry(search, services);
  ExecutorRequest unknown = request();
  unknown.executor = "shel";
  EXPECT_EQ(registry.executor_for(unknown).error().hint, "did you mean \"shell\"?");
  EXPECT_FALSE(registry.plugin("shel"));
}

TEST_F(RegistryTest, runs_a_task_from_start_to_end_through_the_plugin) {
  services.log_.lowest = LogLevel::debug;
  {
    Registry registry(search, services);
    Executor& executor = **registry.executor_for(request());
    TaskSpec task;
    task.step = StepIndex{4};
    task.name = "dev";
    task.command = "vite";
    task.directory = "/w/web";
    task.environment = std::make_shared<const std::vector<std::string>>(1, "PATH=/bin");
    task.options_json = "{}";
    task.stop_signal = 2;
    RecordingObserver observer;
    const auto run = executor.start(task, observer);
    ASSERT_TRUE(run) << to_string(run.error());
    EXPECT_THAT(observer.events, ElementsAre("started"));
    const ChildRequest& child = services.children.at(0).spec;
    EXPECT_THAT(child.argv, ElementsAre("/bin/sh", "-c", "vite"));
    EXPECT_EQ(child.stop_signal, 2);
    EXPECT_EQ(child.step, StepIndex{4});
    EXPECT_EQ((*run)->status()->pid, 4000);
    EXPECT_TRUE((*run)->terminate(Urgency::graceful));
    EXPECT_EQ((*run)->status()->phase, Phase::stopping);
    EXPECT_THAT(services.children.at(0).terminations, ElementsAre(Urgency::graceful));
    services.exit_child(0, KilledBy{2});
    services.run_posted();
    EXPECT_THAT(observer.events, ElementsAre("started", "exited: signal 2 (SIGINT)"));
    EXPECT_EQ((*run)->status()->phase, Phase::exited);
  }
  EXPECT_THAT(services.log_.lines, Contains("debug: plugin shell: destroy of ./web"));
  EXPECT_THAT(services.log_.lines, Not(Contains(HasSubstr("warning"))));
}

TEST_F(RegistryTest, a_spawn_failure_keeps_its_words_and_code) {
  Registry registry(search, services);
  Executor& executor = **registry.executor_for(request());
  services.spawn_error = Error{ErrorCode::not_executable, "can't execute", "/w/web/x", "chmod"};
  TaskSpec task;
  task.name = "dev";
  task.directory = "/w/web";
  task.command = std::vector<std::string>{"./x"};
  task.options_json = "{}";
  RecordingObserver observer;
  const auto run = executor.start(task, observer);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::not_executable);
  EXPECT_EQ(run.error().message, "can't execute");
  EXPECT_EQ(run.error().where, "/w/web/x");
  EXPECT_EQ(run.error().hint, "chmod");
  EXPECT_THAT(services.log_.lines, IsEmpty());
}

}  // namespace
}  // namespace dream::plugin
