// Runs of the real dream with the docker executor and a real engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <random>
#include <utility>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "test_engine.hpp"

namespace dream::e2e {
namespace {

using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string unique_label() {
  std::random_device random;
  return "test" + std::to_string(random()) + std::to_string(random());
}

/// A workspace with the projects ./db, which runs in containers, and ./api, which runs in a shell and needs
/// it.
struct DockerWorkspace {
  explicit DockerWorkspace(const std::string& database = "echo ready; exec sleep 1000",
                           const std::string& more = "")
      : workspace(
            R"({"workspace": {"./api": {"dev": [{"projectPath": "./db", "task": "start", "async": true}]}},
          "executors": {"docker": {"options": {"labels": {"mark": ")" +
            label + R"("}, "network": "none"}}},
          "projects": {
            "./db": {"executor": "docker", "options": {"image": "box"}, "env": {"GIVEN": "by dream.json"},
                     "tasks": {"start": {"command": ")" +
            database + R"(", "service": true)" + more +
            R"(}, "fail": {"command": "exit 9"}, "wrong": {"command": ["/no/such"], "options": {"init": false}}}},
            "./api": {"tasks": {"dev": {"command": "echo api runs; read go < $ROOT/gate; exit 4"}}}}})") {
    workspace.write("db/file", "of the project\n");
    workspace.write("api/file", "");
  }

  [[nodiscard]] Launch launch(const std::string& project, const std::string& task) const {
    return {
        .arguments = {task}, .folder = project, .environment = {{"DOCKER_HOST", engine}, {"OWN", "secret"}}};
  }
  [[nodiscard]] std::vector<std::string> containers() const {
    return docker::testing::containers_with(engine, "mark=" + label);
  }

  std::string engine = docker::testing::shared_engine().address();
  std::string label = unique_label();
  Workspace workspace;
};

struct Docker : ::testing::Test, DockerWorkspace {
  using DockerWorkspace::DockerWorkspace;
};

TEST_F(Docker, a_service_in_a_container_goes_when_the_last_task_has_ended) {
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, launch("api", "dev"));
  dream.await_out("db  | ready");
  dream.await_out("api | api runs");
  EXPECT_THAT(containers(), SizeIs(1));
  gate.open();
  EXPECT_EQ(dream.exit_code(), 4);
  EXPECT_THAT(dream.err(), ContainsRegex("./db:start +terminated"));
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Docker, ctrl_c_leaves_no_container) {
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, launch("api", "dev"));
  dream.await_out("ready");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Docker, ctrl_c_while_the_container_starts_leaves_none) {
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, launch("db", "start"));
  while (containers().empty()) {
  }
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Docker, killing_dream_leaves_no_container) {
  DreamRun dream(workspace, launch("db", "start"));
  dream.await_out("ready");
  ::kill(host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Docker, killing_the_guardian_leaves_no_container) {
  DreamRun dream(workspace, launch("db", "start"));
  dream.await_out("ready");
  dream.send(SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Docker, killing_dream_while_the_container_starts_leaves_none) {
  DreamRun dream(workspace, launch("db", "start"));
  while (containers().empty()) {
  }
  ::kill(host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Docker, the_containers_of_another_dream_are_left_alone) {
  DreamRun other(workspace, launch("db", "start"));
  other.await_out("ready");
  ASSERT_THAT(containers(), SizeIs(1));
  const std::string its = containers().front();
  {
    const DockerWorkspace second;
    DreamRun dream(second.workspace, second.launch("db", "start"));
    dream.await_out("ready");
    dream.send(SIGINT);
    EXPECT_EQ(dream.exit_code_beside_others(), 128 + SIGINT);
  }
  EXPECT_THAT(containers(), ::testing::ElementsAre(its));
}

TEST_F(Docker, the_exit_code_of_the_container_is_that_of_dream) {
  const Finished failed = run(workspace, launch("db", "fail"));
  EXPECT_EQ(failed.code, 9);
  const Finished wrong = run(workspace, launch("db", "wrong"));
  EXPECT_EQ(wrong.code, 127);
  EXPECT_THAT(wrong.err, HasSubstr("the container engine can't start the container"));
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Docker, without_an_engine_it_says_so) {
  Launch lost = launch("db", "start");
  lost.environment["DOCKER_HOST"] = "unix:///nowhere.sock";
  const Finished finished = run(workspace, lost);
  EXPECT_EQ(finished.code, 125);
  EXPECT_THAT(finished.err, HasSubstr("unix:///nowhere.sock: no connection to the container engine: "
                                      "No such file or directory (start the engine"));
}

TEST(DockerStart, that_fails_never_counts_as_started) {
  const Workspace workspace(
      R"({"workspace": {"./api": {"dev": [{"projectPath": "./db", "task": "start", "async": true,
                                          "required": false, "delay": 3600000}]}},
          "projects": {"./db": {"executor": "docker", "options": {"image": "box"}},
                       "./api": {"tasks": {"dev": {"command": "echo api runs"}}}}})");
  workspace.write("db/file", "");
  workspace.write("api/file", "");
  const Finished finished = run(workspace, {.arguments = {"dev", "--output", "events"},
                                            .folder = "api",
                                            .environment = {{"DOCKER_HOST", "unix:///nowhere.sock"}}});
  EXPECT_EQ(finished.code, 0) << "nobody has waited for its delay";
  EXPECT_THAT(finished.out, HasSubstr("api runs"));
  EXPECT_THAT(finished.out, Not(ContainsRegex("\"started\"[^\n]*./db:start")));
}

