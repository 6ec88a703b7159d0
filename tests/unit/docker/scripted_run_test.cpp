#include "scripted_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <dream/testing/plugin_driver.hpp>

#include "reaper.hpp"

namespace dream::docker {
namespace {

using dream::testing::FakeRun;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(ScriptedRun, from_creation_to_removal) {
  engine.answer("POST /containers/c1/attach",
                "HTTP/1.1 101 UPGRADED\r\n\r\n" + std::string("\1\0\0\0\0\0\0\3out\2\0\0\0\0\0\0\3err", 22));
  engine.answer("POST /containers/c1/wait", ScriptedEngine::reply(200, R"({"StatusCode": 7})"));
  FakeRun& run = start();
  EXPECT_EQ(run.start_status, DREAM_STARTING);
  const auto exit = exit_of(run);
  EXPECT_EQ(exit.kind, DREAM_EXIT_CODE);
  EXPECT_EQ(exit.value, 7);
  EXPECT_EQ(exit.text, "");
  EXPECT_THAT(host.started_runs(), ElementsAre(run.id));
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), "out");
  EXPECT_EQ(host.output(run.id, DREAM_STDERR), "err");
  EXPECT_EQ(engine.count("DELETE /containers/c1"), 1U);
  EXPECT_EQ(plugin.status(run).phase, DREAM_PHASE_EXITED);
}

