#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <sstream>

#include "e2e/dream_run.hpp"

/// `dream init` from the folder to the first run.
namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(InitCommand, writes_a_file_that_runs_and_changes_nothing_else) {
  const Workspace workspace("{}");
  std::filesystem::remove(workspace.root() / "dream.json");
  const std::string procfile =
      "web: echo from web $PORT > gate; exec sleep infinity\nworker: read said < gate; echo \"$said\"; exit "
      "3\n";
  workspace.write("Procfile", procfile);
  ASSERT_EQ(::mkfifo((workspace.root() / "gate").c_str(), 0600), 0);
  const Finished made = run(workspace, {.arguments = {"init"}});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.out, "dream.json is written; `dream list` shows what it says\n");
  EXPECT_EQ(workspace.read("Procfile"), procfile);
  EXPECT_EQ(run(workspace, {.arguments = {"validate"}}).code, 0);
  const Finished started = run(workspace, {.arguments = {"start"}});
  EXPECT_EQ(started.code, 3) << "when one ends, all end: " << started.err;
  EXPECT_THAT(started.out, HasSubstr("from web 5000\n"));
}

/// Each step of what is written can be started, as far as that is known before.
TEST(InitCommand, writes_tasks_that_can_be_planned_with_what_their_executors_take) {
  const Workspace workspace("{}");
  std::filesystem::remove(workspace.root() / "dream.json");
  workspace.write("compose.yaml", R"(
services:
  db:
    image: db
    healthcheck: {test: [CMD, ok], interval: 2s, timeout: 1s, retries: 3, start_period: 5s, start_interval: 100ms}
    restart: on-failure:2
    volumes: ["data:/d", {type: bind, source: conf, target: /c, read_only: true}]
    ports: [{target: 80, published: "8080", host_ip: "::1"}, "53:53/udp"]
    deploy: {resources: {limits: {memory: 64M, cpus: "0.5"}, reservations: {devices: [{capabilities: [gpu], count: 1}]}}}
    labels: [a=b]
    init: true
    stop_signal: SIGINT
  api: {build: {context: api, args: {A: 1}}, pull_policy: always, depends_on: {db: {condition: service_healthy}}}
)");
  ASSERT_EQ(run(workspace, {.arguments = {"init"}}).code, 0);
  const Finished planned = run(workspace, {.arguments = {"plan", "up"}});
  EXPECT_EQ(planned.code, 0) << planned.err;
  EXPECT_THAT(planned.out, Not(HasSubstr("can't be started"))) << planned.out;
  EXPECT_THAT(run(workspace, {.arguments = {"plan", "api", "--json"}}).out, HasSubstr("\"./:db\""));
}

/// The lines that come out, each once.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

/// A workspace in which `dream init` has been.
void init(const Workspace& workspace, const std::vector<std::pair<std::string, std::string>>& files) {
  std::filesystem::remove(workspace.root() / "dream.json");
  for (const auto& [name, text] : files) workspace.write(name, text);
  const Finished made = run(workspace, {.arguments = {"init"}});
  ASSERT_EQ(made.code, 0) << made.err;
}

TEST(InitCommand, writes_tasks_that_run_what_make_runs_in_the_same_order) {
  const Workspace workspace("{}");
  init(workspace,
       {{"Makefile",
         ".PHONY: all lint test check types\nall: lint test check\nlint:\n\t@echo lint\ntest: lint2\n"
         "\t@echo test $$HOME\nlint2:\n\t@echo lint2\ncheck: types\ntypes: ; @echo types\n"}});
  const Finished made = run(workspace, {.arguments = {"-c", "make all"}, .program = "/bin/sh"});
  const Finished dreamed = run(workspace, {.arguments = {"all", "-o", "raw"}});
  EXPECT_EQ(dreamed.code, 0) << dreamed.err;
  EXPECT_EQ(dreamed.out, made.out);
  EXPECT_THAT(lines_of(made.out), ::testing::SizeIs(4));
}

TEST(InitCommand, writes_an_order_that_the_manifests_of_npm_tell) {
  const Workspace workspace("{}");
  const auto package = [](const std::string& name, const std::string& uses) {
    return std::pair("packages/" + name + "/package.json",
                     R"({"name": ")" + name + R"(", "version": "1.0.0", "dependencies": {)" + uses +
                         R"(}, "scripts": {"build": "echo )" + name + R"("}})");
  };
  init(workspace, {{"package.json", R"({"name": "all", "private": true, "workspaces": ["packages/*"]})"},
                   package("a", R"("b": "*")"),
                   package("b", R"("c": "^1.0.0")"),
                   package("c", "")});
  EXPECT_THAT(workspace.read("dream.json"), HasSubstr("\"./packages/*\": { \"build\": [\"^\"] },\n"));
  const Finished made =
      run(workspace, {.arguments = {"-c", "npm run build --workspaces --silent"}, .program = "/bin/sh"});
  const Finished dreamed = run(workspace, {.arguments = {"run", "build", "-p", "packages/*", "-o", "raw"}});
  std::vector<std::string> built = lines_of(dreamed.out);
  std::erase_if(built, [](const std::string& line) { return line.size() != 1; });  // what npm says itself
  EXPECT_THAT(built, ::testing::ElementsAre("c", "b", "a")) << dreamed.out << dreamed.err;
  EXPECT_THAT(lines_of(made.out), ::testing::UnorderedElementsAreArray(built)) << made.err;
}

TEST(InitCommand, overwrites_nothing) {
  const Workspace workspace(R"({"tasks": {}})");
  workspace.write("Procfile", "web: true\n");
  const Finished finished = run(workspace, {.arguments = {"init"}});
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, HasSubstr("dream init overwrites nothing"));
  EXPECT_EQ(workspace.read("dream.json"), R"({"tasks": {}})");
}

TEST(InitCommand, takes_over_the_file_that_is_named_and_only_init_does) {
  const Workspace workspace("{}");
  const Finished elsewhere = run(workspace, {.arguments = {"init", "--from", "Procfile"}});
  EXPECT_EQ(elsewhere.code, 2);
  EXPECT_THAT(elsewhere.err, HasSubstr("there is no such file"));
  EXPECT_THAT(run(workspace, {.arguments = {"list", "--from", "x"}}).err, HasSubstr("--from goes with init"));
}

}  // namespace
}  // namespace dream::e2e
