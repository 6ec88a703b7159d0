#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "e2e/dream_run.hpp"

/// `dream plugin info`, `check` and `new` on the command line; tests/conformance has the rules.
namespace dream::e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

rapidjson::Document parse(const std::string& text) {
  rapidjson::Document document;
  document.Parse(text);
  EXPECT_FALSE(document.HasParseError()) << text;
  return document;
}

struct PluginTools : ::testing::Test {
  [[nodiscard]] Finished plugin(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "plugin");
    return run(workspace, {.arguments = arguments});
  }
  Workspace workspace{R"({"executors": {"leaving": {"plugin": ")" DREAM_LEAVING_PLUGIN R"("}}})"};
};

TEST_F(PluginTools, info_tells_what_an_executor_says_of_itself_and_asks_for) {
  const Finished told = plugin({"info", "shell"});
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_THAT(told.out, StartsWith("shell 1.0.0\n"));
  EXPECT_THAT(told.out, HasSubstr("  why         installed with dream\n"));
  EXPECT_THAT(told.out, HasSubstr("  extensions  dream.discover/1 and dream.describe/1\n"));
  EXPECT_THAT(told.out, HasSubstr("dream.process/1"));
  EXPECT_THAT(told.out, HasSubstr("  options     shell, login and strict\n"));
}

TEST_F(PluginTools, info_names_every_extension_and_ability) {
  const Finished told = plugin({"info", "docker"});
  EXPECT_THAT(told.out, HasSubstr("  abilities   tells when a task is ready and runs tasks elsewhere\n"));
  EXPECT_THAT(told.out, HasSubstr("dream.inside/1, dream.health/1"));
  const Finished plain = plugin({"info", "shell"});
  EXPECT_THAT(plain.out, HasSubstr("  abilities   none\n"));
}

TEST_F(PluginTools, info_as_json_has_the_schema_itself) {
  const rapidjson::Document told = parse(plugin({"info", "shell", "--json"}).out);
  EXPECT_STREQ(told["id"].GetString(), "shell");
  EXPECT_TRUE(told["optionsSchema"]["properties"].HasMember("strict"));
  EXPECT_EQ(told["extensions"].Size(), 2U);
}

TEST_F(PluginTools, info_loads_a_file_that_it_is_given_and_none_of_the_workspace_unconfirmed) {
  const Finished given = plugin({"info", DREAM_LEAVING_PLUGIN});
  EXPECT_EQ(given.code, 0) << given.err;
  EXPECT_THAT(given.out, HasSubstr("  why         named on the command line\n"));
  EXPECT_THAT(given.out, HasSubstr("dream.reap/1"));
  const Finished refused = plugin({"info", "leaving"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("you haven't confirmed it"));
}

TEST_F(PluginTools, check_passes_a_good_plugin_line_by_line) {
  const Finished checked = plugin({"check", DREAM_LEAVING_PLUGIN});
  EXPECT_EQ(checked.code, 0) << checked.out;
  EXPECT_THAT(checked.out,
              StartsWith("pass   file.library        is a whole shared library for this machine\n"));
  EXPECT_THAT(checked.out, HasSubstr(" pass"));
}

TEST_F(PluginTools, check_takes_an_id_as_info_does) {
  EXPECT_EQ(plugin({"check", "shell", "--only", "file.library"}).code, 0);
  const Finished refused = plugin({"check", "leaving"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("you haven't confirmed it"));
}

TEST_F(PluginTools, check_tells_which_rule_is_broken) {
  const Finished checked = plugin({"check", DREAM_FAULTY_PLUGIN, "--only", "life.returns"});
  const Finished json = plugin({"check", DREAM_FAULTY_PLUGIN, "--only", "life.returns", "--json"});
  EXPECT_EQ(json.code, checked.code);
  const rapidjson::Document verdicts = parse(json.out);
  ASSERT_EQ(verdicts["checks"].Size(), 1U);
  EXPECT_STREQ(verdicts["checks"][0]["rule"].GetString(), "life.returns");
  EXPECT_STREQ(verdicts["checks"][0]["level"].GetString(), "must");
  EXPECT_EQ(verdicts["conforms"].GetBool(), json.code == 0);
}

TEST_F(PluginTools, check_of_what_is_no_plugin_exits_with_1) {
  workspace.write("libdream_text.so",
                  "this is text, and there is more of it than in the header of a library");
  const Finished checked = plugin({"check", "libdream_text.so"});
  EXPECT_EQ(checked.code, 1);
  EXPECT_THAT(checked.out, StartsWith("fail   file.library        is not a shared library"));
}

TEST_F(PluginTools, check_needs_a_file_and_a_rule_that_exist) {
  const Finished missing = plugin({"check", "gone.so"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("gone.so: there is no such file"));
  const Finished rule = plugin({"check", DREAM_LEAVING_PLUGIN, "--only", "exit.onec"});
  EXPECT_EQ(rule.code, 2);
  EXPECT_THAT(rule.err, HasSubstr("did you mean \"exit.once\"?"));
}

TEST_F(PluginTools, new_writes_files_with_the_name_in_them) {
  const Finished written = plugin({"new", "rocket-2"});
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_THAT(workspace.read("rocket-2/CMakeLists.txt"), HasSubstr("dream_add_plugin(rocket-2 rocket-2.cpp"));
  EXPECT_THAT(workspace.read("rocket-2/rocket-2.cpp"), HasSubstr("DREAM_PLUGIN(Rocket2Plugin)"));
  EXPECT_THAT(workspace.read("rocket-2/example/dream.json"), HasSubstr("libdream_rocket-2.so"));
  EXPECT_EQ(workspace.read("rocket-2/.gitignore"), "/build/\n");
  EXPECT_TRUE(fs::exists(workspace.root() / "rocket-2/tests/rocket-2_test.cpp"));
}

TEST_F(PluginTools, new_overwrites_nothing) {
  workspace.write("here/README.md", "mine");
  const Finished refused = plugin({"new", "rocket", "here"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("here/README.md: exists already, and nothing is overwritten"));
  EXPECT_EQ(workspace.read("here/README.md"), "mine");
  EXPECT_FALSE(fs::exists(workspace.root() / "here/CMakeLists.txt"));
}

TEST_F(PluginTools, new_takes_only_names_that_dream_and_cmake_know_what_to_do_with) {
  for (const char* name : {"Rocket", "2rocket", "../rocket", "ro cket", "", "test"}) {
    const Finished refused = plugin({"new", name, "there"});
    EXPECT_EQ(refused.code, 2) << name;
    EXPECT_FALSE(fs::exists(workspace.root() / "there")) << name;
  }
}

}  // namespace
}  // namespace dream::e2e