TEST_F(ScriptedRun, no_engine_is_a_failed_start_that_says_so) {
  FakeRun* run = plugin.start({.options = R"({"image": "box", "host": "unix:///nowhere.sock"})"});
  ASSERT_NE(run, nullptr);
  const std::string failure = failure_of(*run);
  EXPECT_EQ(host.start_failures().back().code, DREAM_E_FAILED);
  EXPECT_THAT(failure, HasSubstr("no connection to the container engine: No such file or directory "
                                 "(unix:///nowhere.sock); start the engine"));
  EXPECT_TRUE(host.started_runs().empty());
}

TEST_F(ScriptedRun, something_else_that_listens_there_is_no_engine) {
  engine.answer("GET /_ping", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const std::string failure = failure_of(start());
  EXPECT_EQ(host.start_failures().back().code, DREAM_E_FAILED);
  EXPECT_THAT(failure, HasSubstr("no container engine that dream knows"));
}

TEST_F(ScriptedRun, a_missing_image_is_pulled) {
  engine.answer("GET /images/box/json", ScriptedEngine::reply(404, "{}"));
  engine.answer("POST /images/create", ScriptedEngine::reply(200, "{\"status\":\"Digest: x\"}\r\n"));
  FakeRun& run = start();
  EXPECT_EQ(engine.await("POST /images/create").find("/v1.41/images/create?fromImage=box&tag=latest "), 0U);
  const std::string failure = failure_of(run);
  EXPECT_THAT(failure, HasSubstr("was pulled, but isn't there"));
  EXPECT_EQ(host.output(run.id, DREAM_STDERR), "Digest: x\n");
}

TEST_F(ScriptedRun, an_image_of_another_platform_is_pulled_for_this_one) {
  engine.answer(
      "POST /containers/create",
      ScriptedEngine::reply(404, R"({"message": "image with reference box was found but does not match the )"
                                 R"(specified platform: wanted linux/arm64, actual: linux/amd64"})"));
  engine.answer("POST /images/create", ScriptedEngine::reply(200, "{}\r\n"));
  engine.hold("POST /images/create");
  FakeRun& run = start(R"(, "platform": "linux/arm64")");
  EXPECT_THAT(engine.await("POST /images/create"), HasSubstr("platform=linux%2Farm64"));
  engine.answer("POST /containers/create", ScriptedEngine::reply(201, R"({"Id": "c1"})"));
  engine.release("POST /images/create");
  EXPECT_EQ(exit_of(run).value, 0);
  EXPECT_EQ(engine.count("POST /containers/create"), 2U);
}

TEST_F(ScriptedRun, an_image_of_another_platform_that_may_not_be_pulled_is_a_failure) {
  engine.answer(
      "POST /containers/create",
      ScriptedEngine::reply(404, R"({"message": "x does not match the specified platform: wanted y"})"));
  EXPECT_THAT(failure_of(start(R"(, "platform": "linux/arm64", "pull": "never")")),
              HasSubstr("does not match"));
  EXPECT_EQ(engine.count("POST /images/create"), 0U);
}

TEST_F(ScriptedRun, a_pull_that_fails_says_why) {
  engine.answer("GET /images/box/json", ScriptedEngine::reply(404, "{}"));
  engine.answer("POST /images/create",
                ScriptedEngine::reply(200, "{\"error\":\"pull access denied for box\"}\r\n"));
  const std::string failure = failure_of(start());
  EXPECT_EQ(host.start_failures().back().code, DREAM_E_FAILED);
  EXPECT_THAT(failure, HasSubstr("can't pull the image box: pull access denied for box"));
  EXPECT_THAT(failure, HasSubstr("docker login"));
}

TEST_F(ScriptedRun, an_image_that_may_not_be_pulled_is_missing) {
  engine.answer("GET /images/box/json", ScriptedEngine::reply(404, "{}"));
  const std::string failure = failure_of(start(R"(, "pull": "never")"));
  EXPECT_THAT(failure, HasSubstr("the image box is not there"));
  EXPECT_EQ(engine.count("POST /images/create"), 0U);
}

TEST_F(ScriptedRun, a_name_in_use_is_an_error_and_its_owner_is_left_alone) {
  engine.answer(
      "POST /containers/create",
      ScriptedEngine::reply(
          409, R"({"message": "The container name \"/x\" is already in use by container \"y\"."})"));
  engine.answer("GET /containers/json",
                ScriptedEngine::reply(200, R"([{"Id": "other", "Labels": {"dream.step": "./web:other"}}])"));
  const std::string failure = failure_of(start());
  EXPECT_EQ(host.start_failures().back().code, DREAM_E_FAILED);
  EXPECT_THAT(failure, HasSubstr("is already in use"));
  EXPECT_EQ(engine.count("DELETE /containers/other"), 0U);
}

TEST_F(ScriptedRun, a_taken_port_is_an_error_and_the_container_is_removed) {
  engine.answer(
      "POST /containers/c1/start",
      ScriptedEngine::reply(500, R"({"message": "Bind for 0.0.0.0:80 failed: port is already allocated"})"));
  const std::string failure = failure_of(start());
  EXPECT_EQ(host.start_failures().back().code, DREAM_E_FAILED);
  EXPECT_THAT(failure, HasSubstr("another program or container has this port"));
  EXPECT_EQ(engine.count("DELETE /containers/c1"), 1U);
  EXPECT_TRUE(host.started_runs().empty());
}

TEST_F(ScriptedRun, a_command_that_does_not_exist_is_not_found) {
  engine.answer("POST /containers/c1/start",
                ScriptedEngine::reply(
                    400, R"({"message": "exec: \"x\": executable file not found in $PATH: unknown"})"));
  const std::string failure = failure_of(start());
  EXPECT_EQ(host.start_failures().back().code, DREAM_E_NOT_FOUND);
  EXPECT_THAT(failure, HasSubstr("executable file not found"));
}

TEST_F(ScriptedRun, an_engine_that_goes_while_it_creates_may_have_created) {
  engine.drop("POST /containers/create");
  engine.answer("GET /containers/json",
                ScriptedEngine::reply(200, R"([{"Id": "c1", "Labels": {"dream.step": "./web:dev"}},
                                               {"Id": "other", "Labels": {"dream.step": "./web:other"}}])"));
  const std::string failure = failure_of(start());
  EXPECT_EQ(host.start_failures().back().code, DREAM_E_FAILED);
  EXPECT_THAT(failure, HasSubstr("the connection to the container engine was lost"));
  EXPECT_EQ(engine.count("DELETE /containers/c1"), 1U);
  EXPECT_EQ(engine.count("DELETE /containers/other"), 0U);
}

TEST_F(ScriptedRun, an_engine_that_goes_while_the_container_runs_is_an_error) {
  engine.drop("POST /containers/c1/wait");
  const auto exit = exit_of(start());
  EXPECT_EQ(exit.kind, DREAM_EXIT_CODE);
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text, HasSubstr("was lost"));
  EXPECT_EQ(engine.count("DELETE /containers/c1"), 1U);
}

TEST_F(ScriptedRun, a_host_that_knows_no_failed_start_hears_of_an_end) {
  host.be_of_version_1_0();
  engine.answer("DELETE /containers/c1", ScriptedEngine::reply(500, "{}"));
  engine.answer("POST /containers/c1/start",
                ScriptedEngine::reply(400, R"({"message": "exec: \"x\": permission denied: unknown"})"));
  const auto exit = exit_of(start());
  EXPECT_EQ(exit.value, 126);
  EXPECT_THAT(exit.text, HasSubstr("permission denied"));
  ASSERT_FALSE(host.logged().empty());
  EXPECT_THAT(host.logged().back().message, HasSubstr("may still be there"));
}

TEST_F(ScriptedRun, who_is_asked_to_end_before_it_ran_has_not_failed) {
  engine.hold("POST /containers/create");
  FakeRun& run = start();
  engine.await("POST /containers/create");
  plugin.terminate(run, DREAM_GRACEFUL);
  engine.answer("POST /containers/create", ScriptedEngine::reply(500, "{}"));
  engine.release("POST /containers/create");
  const auto exit = exit_of(run);
  EXPECT_EQ(exit.kind, DREAM_EXIT_SIGNAL);
  EXPECT_EQ(exit.value, SIGTERM);
  EXPECT_TRUE(host.start_failures().empty());
}

TEST_F(ScriptedRun, the_engines_own_error_in_the_output_is_told) {
  engine.answer("POST /containers/c1/attach",
                "HTTP/1.1 101 UPGRADED\r\n\r\n" + std::string("\1\0\0\0\0\0\0\3out\3\0\0\0\0\0\0\4oops", 23));
  FakeRun& run = start();
  exit_of(run);
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), "out");
  ASSERT_EQ(host.logged().size(), 1U);
  EXPECT_EQ(host.logged().front().message,
            "the container engine can't send all of the output of ./web:dev: oops");
}

