#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/dll/library_info.hpp>
#include <fstream>
#include <sstream>

#include "plugin/registry.hpp"
#include "support/temporary_folder.hpp"
#include "unit/plugin/fake_services.hpp"

namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct ThirdParty : testing::Test {
  ThirdParty() {
    SearchPath search;
    search.root = DREAM_THIRD_PARTY;
    search.trust.everything = true;
    search.configured["acme"] = "libdream_acme.so";
    search.configured["cargo"] = "libdream_cargo.so";
    registry = std::make_unique<Registry>(search, services);
  }
  FakeServices services;
  std::unique_ptr<Registry> registry;
};

TEST_F(ThirdParty, a_plugin_built_against_the_installed_package_loads_and_runs) {
  const ExecutorRequest request{"acme", "./web", "/w/web", "{}", R"({"region": "us"})"};
  const auto executor = registry->executor_for(request);
  ASSERT_TRUE(executor) << to_string(executor.error());
  TaskSpec task;
  task.name = "dev";
  task.directory = "/w/web";
  task.options_json = request.task_options;
  RecordingObserver observer;
  const auto run = (*executor)->start(task, observer);
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_THAT(services.children.at(0).spec.argv, ElementsAre("acme", "--region", "us", "dev"));
  services.exit_child(0, ExitedWith{0});
  services.run_posted();
  EXPECT_EQ(observer.events.back(), "exited: exit code 0");
}

TEST_F(ThirdParty, its_schema_is_embedded_byte_for_byte) {
  const auto info = registry->plugin("acme");
  ASSERT_TRUE(info) << to_string(info.error());
  EXPECT_EQ((*info)->homepage, "https://acme.example");
  EXPECT_THAT((*info)->options_schema, HasSubstr(R"("where \"it\" runs — ünïcode\\")"));
  EXPECT_EQ((*info)->options_schema.back(), '\n');
  const auto wrong = registry->executor_for({"acme", "./web", "/w/web", "{}", R"({"region": "moon"})"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "expected \"eu\" or \"us\", found the string \"moon\"");
}

TEST_F(ThirdParty, one_tells_which_projects_a_project_needs_by_a_manifest_that_dream_has_never_seen) {
  const TemporaryFolder folder;
  folder.write("crates/app/Cargo.toml",
               "[package]\nname = \"app\"\npath = \"no\"\n\n[dependencies]\nserde = \"1\"\n"
               "util = { path = \"../util\" }\nextra = { path = \"../extra/\", optional = true }\n"
               "far = { path = \"../../../far\" }\n[dev-dependencies]\nchecks = { version = \"1\", path = "
               "\"../../checks\" }\n");
  folder.write("crates/bad/Cargo.toml", "[dependencies]\nutil = { path = ../util }\n");
  const auto plugin = registry->load("cargo");
  ASSERT_TRUE(plugin) << to_string(plugin.error());
  const auto needs = [&](const std::string& path) {
    const std::string root = folder.path().string();
    return (*plugin)->needed_projects({root, path, root + "/" + path, "{}"});
  };
  using Kind = NeededProject::Kind;
  const auto needed = needs("./crates/app");
  ASSERT_TRUE(needed) << to_string(needed.error());
  EXPECT_THAT(*needed, ElementsAre(NeededProject{"./crates/util", Kind::runtime},
                                   NeededProject{"./crates/extra", Kind::optional},
                                   NeededProject{"./checks", Kind::development}));
  EXPECT_TRUE(needs("./crates")->empty()) << "it has no manifest";
  const auto broken = needs("./crates/bad");
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("crates/bad/Cargo.toml:2: expected a path"));
  EXPECT_EQ(services.log_.lines.size(), 0U);
}

TEST_F(ThirdParty, it_exports_its_entry_function_and_nothing_else) {
  boost::dll::library_info library(std::string(DREAM_THIRD_PARTY "/libdream_acme.so"));
  std::vector<std::string> exported;
  for (const std::string& symbol : library.symbols()) {
    // The linker's own marks are in every table.
    if (symbol != "_init" && symbol != "_fini") exported.push_back(symbol);
  }
  EXPECT_THAT(exported, ElementsAre("dream_plugin_v1"));
}

TEST_F(ThirdParty, it_needs_no_cpp_runtime_of_the_machine) {
  std::ifstream file(DREAM_THIRD_PARTY "/libdream_acme.so", std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  EXPECT_THAT(bytes.str(), HasSubstr("libc.so.6"));
  EXPECT_THAT(bytes.str(), Not(HasSubstr("libstdc++.so")));
  EXPECT_THAT(bytes.str(), Not(HasSubstr("libgcc_s.so")));
}

}  // namespace
}  // namespace dream::plugin
