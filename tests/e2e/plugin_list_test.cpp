#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "e2e/dream_run.hpp"

/// `dream plugin list`: what would be loaded, from where, and why.
namespace dream::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

const rapidjson::Value* row_of(const rapidjson::Document& document, const std::string& id) {
  for (const rapidjson::Value& row : document["plugins"].GetArray()) {
    if (row["id"].GetString() == id) return &row;
  }
  return nullptr;
}

struct PluginList : ::testing::Test {
  [[nodiscard]] rapidjson::Document json(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"plugin", "list", "--json"});
    const Finished listed = run(workspace, {.arguments = arguments});
    EXPECT_EQ(listed.code, 0) << listed.err;
    rapidjson::Document document;
    document.Parse(listed.out);
    EXPECT_FALSE(document.HasParseError()) << listed.out;
    return document;
  }

  Workspace workspace{R"({"executors": {"leaving": {"plugin": ")" DREAM_LEAVING_PLUGIN R"("},
                                        "gone": {"plugin": "./gone.so"}}})"};
};

TEST_F(PluginList, tells_the_file_of_each_and_why_it_is_that_one) {
  const rapidjson::Document document = json({"--trust"});
  const rapidjson::Value* shell = row_of(document, "shell");
  ASSERT_NE(shell, nullptr);
  EXPECT_THAT((*shell)["path"].GetString(), HasSubstr("/libdream_shell.so"));
  EXPECT_STREQ((*shell)["why"].GetString(), "installed with dream");
  EXPECT_TRUE((*shell)["trusted"].GetBool());
  EXPECT_STREQ((*shell)["version"].GetString(), "1.0.0");
  const rapidjson::Value* leaving = row_of(document, "leaving");
  ASSERT_NE(leaving, nullptr);
  EXPECT_STREQ((*leaving)["path"].GetString(), DREAM_LEAVING_PLUGIN);
  EXPECT_STREQ((*leaving)["why"].GetString(),
               "named by executors.leaving.plugin in dream.json, trusted by --trust");
  EXPECT_TRUE((*leaving)["problem"].IsNull());
}

TEST_F(PluginList, loads_nothing_that_is_not_confirmed) {
  const rapidjson::Document document = json({});
  const rapidjson::Value* leaving = row_of(document, "leaving");
  ASSERT_NE(leaving, nullptr);
  EXPECT_FALSE((*leaving)["trusted"].GetBool());
  EXPECT_TRUE((*leaving)["version"].IsNull());
  EXPECT_THAT((*leaving)["problem"].GetString(), HasSubstr("you haven't confirmed it"));
  EXPECT_THAT((*leaving)["hint"].GetString(), HasSubstr("dream plugin trust"));
}

TEST_F(PluginList, tells_what_is_missing) {
  const rapidjson::Document document = json({});
  const rapidjson::Value* gone = row_of(document, "gone");
  ASSERT_NE(gone, nullptr);
  EXPECT_TRUE((*gone)["path"].IsNull());
  EXPECT_THAT((*gone)["problem"].GetString(), HasSubstr("there is no such file"));
}

TEST_F(PluginList, tells_of_a_file_that_is_passed_over) {
  fs::create_directories(workspace.root() / ".dream/plugins");
  fs::copy_file(DREAM_LEAVING_PLUGIN, workspace.root() / ".dream/plugins/libdream_planted.so");
  const rapidjson::Document document = json({"--trust"});
  const rapidjson::Value* planted = row_of(document, "planted");
  ASSERT_NE(planted, nullptr);
  EXPECT_TRUE((*planted)["version"].IsNull());
  EXPECT_THAT((*planted)["hint"].GetString(), HasSubstr("is only loaded when dream.json names the executor"));
}

TEST_F(PluginList, is_a_table_for_people) {
  const Finished listed = run(workspace, {.arguments = {"plugin", "list"}});
  EXPECT_EQ(listed.code, 0);
  EXPECT_THAT(listed.out,
              ContainsRegex("  shell +1\\.0\\.0 +/.*/libdream_shell\\.so +installed with dream\n"));
  EXPECT_THAT(listed.out, HasSubstr("leaving: is not loaded: it comes with this workspace"));
}

TEST(PluginListAnywhere, works_without_a_workspace) {
  const Workspace workspace(R"({})");
  fs::remove(workspace.root() / "dream.json");
  const Finished listed = run(workspace, {.arguments = {"plugin", "list"}});
  EXPECT_EQ(listed.code, 0);
  EXPECT_THAT(listed.out, HasSubstr("shell"));
}

TEST(PluginCommand, that_is_not_known_is_told_the_ways_there_are) {
  const Workspace workspace(R"({})");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"plugin"}, {"plugin", "lst"}, {"plugin", "list", "more"}}) {
    const Finished refused = run(workspace, {.arguments = arguments});
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr("dream plugin list"));
  }
}

TEST(PluginCommand, leaves_a_task_of_that_name_to_run) {
  const Workspace workspace(R"({"projects": {"./a": {"tasks": {"plugin": {"command": "echo the task"}}}}})");
  EXPECT_EQ(run(workspace, {.arguments = {"run", "plugin"}, .folder = "a"}).out, "the task\n");
}

}  // namespace
}  // namespace dream::e2e