TEST_F(ScriptedRun, what_an_engine_says_while_it_pulls_waits_for_the_reader) {
  engine.answer("GET /images/box/json", ScriptedEngine::reply(404, "{}"));
  std::string lines;
  for (int line = 0; line < 3000; ++line) lines += "{\"status\":\"" + std::string(50, 'x') + "\"}\n";
  engine.answer("POST /images/create", ScriptedEngine::reply(200, lines));
  host.stop_reading();
  FakeRun& run = start();
  until([&] { return !host.output(run.id, DREAM_STDERR).empty(); });
  EXPECT_EQ(host.waiting_for_room(), 1U);
  EXPECT_LT(host.output(run.id, DREAM_STDERR).size(), 3000U * 51);
  host.go_on_reading();
  failure_of(run);
  EXPECT_EQ(host.output(run.id, DREAM_STDERR).size(), 3000U * 51);
}

TEST_F(ScriptedRun, a_container_that_can_not_be_removed_is_told) {
  engine.answer("DELETE /containers/c1", ScriptedEngine::reply(500, "{}"));
  FakeRun& run = start();
  EXPECT_EQ(exit_of(run).text, "");
  ASSERT_EQ(host.left_behind().count(run.id), 1U) << "so that it is reaped";
  EXPECT_THAT(host.left_behind().find(run.id)->second, HasSubstr("its container c1 may still be there"));
}

TEST_F(ScriptedRun, a_pull_is_broken_off) {
  engine.answer("GET /images/box/json", ScriptedEngine::reply(404, "{}"));
  engine.hold("POST /images/create");
  FakeRun& run = start();
  engine.await("POST /images/create");
  plugin.terminate(run, DREAM_GRACEFUL);
  const auto exit = exit_of(run);
  EXPECT_EQ(exit.kind, DREAM_EXIT_SIGNAL);
  EXPECT_EQ(exit.value, SIGTERM);
  EXPECT_EQ(engine.count("POST /containers/create"), 0U);
}