/// The image of ./db is built, with a line of its own in its Dockerfile; ./api:dev needs ./db:start.
struct BuiltWorkspace : Workspace {
  /// `task`: members of the settings of ./db:start.
  BuiltWorkspace(const std::string& line, const std::string& task)
      : Workspace(
            R"({"workspace": {"./api": {"dev": [{"projectPath": "./db", "task": "start", "async": true}]}},
          "executors": {"docker": {"options": {"network": "none", "mount": "none"}}},
          "projects": {"./db": {"executor": "docker", "options": {"build": {}}, "tasks": {"start": {)" +
            task + R"(}}}, "./api": {"tasks": {"dev": {"command": "echo api runs"}}}}})") {
    write("db/Dockerfile", "FROM box\n" + line +
                               "\nCMD for s in INT QUIT TERM; do trap \"echo heard $s; exit 0\" $s; done; "
                               "echo runs; sleep 1000 & wait\n");
    write("api/file", "");
  }
};

Launch in_raw(const std::string& project, const std::string& task) {
  return {.arguments = {task, "-o", "raw"},
          .folder = project,
          .environment = {{"DOCKER_HOST", docker::testing::shared_engine().address()}}};
}

TEST(DockerBuilt, a_container_hears_its_images_signal_unless_dream_json_names_one) {
  for (const auto& [settings, signal] :
       {std::pair{"", "QUIT"}, std::pair{R"("stop": {"signal": "TERM"})", "TERM"}}) {
    const BuiltWorkspace workspace("STOPSIGNAL SIGQUIT", settings);
    DreamRun dream(workspace, in_raw("db", "start"));
    dream.await_out("runs\n");
    dream.send(SIGINT);
    EXPECT_EQ(dream.exit_code(), 130);
    EXPECT_THAT(dream.out(), HasSubstr(std::string("heard ") + signal + "\n"));
  }
}

TEST(DockerBuilt, a_container_whose_program_is_missing_holds_nobody_back) {
  const BuiltWorkspace workspace(
      "", R"("command": ["/no/such"], "async": true, "required": false, "delay": 3600000)");
  const Finished finished = run(workspace, in_raw("api", "dev"));
  EXPECT_EQ(finished.code, 0) << "nobody has waited for its delay";
  EXPECT_THAT(finished.out, HasSubstr("api runs"));
  EXPECT_THAT(finished.err,
              HasSubstr("./db:start failed: its command /no/such doesn't exist in the container"));
}

TEST(DockerBuilt, the_next_step_waits_for_the_health_check_of_the_image) {
  const std::string settings = R"("service": true, "ready": {"healthcheck": true})";
  const BuiltWorkspace workspace("HEALTHCHECK --interval=100ms CMD true", settings);
  const Finished finished = run(workspace, in_raw("api", "dev"));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("api runs"));
  EXPECT_THAT(finished.err, HasSubstr("./db:start is ready after "));
  const BuiltWorkspace without("", settings);
  const Finished refused = run(without, in_raw("api", "dev"));
  EXPECT_THAT(refused.err, HasSubstr(" has no HEALTHCHECK, which is to tell when ./db:start is ready"));
  EXPECT_THAT(refused.out, Not(HasSubstr("api runs")));
  EXPECT_EQ(refused.code, 125);
}

/// Its health check passes as long as there is a file in its folder.
struct DockerHealth : DockerWorkspace {
  explicit DockerHealth(const std::string& restart = "\"no\"")
      : DockerWorkspace(
            "echo attempt $DREAM_ATTEMPT; exec sleep 1000",
            R"(, "health": {"healthcheck": true, "every": 50, "failures": 1}, "restart": )" + restart + R"(,
               "options": {"healthcheck": {"test": "test -e up || { echo gone; exit 7; }", "interval": 100, "retries": 1}})") {
    workspace.write("db/up", "");
  }
  void remove_file() const { std::filesystem::remove(workspace.root() / "db/up"); }
};

TEST(DockerHealthCheck, of_a_container_that_runs_is_told_when_it_fails_and_when_it_passes_again) {
  const DockerHealth stack;
  DreamRun dream(stack.workspace, stack.launch("db", "start"));
  dream.await_out("attempt");
  stack.remove_file();
  dream.await_err("./db:start is unhealthy: exit code 7: gone\n");
  stack.workspace.write("db/up", "");
  dream.await_err("./db:start is healthy again\n");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(stack.containers(), IsEmpty());
}

TEST(DockerHealthCheck, that_fails_has_another_container_follow_if_it_may_be_restarted) {
  const DockerHealth stack(R"({"on": "failure", "delay": 0, "max": 0})");
  DreamRun dream(stack.workspace, stack.launch("db", "start"));
  dream.await_out("attempt 1\n");
  const std::vector<std::string> first = stack.containers();
  stack.remove_file();
  dream.await_err("./db:start is unhealthy: exit code 7: gone\n");
  stack.workspace.write("db/up", "");
  dream.await_out("attempt 2\n");
  EXPECT_THAT(stack.containers(), Not(Contains(first.at(0))));
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
}

TEST(DockerHealthCheck, that_is_not_there_fails_the_start) {
  const DockerWorkspace stack("exec sleep 1000", R"(, "health": {"healthcheck": true})");
  const Finished finished = run(stack.workspace, stack.launch("db", "start"));
  EXPECT_EQ(finished.code, 125);
  EXPECT_THAT(finished.err,
              HasSubstr("the image box has no HEALTHCHECK, which is to tell whether ./db:start is healthy"));
}

struct DockerEnvironment : Docker {
  DockerEnvironment() : Docker("env; pwd; cat file; exec sleep 1000") {}
};

TEST_F(DockerEnvironment, is_what_dream_json_gives_in_the_mounted_project) {
  DreamRun dream(workspace, launch("db", "start"));
  dream.await_out("of the project\n");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), HasSubstr("GIVEN=by dream.json\n"));
  EXPECT_THAT(dream.out(), Not(HasSubstr("secret")));
  EXPECT_THAT(dream.out(), HasSubstr((workspace.root() / "db").string() + "\nof the project\n"));
}

