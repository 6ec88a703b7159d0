// Containers of one run of the real dream that reach each other by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <random>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "test_engine.hpp"

namespace dream::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// ./services/db serves a page, ./api fetches it by name once it is ready; then it waits.
struct Stack {
  explicit Stack(const std::string& page = "hello")
      : workspace(R"({"workspace": {"./api": {"dev": [
              {"projectPath": "./services/db", "task": "start", "async": true, "waitFor": "ready"}]}},
          "executors": {"docker": {"options": {"image": "box", "labels": {"mark": ")" +
                  mark + R"("}}}},
          "projects": {
            "./services/db": {"executor": "docker", "tasks": {"start": {
              "command": "mkdir /tmp/www; echo )" +
                  page + R"( > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www",
              "service": true, "ready": {"healthcheck": true},
              "options": {"healthcheck": {"test": "wget -q -O /dev/null http://localhost:8080/", "interval": 50}}}}},
            "./api": {"executor": "docker", "tasks": {
              "dev": {"command": "wget -q -O - http://db:8080/; exec sleep 1000"},
              "end": {"command": "echo the end"}}}}})") {
    workspace.write("services/db/file", "");
    workspace.write("api/file", "");
  }

  [[nodiscard]] Launch launch(const std::string& task) const {
    return {.arguments = {task}, .folder = "api", .environment = {{"DOCKER_HOST", engine}}};
  }
  [[nodiscard]] std::vector<std::string> containers() const {
    return docker::testing::containers_with(engine, "mark=" + mark);
  }
  /// The runs that have containers; each is to have one network.
  [[nodiscard]] std::set<std::string> runs() const {
    return docker::testing::labels_of(engine, "mark=" + mark, "dream.run");
  }
  [[nodiscard]] std::vector<std::string> networks(const std::set<std::string>& runs) const {
    std::vector<std::string> all;
    for (const std::string& run : runs) {
      const auto some = docker::testing::networks_with(engine, "dream.run=" + run);
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }

  std::string engine = docker::testing::shared_engine().address();
  std::string mark = "test" + std::to_string(std::random_device()()) + std::to_string(std::random_device()());
  Workspace workspace;
};

struct DockerNetwork : ::testing::Test, Stack {};

TEST_F(DockerNetwork, one_container_fetches_from_another_by_name_and_ctrl_c_leaves_nothing) {
  DreamRun dream(workspace, launch("dev"));
  dream.await_out("api | hello");
  const auto run = runs();
  EXPECT_THAT(run, SizeIs(1));
  EXPECT_THAT(networks(run), SizeIs(1));
  EXPECT_THAT(containers(), SizeIs(2));
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(containers(), IsEmpty());
  EXPECT_THAT(networks(run), IsEmpty());
}

TEST_F(DockerNetwork, goes_when_dream_is_killed) {
  DreamRun dream(workspace, launch("dev"));
  dream.await_out("api | hello");
  const auto run = runs();
  ::kill(host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_THAT(containers(), IsEmpty());
  EXPECT_THAT(networks(run), IsEmpty());
}

TEST_F(DockerNetwork, goes_with_the_next_dream_when_nobody_was_left_to_remove_it) {
  DreamRun dream(workspace, launch("dev"));
  dream.await_out("api | hello");
  const auto run = runs();
  kill_with_host(dream.pid());
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_THAT(containers(), SizeIs(2));
  EXPECT_THAT(networks(run), SizeIs(1));
  const Finished next = e2e::run(workspace, launch("end"));
  EXPECT_EQ(next.code, 0) << next.err;
  EXPECT_THAT(containers(), IsEmpty());
  EXPECT_THAT(networks(run), IsEmpty());
}

TEST_F(DockerNetwork, of_two_runs_at_once_in_one_workspace_is_another_one_for_each) {
  DreamRun first(workspace, launch("dev"));
  first.await_out("api | hello");
  {
    DreamRun second(workspace, launch("dev"));
    second.await_out("api | hello");
    const auto both = runs();
    EXPECT_THAT(both, SizeIs(2));
    EXPECT_THAT(networks(both), SizeIs(2));
    second.send(SIGINT);
    // Not exit_code(): the other dream lives below this test, too.
    second.await_err("2 terminated");
  }
  const auto left = runs();
  EXPECT_THAT(left, SizeIs(1));
  EXPECT_THAT(networks(left), SizeIs(1));
  EXPECT_THAT(containers(), SizeIs(2));
}

}  // namespace
}  // namespace dream::e2e
