// Runs of the real dream with a real swarm, and what is left of them however they end.
#include <gmock/gmock.h>

#include <csignal>
#include <random>
#include <string>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "swarm_fixture.hpp"

namespace dream::docker::testing {
namespace {

using e2e::DreamRun;
using e2e::Finished;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A workspace whose projects are named after the nodes on which their tasks run.
struct SwarmWorkspace : e2e::Workspace {
  explicit SwarmWorkspace(const std::string& own_label = unique_label())
      : Workspace(configuration(own_label)), mark("mark=" + own_label) {
    for (const std::string node : {"here", "far", "nowhere"}) write(node + "/file", "");
  }

  static std::string unique_label() {
    std::random_device random;
    return "test" + std::to_string(random()) + std::to_string(random());
  }
  static std::string configuration(const std::string& label) {
    std::string projects;
    for (const std::string node : {"here", "far", "nowhere"}) {
      projects += projects.empty() ? "" : ", ";
      projects += "\"./" + node + R"(": {"executor": "docker", "options": {)" + on_node(node) + R"(},
        "env": {"GIVEN": "x"}, "tasks": {
          "go": {"command": "trap '' TERM INT HUP; echo runs; while :; do sleep 1000 & wait; done", "stop": {"graceMs": 100}},
          "polite": {"command": "trap 'echo heard; exit 3' TERM; echo runs; sleep 1000 & wait"},
          "fail": {"command": "exit 9"}, "true": {"command": "true"}}})";
    }
    return R"({"executors": {"docker": {"options": {"labels": {"mark": ")" + label +
           R"("}}}}, "projects": {)" + projects + "}}";
  }
  [[nodiscard]] e2e::Launch launch(const std::string& node, const std::vector<std::string>& words) const {
    return {.arguments = words, .folder = node, .environment = {{"DOCKER_HOST", here}}};
  }
  [[nodiscard]] std::vector<std::string> services() const { return services_with(here, mark); }
  /// Of both engines.
  [[nodiscard]] std::size_t containers() const {
    return containers_with(here, mark).size() + containers_with(far, mark).size();
  }

  std::string mark;
};

/// A node takes a moment to remove the container of a service that is gone.
void expect_nothing(const SwarmWorkspace& workspace) {
  EXPECT_THAT(workspace.services(), IsEmpty());
  while (workspace.containers() != 0) {
  }
}

struct ServiceEnd : ::testing::Test, ::testing::WithParamInterface<const char*> {
  SwarmWorkspace workspace;
};

INSTANTIATE_TEST_SUITE_P(Node, ServiceEnd, ::testing::Values("here", "far"));

TEST_P(ServiceEnd, the_exit_code_is_that_of_dream) {
  const Finished finished = run(workspace, workspace.launch(GetParam(), {"fail"}));
  EXPECT_EQ(finished.code, 9) << finished.err;
  expect_nothing(workspace);
}

TEST_P(ServiceEnd, ctrl_c_leaves_nothing) {
  DreamRun dream(workspace, workspace.launch(GetParam(), {"polite"}));
  dream.await_out("runs");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  expect_nothing(workspace);
}

TEST_P(ServiceEnd, what_ignores_term_is_killed_after_its_grace) {
  DreamRun dream(workspace, workspace.launch(GetParam(), {"go"}));
  dream.await_out("runs");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.err(), HasSubstr("had to be killed"));
  expect_nothing(workspace);
}

TEST_P(ServiceEnd, killing_dream_leaves_nothing) {
  DreamRun dream(workspace, workspace.launch(GetParam(), {"go"}));
  dream.await_out("runs");
  ::kill(e2e::host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  expect_nothing(workspace);
}

TEST_P(ServiceEnd, killing_dream_and_its_guardian_at_once_leaves_it_to_the_next_start) {
  DreamRun dream(workspace, workspace.launch(GetParam(), {"go"}));
  dream.await_out("runs");
  e2e::kill_with_host(dream.pid());
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_EQ(run(workspace, workspace.launch(GetParam(), {"true"})).code, 0);
  expect_nothing(workspace);
}

struct Swarm : ::testing::Test {
  SwarmWorkspace workspace;
};

TEST_F(Swarm, killing_the_guardian_leaves_nothing) {
  DreamRun dream(workspace, workspace.launch("far", {"go"}));
  dream.await_out("runs");
  dream.send(SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  expect_nothing(workspace);
}

TEST_F(Swarm, killing_dream_while_its_service_is_created_or_waits_leaves_nothing) {
  for (const char* node : {"here", "nowhere"}) {
    DreamRun dream(workspace, workspace.launch(node, {"go"}));
    while (workspace.services().empty()) {
    }
    ::kill(e2e::host_of(dream.pid()), SIGKILL);
    EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
    expect_nothing(workspace);
  }
}

TEST_F(Swarm, ctrl_c_while_it_waits_for_a_node_takes_it_back) {
  DreamRun dream(workspace, workspace.launch("nowhere", {"go"}));
  while (workspace.services().empty()) {
  }
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  expect_nothing(workspace);
}

TEST_F(Swarm, is_shown_by_a_plan_which_starts_nothing) {
  const Finished finished = run(workspace, workspace.launch("far", {"plan", "fail"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, ContainsRegex("docker service create --restart-condition none --constraint "
                                          "node.hostname==far --init --env GIVEN box sh -c 'exit 9'"));
  EXPECT_THAT(workspace.services(), IsEmpty());
}

}  // namespace
}  // namespace dream::docker::testing