struct DockerStubborn : Docker {
  DockerStubborn()
      : Docker("trap 'echo heard' TERM; echo ready; while true; do sleep 1000 & wait; done",
               R"(, "stop": {"graceMs": 3000})") {}
};

TEST_F(DockerStubborn, a_container_that_ignores_its_signal_is_killed_after_its_grace) {
  DreamRun dream(workspace, launch("db", "start"));
  dream.await_out("ready");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), HasSubstr("heard\n"));
  EXPECT_THAT(dream.err(), HasSubstr("had to be killed"));
  EXPECT_THAT(containers(), IsEmpty());
}

struct DockerFailing : Docker {
  DockerFailing() : Docker("read go < gate; exit 6") {}
};

TEST_F(DockerFailing, a_required_container_that_fails_takes_everything_down) {
  const Gate api_gate(workspace, "gate");
  const Gate gate(workspace, "db/gate");
  DreamRun dream(workspace, launch("api", "dev"));
  dream.await_out("api runs");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 6);
  EXPECT_THAT(dream.err(), HasSubstr("required step ./db:start failed"));
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Docker, a_dry_run_shows_the_command_and_starts_nothing) {
  Launch dry_run = launch("db", "start");
  dry_run.arguments.emplace_back("--dry-run");
  const Finished finished = run(workspace, dry_run);
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.out,
              ContainsRegex("docker run --rm --init --user .* --network none --env GIVEN box sh -c"));
  EXPECT_THAT(containers(), IsEmpty());
}

}  // namespace
}  // namespace dream::e2e
