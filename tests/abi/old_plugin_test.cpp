#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_services.hpp"
#include "plugin/library.hpp"
#include "plugin/loaded_plugin.hpp"

namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

static_assert(plugin_table_size_1_0 == 152, "the table that plugins of version 1.0 were built with");

/// A plugin that was built from the headers of version 1.0 alone, in the dream of today.
struct OldPlugin : testing::Test {
  OldPlugin() {
    const Result<FoundPlugin> found = find_plugin_file(DREAM_OLD_PLUGIN, "a test");
    EXPECT_TRUE(found) << to_string(found.error());
    if (!found) return;
    auto file = LoadedPlugin::load("v1_0", *found, services);
    EXPECT_TRUE(file) << to_string(file.error());
    if (!file) return;
    loaded = std::move(*file);
    auto made =
        LoadedExecutor::create(loaded->table(), loaded->calls(), services, {"/w", "./web", "/w/web", "{}"});
    if (made) executor = std::move(*made);
  }

  std::unique_ptr<plugin::Run> start(const char* task) {
    Result<std::unique_ptr<plugin::Run>> run = executor->start(task_called(task), observer);
    return run ? std::move(*run) : nullptr;
  }
  /// Everything that is due happens.
  void turn() {
    services.advance(Duration(1));
    services.run_posted();
  }

  FakeServices services;
  RecordingObserver observer;
  std::unique_ptr<LoadedPlugin> loaded;
  std::unique_ptr<LoadedExecutor> executor;
};

TEST_F(OldPlugin, loads_and_says_what_it_is) {
  ASSERT_NE(loaded, nullptr);
  EXPECT_EQ(loaded->info().id, "v1_0");
  EXPECT_EQ(loaded->table().size, plugin_table_size_1_0);
  EXPECT_EQ(loaded->table().abi_minor, 0U);
  EXPECT_FALSE(executor->tells_ready());
  EXPECT_THAT(services.log_.lines, IsEmpty());
}

TEST_F(OldPlugin, runs_a_child_and_ends_with_it) {
  ASSERT_NE(executor, nullptr);
  std::unique_ptr<plugin::Run> run = start("child");
  ASSERT_NE(run, nullptr);
  EXPECT_THAT(services.children.at(0).spec.argv, ElementsAre("true"));
  services.exit_child(0, ExitedWith{4});
  services.run_posted();
  EXPECT_THAT(observer.events, ElementsAre("started", "exited: exit code 4"));
  run.reset();
  executor.reset();
  EXPECT_THAT(services.log_.lines, IsEmpty());
}

TEST_F(OldPlugin, runs_what_starts_later) {
  ASSERT_NE(executor, nullptr);
  const std::unique_ptr<plugin::Run> run = start("later");
  EXPECT_THAT(observer.events, IsEmpty());
  turn();
  EXPECT_THAT(observer.events, ElementsAre("started", "exited: exit code 3"));
}

TEST_F(OldPlugin, has_failed_to_start_what_ends_without_having_run) {
  ASSERT_NE(executor, nullptr);
  const std::unique_ptr<plugin::Run> run = start("never");
  turn();
  EXPECT_THAT(observer.events, ElementsAre("start failed: there is no such thing"));
  EXPECT_EQ(observer.error.code, ErrorCode::not_found);
  EXPECT_THAT(services.log_.lines, IsEmpty());
}

}  // namespace
}  // namespace dream::plugin