TEST_F(ScriptedRun, a_creation_is_waited_for_and_undone) {
  engine.hold("POST /containers/create");
  FakeRun& run = start();
  engine.await("POST /containers/create");
  plugin.terminate(run, DREAM_GRACEFUL);
  engine.release("POST /containers/create");
  const auto exit = exit_of(run);
  EXPECT_EQ(exit.kind, DREAM_EXIT_SIGNAL);
  EXPECT_EQ(exit.value, SIGTERM);
  EXPECT_EQ(engine.count("DELETE /containers/c1"), 1U);
}

TEST_F(ScriptedRun, a_start_is_waited_for_and_then_ended) {
  engine.hold("POST /containers/c1/start");
  engine.hold("POST /containers/c1/wait");
  FakeRun& run = start();
  engine.await("POST /containers/c1/start");
  plugin.terminate(run, DREAM_GRACEFUL);
  engine.release("POST /containers/c1/start");
  EXPECT_THAT(engine.await("POST /containers/c1/kill"), HasSubstr("signal=15"));
  engine.release("POST /containers/c1/wait");
  exit_of(run);
  EXPECT_EQ(engine.count("DELETE /containers/c1"), 1U);
}

TEST_F(ScriptedRun, the_status_is_what_the_engine_last_said) {
  engine.answer(
      "GET /containers/c1/json",
      ScriptedEngine::reply(200, R"({"State": {"Status": "running", "Health": {"Status": "healthy"}},
                                               "RestartCount": 2})"));
  engine.answer("GET /containers/c1/stats", ScriptedEngine::reply(200, R"({"memory_stats": {"usage": 5242880,
                                               "stats": {"inactive_file": 1048576}}})"));
  FakeRun& run = start_and_hold();
  const auto detail = [&] { return dream::testing::text(plugin.status(run).detail); };
  until([&] { return detail() == "container c1, running, healthy, 2 restarts, 4 MiB"; });
  EXPECT_EQ(engine.count("GET /containers/c1/stats"), 1U) << "it is asked at most once in a second";
  engine.release("POST /containers/c1/wait");
  exit_of(run);
}

TEST_F(ScriptedRun, a_slow_reader_loses_nothing_and_delays_the_end) {
  std::string frames;
  for (int number = 0; number < 100; ++number) {
    frames += std::string("\1\0\0\0\0\0\0\1a\2\0\0\0\0\0\0\1b", 18);
  }
  engine.answer("POST /containers/c1/attach", "HTTP/1.1 101 UPGRADED\r\n\r\n" + frames);
  host.stop_reading();
  FakeRun& run = start();
  until([&] { return host.output(run.id, DREAM_STDOUT) == "a"; });
  engine.await("POST /containers/c1/wait");
  EXPECT_TRUE(run.exits.empty());
  EXPECT_EQ(host.waiting_for_room(), 1U);
  host.go_on_reading();
  exit_of(run);
  EXPECT_EQ(host.output(run.id, DREAM_STDOUT), std::string(100, 'a'));
  EXPECT_EQ(host.output(run.id, DREAM_STDERR), std::string(100, 'b'));
}

TEST_F(ScriptedRun, an_out_of_memory_container_says_so) {
  engine.answer("POST /containers/c1/wait", ScriptedEngine::reply(200, R"({"StatusCode": 137})"));
  engine.answer("GET /containers/c1/json", ScriptedEngine::reply(200, R"({"State": {"OOMKilled": true}})"));
  EXPECT_THAT(exit_of(start()).text, HasSubstr("ran out of memory"));
}

