#include <gtest/gtest.h>

#include <dream/testing/fake_host.hpp>
#include <dream/testing/plugin_driver.hpp>
#include <string>
#include <vector>

using dream::testing::FakeHost;
using dream::testing::FakeRun;
using dream::testing::PluginDriver;
using Words = std::vector<std::string>;

struct Acme : testing::Test {
  Acme() { plugin.create(); }
  FakeHost host;
  PluginDriver plugin{host, dream_plugin_v1};
};

TEST_F(Acme, runs_the_task_by_its_name) {
  ASSERT_NE(plugin.start({.name = "build", .arguments = {"all"}}), nullptr) << plugin.error().message;
  EXPECT_EQ(host.children()[0].argv, (Words{"echo", "acme", "runs", "build", "all"}));
}

TEST_F(Acme, runs_it_by_the_program_of_the_options) {
  ASSERT_NE(plugin.start({.name = "build", .options = R"({"program": ["make", "-s"]})"}), nullptr);
  EXPECT_EQ(host.children()[0].argv, (Words{"make", "-s", "build"}));
}

TEST_F(Acme, ends_as_its_program_does) {
  const FakeRun* run = plugin.start({.name = "build"});
  ASSERT_NE(run, nullptr);
  host.exit_child(0, DREAM_EXIT_CODE, 3);
  ASSERT_EQ(run->exits.size(), 1U);
  EXPECT_EQ(run->exits[0].value, 3);
}

TEST_F(Acme, takes_no_command) {
  EXPECT_EQ(plugin.start({.name = "build", .command_line = "make"}), nullptr);
  EXPECT_EQ(plugin.error().code, DREAM_E_UNSUPPORTED);
}
