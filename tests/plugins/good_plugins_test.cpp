#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "plugin/registry.hpp"
#include "unit/plugin/fake_services.hpp"

namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A run of the plugin that is written in C.
struct PlainC : testing::Test {
  PlainC() {
    SearchPath search;
    search.installed = DREAM_TEST_PLUGINS;
    registry = std::make_unique<Registry>(search, services);
    const auto executor = registry->executor_for({"plain_c", "./web", "/w/web", "{}", "{}"});
    if (executor) run = *(*executor)->start(task_called("dev"), observer);
  }
  FakeServices services;
  RecordingObserver observer;
  std::unique_ptr<Registry> registry;
  std::unique_ptr<plugin::Run> run;
};

TEST_F(PlainC, runs_and_ends_in_the_hosts_time) {
  ASSERT_NE(run, nullptr);
  EXPECT_EQ((services.output[{StepIndex{0}, Stream::out}]), "hello from C\n");
  services.advance(std::chrono::milliseconds(9));
  services.run_posted();
  EXPECT_THAT(observer.events, ElementsAre("started"));
  services.advance(std::chrono::milliseconds(1));
  services.run_posted();
  EXPECT_THAT(observer.events, ElementsAre("started", "exited: exit code 3"));
  run.reset();
  registry.reset();
  EXPECT_THAT(services.log_.lines, IsEmpty());
}

TEST_F(PlainC, terminated_it_ends_once) {
  ASSERT_NE(run, nullptr);
  EXPECT_TRUE(run->terminate(Urgency::graceful));
  EXPECT_TRUE(run->terminate(Urgency::force));
  services.advance(std::chrono::seconds(1));
  services.run_posted();
  EXPECT_THAT(observer.events, ElementsAre("started", "exited: signal 15 (SIGTERM)"));
  run.reset();
  registry.reset();
  EXPECT_THAT(services.log_.lines, IsEmpty());
}

}  // namespace
}  // namespace dream::plugin
