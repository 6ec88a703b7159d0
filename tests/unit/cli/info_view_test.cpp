#include "cli/views/info_view.hpp"

#include <gtest/gtest.h>

#include "view_samples.hpp"

namespace dream::cli {
namespace {

using std::chrono::milliseconds;

Workspace sample_of_info() {
  Workspace workspace;
  workspace.executors["docker"].options = "/executors/docker/options";
  workspace.executors["acme"].plugin = "./tools/libdream_acme.so";
  TaskSettings& dev = workspace.tasks["dev"];
  dev.where = {5};
  dev.async = true;
  dev.delay = milliseconds(20);
  dev.stop_signal = 2;
  dev.command = Command(std::vector<std::string>{"go", "run"});
  workspace.tasks["test"].where = {6};
  ProjectSettings& database = workspace.projects["./database"];
  database.where = {7};
  database.executor = "docker";
  database.options = "/projects/.~1database/options";
  database.tasks["start"].where = {8};
  workspace.project_globs.push_back({"./packages/*", {}});
  workspace.project_globs.back().settings.where = {9};
  workspace.project_globs.back().settings.executor = "npm";
  return workspace;
}

TEST(InfoText, tells_the_whole_configuration) {
  const Workspace workspace = sample_of_info();
  const Discovery discovery{{"/repo/api/dream.json", "/repo/dream.json"}, "/repo/dream.json"};
  const PluginPaths plugins{{"docker", "/lib/libdream_docker.so"}, {"deno", "/lib/libdream_deno.so"}};
  EXPECT_EQ(info_text(discovery, &workspace, plugins, locate_by_byte, {}),
            "Configuration\n"
            "  /repo/api/dream.json  not there\n"
            "  /repo/dream.json      found\n"
            "\n"
            "Projects\n"
            "./database    docker  dream.json:7:1\n"
            "  start       docker  dream.json:8:1\n"
            "./packages/*  npm     dream.json:9:1  (pattern)\n"
            "\n"
            "Task defaults\n"
            "  dev   async true, delay 20 ms, stop.signal SIGINT, command [\"go\",\"run\"]  dream.json:5:1\n"
            "  test  (nothing set)                                                      dream.json:6:1\n"
            "\n"
            "Executors\n"
            "  acme    ./tools/libdream_acme.so\n"
            "  docker  /lib/libdream_docker.so   options: /executors/docker/options, "
            "/projects/.~1database/options\n"
            "  npm     (file not known)\n"
            "  shell   (file not known)\n"
            "  deno    /lib/libdream_deno.so\n");
}

TEST(InfoText, says_where_it_looked_when_there_is_nothing) {
  EXPECT_EQ(info_text({{"/a/dream.json", "/dream.json"}, ""}, nullptr, {}, locate_by_byte, {}),
            "Configuration\n"
            "  /a/dream.json  not there\n"
            "  /dream.json    not there\n"
            "  There is no dream.json in this folder or above it.\n");
}

TEST(InfoText, of_an_empty_configuration_tells_the_defaults) {
  const Workspace workspace;
  const std::string text = info_text({{"/dream.json"}, "/dream.json"}, &workspace, {}, locate_by_byte, {});
  EXPECT_NE(text.find("Projects\n  none\n"), std::string::npos);
  EXPECT_NE(text.find("every task is async false, required true, delay 0 ms"), std::string::npos);
  EXPECT_NE(text.find("shell"), std::string::npos);
}

TEST(InfoText, tells_of_a_restart_what_is_not_as_usual) {
  Workspace workspace;
  workspace.tasks["a"].restart = Restart{.on = Restart::On::no};
  workspace.tasks["b"].restart = Restart{.on = Restart::On::failure, .max = 0};
  workspace.tasks["c"].restart = Restart{.on = Restart::On::always,
                                         .window = milliseconds(1),
                                         .delay = milliseconds(2),
                                         .max_delay = milliseconds(3)};
  const std::string text = info_text({{"/dream.json"}, "/dream.json"}, &workspace, {}, locate_by_byte, {});
  EXPECT_NE(text.find("  a  restart no\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  b  restart failure, restart.max 0\n"), std::string::npos) << text;
  EXPECT_NE(text.find("  c  restart always, restart.window 1 ms, restart.delay 2 ms, restart.maxDelay 3 ms"),
            std::string::npos)
      << text;
}

TEST(InfoText, counts_the_layers_that_it_does_not_show) {
  Workspace workspace;
  for (int at = 0; at < 10; ++at) {
    workspace.projects["./p" + std::to_string(at)].options = "/projects/" + std::to_string(at);
  }
  const std::string text = info_text({{"/dream.json"}, "/dream.json"}, &workspace, {}, locate_by_byte, {});
  EXPECT_NE(text.find("/projects/3 and 6 more\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("/projects/4"), std::string::npos);
}

}  // namespace
}  // namespace dream::cli
