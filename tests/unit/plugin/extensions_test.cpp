#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/loaded_plugin.hpp"
#include "scripted_plugin.hpp"
#include "support/temporary_folder.hpp"

namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A plugin whose describe does what a test says.
struct Describe : testing::Test {
  Describe() {
    current = this;
    host.plugin.extension = [this](std::string_view id) -> const void* {
      return id == DREAM_DESCRIBE_ID ? &table : nullptr;
    };
  }

  Result<std::optional<std::string>> describe() const { return host.executor->describe(task_called("dev")); }

  static inline Describe* current = nullptr;
  std::function<dream_status(const dream_task*, dream_on_line, void*, dream_errors*)> say;
  dream_describe table{
      sizeof(dream_describe),
      [](dream_executor*, const dream_task* task, dream_on_line on_line, void* context,
         dream_errors* errors) noexcept { return current->say(task, on_line, context, errors); }};
  ScriptedHost host;
};

TEST_F(Describe, gives_the_line_of_the_plugin_and_starts_nothing) {
  say = [](const dream_task* task, dream_on_line on_line, void* context, auto*) {
    EXPECT_EQ(task->run, 0U);
    on_line(context, task->name);
    return DREAM_OK;
  };
  const auto line = describe();
  ASSERT_TRUE(line);
  EXPECT_EQ(*line, "dev");
  EXPECT_THAT(host.plugin.calls, ElementsAre("create"));
  EXPECT_THAT(host.services.log_.lines, IsEmpty());
}

TEST_F(Describe, passes_a_failure_on) {
  say = [](auto*, auto, auto*, dream_errors* errors) {
    return errors->fail(errors, DREAM_E_NOT_FOUND, {}, dream_text("no such script"), {});
  };
  const auto line = describe();
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, ErrorCode::not_found);
  EXPECT_EQ(line.error().message, "no such script");
}

TEST_F(Describe, that_says_nothing_is_told_off) {
  say = [](auto*, auto, auto*, auto*) { return DREAM_OK; };
  EXPECT_EQ(*describe(), std::nullopt);
  EXPECT_THAT(
      host.services.log_.lines,
      ElementsAre("warning: plugin scripted: describe of ./web:dev succeeded, but described nothing"));
}

TEST_F(Describe, of_a_plugin_without_it_is_not_known) {
  host.plugin.extension = [](auto) { return nullptr; };
  EXPECT_EQ(*describe(), std::nullopt);
  EXPECT_THAT(host.services.log_.lines, IsEmpty());
}

TEST_F(Describe, with_a_table_that_is_too_short_is_not_known) {
  table.size = offsetof(dream_describe, describe);
  EXPECT_EQ(*describe(), std::nullopt);
}

/// The shell executor, loaded from its file.
struct ShellPlugin : testing::Test {
  ShellPlugin() {
    const auto file =
        find_plugin_file(std::filesystem::path(DREAM_TEST_PLUGINS) / "libdream_shell.so", "for a test");
    auto loaded = LoadedPlugin::load("shell", *file, services);
    if (loaded) plugin = std::move(*loaded);
  }
  [[nodiscard]] ProjectSpec project() const {
    return {folder.path().string(), "./web", folder.path().string(), "{}"};
  }

  TemporaryFolder folder;
  FakeServices services;
  std::unique_ptr<LoadedPlugin> plugin;
};

TEST_F(ShellPlugin, has_the_name_of_its_file_for_whoever_asks_the_loader) {
  Dl_info info{};
  ASSERT_NE(::dladdr(reinterpret_cast<const void*>(plugin->table().create), &info), 0);
  EXPECT_EQ(info.dli_fname, plugin->info().file->path);
}

/// A plugin that needs a library beside itself.
TEST(OriginPlugin, finds_what_lies_beside_it) {
  const TemporaryFolder folder;
  for (const char* file : {"libdream_origin.so", "liborigin_part.so"}) {
    std::filesystem::copy_file(std::filesystem::path(DREAM_ORIGIN_PLUGIN).parent_path() / file,
                               folder.path() / file);
  }
  FakeServices services;
  const auto found = find_plugin_file(folder.path() / "libdream_origin.so", "for a test");
  const auto loaded = LoadedPlugin::load("origin", *found, services);
  ASSERT_TRUE(loaded) << to_string(loaded.error());
}

TEST_F(ShellPlugin, finds_the_scripts_of_a_folder) {
  for (const char* script : {"dev.sh", "build", "readme.txt"}) folder.write(std::string("scripts/") + script);
  for (const char* script : {"dev.sh", "build"}) {
    std::filesystem::permissions(folder.path() / "scripts" / script, std::filesystem::perms::owner_all);
  }
  const auto found = plugin->discover(project());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ(found->at(0).name, "build");
  EXPECT_EQ(found->at(1).name, "dev");
  EXPECT_EQ(found->at(1).source, "scripts/dev.sh");
  EXPECT_FALSE(found->at(1).unusable);
  EXPECT_TRUE(found->at(2).unusable) << "readme.txt isn't executable";
}

TEST_F(ShellPlugin, needs_no_tool_and_leaves_nothing_to_reap) {
  EXPECT_TRUE(plugin->check_tool(project()));
  EXPECT_FALSE(plugin->can_reap());
  const auto reaped = plugin->reap({.session = "s", .root = "/w", .options = {}, .limit = {}});
  ASSERT_FALSE(reaped);
  EXPECT_THAT(reaped.error().message, HasSubstr("can't remove"));
}

}  // namespace
}  // namespace dream::plugin