TEST_F(ScriptedRun, what_dead_processes_of_this_machine_left_is_swept_and_nothing_else) {
  FakeRun& first = start();
  const std::string body = (exit_of(first), engine.last_body("POST /containers/create"));
  const std::size_t begin = body.find("dream.process\":\"") + 16;
  const std::string mine = body.substr(begin, body.find('"', begin) - begin);
  engine.answer("GET /containers/json", ScriptedEngine::reply(200, R"([
    {"Id": "living", "Labels": {"dream.process": ")" + mine + R"("}},
    {"Id": "dead", "Labels": {"dream.process": ")" + mine + R"(9"}},
    {"Id": "far", "Labels": {"dream.process": "elsewhere/1/1/1"}}])"));
  exit_of(start());
  EXPECT_EQ(engine.count("DELETE /containers/dead"), 1U);
  EXPECT_EQ(engine.count("DELETE /containers/living"), 0U);
  EXPECT_EQ(engine.count("DELETE /containers/far"), 0U);
}

TEST_F(ScriptedRun, an_older_engine_is_spoken_to_in_its_version) {
  engine.answer("GET /_ping", "HTTP/1.1 200 OK\r\nApi-Version: 1.30\r\nContent-Length: 0\r\n\r\n");
  exit_of(start());
  EXPECT_THAT(engine.await("POST /containers/create"), HasSubstr("/v1.30/containers/create"));
}

TEST_F(ScriptedRun, the_tool_is_there_when_its_socket_is) {
  EXPECT_TRUE(plugin.tool({.options = R"({"host": ")" + engine.address() + "\"}"}));
  EXPECT_FALSE(plugin.tool({.options = R"({"host": "unix:///nowhere.sock"})"}));
  EXPECT_EQ(plugin.error().code, DREAM_E_NOT_FOUND);
  EXPECT_EQ(plugin.error().message, "there is no container engine at /nowhere.sock");
}

TEST_F(ScriptedRun, wrong_options_fail_the_start) {
  EXPECT_EQ(plugin.start({.options = R"({"image": "box", "ports": ["x"]})"}), nullptr);
  EXPECT_EQ(plugin.error().where, "/ports/0");
  EXPECT_EQ(plugin.start({.directory = "/nowhere", .options = R"({"build": {}})"}), nullptr);
  EXPECT_EQ(plugin.error().where, "/build/context");
}

TEST_F(ScriptedRun, reaping_removes_the_containers_of_the_dead_run_from_every_engine_it_used) {
  ScriptedEngine other;
  for (ScriptedEngine* one : {&engine, &other}) {
    one->answer("GET /containers/json", ScriptedEngine::reply(200, R"([{"Id": "c1", "Labels": {}}])"));
    one->hold("DELETE /containers/c1");
  }
  std::thread reaper([&] {
    EXPECT_TRUE(plugin.reap({.options = {R"({"host": ")" + engine.address() + "\"}",
                                         R"({"image": "x", "host": ")" + engine.address() + "\"}",
                                         R"({"host": ")" + other.address() + "\"}"}}));
  });
  for (ScriptedEngine* one : {&engine, &other}) {
    one->await("DELETE /containers/c1");
    one->answer("GET /containers/json", ScriptedEngine::reply(200, "[]"));
    one->release("DELETE /containers/c1");
  }
  reaper.join();
  EXPECT_THAT(engine.await("GET /containers/json"),
              HasSubstr("dream.run%3D11111111-2222-4333-8444-555555555555"));
  EXPECT_EQ(engine.count("DELETE /containers/c1"), 1U);
}

TEST_F(ScriptedRun, reaping_is_not_held_up_by_an_engine_that_says_nothing) {
  engine.hold("GET /_ping");
  const auto hour = std::chrono::hours(1);
  const auto place = *parse_endpoint(engine.address(), own_lookup());
  const auto removed = remove_all_of("session", place, hour, std::chrono::milliseconds(1));
  ASSERT_FALSE(removed);
  EXPECT_THAT(removed.failure().message, HasSubstr("timed out"));
  EXPECT_LT(patience_with(place), std::chrono::seconds(5));
}

TEST_F(ScriptedRun, reaping_without_the_engine_fails_so_that_it_is_tried_again) {
  EXPECT_FALSE(plugin.reap({.options = {R"({"host": "unix:///nowhere.sock"})"}}));
  EXPECT_THAT(plugin.error().message, HasSubstr("no connection to the container engine"));
}

}  // namespace
}  // namespace dream::docker
