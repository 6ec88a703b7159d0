#include "service_life.hpp"

#include <gmock/gmock.h>

#include <csignal>

#include "scripted_life.hpp"
#include "transport.hpp"

namespace dream::docker {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* manager =
    R"({"Swarm": {"LocalNodeState": "active", "ControlAvailable": true, "NodeID": "n1"}})";

constexpr const char* no_leader = R"({"message": "rpc error: The swarm does not have a leader"})";

/// A frame of stdout in the log of a task, of that second.
std::string logged(const std::string& second, const std::string& text) {
  const std::string content = "2026-11-29T10:54:" + second + ".000000000Z " + text;
  return std::string{1, 0, 0, 0, 0, 0, 0, static_cast<char>(content.size())} + content;
}

struct ServiceStep : ScriptedLife {
  ServiceStep() {
    engine.answer("GET /info", ScriptedEngine::reply(200, manager));
    engine.answer("GET /services", ScriptedEngine::reply(200, "[]"));
    engine.answer("POST /services/create", ScriptedEngine::reply(201, R"({"ID": "s1"})"));
    engine.answer("GET /services/s1", ScriptedEngine::reply(200, R"({"Version": {"Index": 12}})"));
    engine.answer("POST /services/s1/update", ScriptedEngine::reply(200, "{}"));
    engine.answer("DELETE /services/s1", ScriptedEngine::reply(200, ""));
    engine.answer("GET /nodes/n2", ScriptedEngine::reply(200, R"({"Description": {"Hostname": "worker"}})"));
    engine.answer("GET /tasks/t1/logs", ScriptedEngine::reply(200, ""));
    task("running", R"("ContainerStatus": {"ContainerID": "c1", "ExitCode": 0})");
  }

  /// Its task on the node n2, by members of its status.
  void task(const std::string& state, const std::string& more = R"("Err": "")",
            const std::string& node = "n2") {
    const std::string text =
        R"({"ID": "t1", "NodeID": ")" + node + R"(", "Status": {"State": ")" + state + R"(", )" + more + "}}";
    engine.answer("GET /tasks", ScriptedEngine::reply(200, "[" + text + "]"));
    engine.answer("GET /tasks/t1", ScriptedEngine::reply(200, text));
  }
  void end_task(const std::string& state, int code, const std::string& error = "") {
    task(state, R"("Err": ")" + error + R"(", "ContainerStatus": {"ContainerID": "c1", "ExitCode": )" +
                    std::to_string(code) + "}");
  }
  std::shared_ptr<ServiceLife> begin(LifeLimits limits = {}) {
    ContainerPlan made = plan();
    made.options.swarm = Swarm{};
    made.wants_ready = wants_ready;
    if (!network.empty()) made.network = network;
    auto life = std::make_shared<ServiceLife>(context.get_executor(), std::move(made), listener, limits);
    context.restart();
    life->begin();
    return life;
  }
  [[nodiscard]] std::string failure() {
    until_end();
    const Failure& failed = std::get<Failure>(*listener->end);
    return failed.message + "; " + failed.hint;
  }

  bool wants_ready = false;
  std::string network;  ///< empty: that of every plan
};

TEST_F(ServiceStep, of_an_engine_that_is_no_manager_says_what_to_do) {
  const auto told_of = [&](const std::string& swarm) {
    engine.answer("GET /info", ScriptedEngine::reply(200, R"({"Swarm": )" + swarm + "}"));
    listener->end.reset();
    const auto life = begin();
    return failure();
  };
  EXPECT_THAT(told_of(R"({"LocalNodeState": "inactive"})"), HasSubstr("is in no swarm; docker swarm init"));
  EXPECT_THAT(told_of("{}"), HasSubstr("is in no swarm"));
  EXPECT_THAT(told_of(R"({"LocalNodeState": "active", "NodeID": "n1"})"),
              HasSubstr("only managers take services; name a manager in `host`"));
  EXPECT_THAT(told_of(R"({"LocalNodeState": "locked"})"), HasSubstr("docker swarm unlock"));
  EXPECT_EQ(engine.count("POST /services/create"), 0U);
}

TEST_F(ServiceStep, that_no_node_suits_for_too_long_has_not_started) {
  task("pending", R"-("Err": "no suitable node (1 node is drained)")-", "");
  const auto life = begin({.no_node = std::chrono::milliseconds(0)});
  EXPECT_THAT(
      failure(),
      HasSubstr("the swarm finds no node for it: no suitable node (1 node is drained); docker node ls"));
  EXPECT_FALSE(listener->started);
  EXPECT_EQ(engine.count("DELETE /services/s1"), 1U);
}

TEST_F(ServiceStep, that_no_node_suits_for_a_moment_starts) {
  task("pending", R"-("Err": "no suitable node (host-mode port already in use on 1 node)")-", "");
  const auto life = begin();
  until([&] {
    return !listener->standings.empty() && listener->standings.back().starts_with("waits for a node: no");
  });
  end_task("complete", 0);
  until_end();
  EXPECT_EQ(exit().value, 0);
}

TEST_F(ServiceStep, has_a_network_whose_name_a_swarm_takes) {
  shares_network = true;
  const std::string run = "01234567-89ab-cdef-0123-456789abcdef";
  network = network_name("/home/me/" + std::string(64, 'a'), run);
  end_task("complete", 0);
  const auto life = begin();
  until_end();
  const std::string name = json_text(parse_json(engine.last_body("POST /networks/create")), {"Name"});
  EXPECT_LE(name.size(), 63U) << name;
  EXPECT_TRUE(name.starts_with("dream-aaa")) << name;
  EXPECT_THAT(name, HasSubstr("a-" + run + "-swarm"));
}

TEST_F(ServiceStep, whose_node_goes_down_before_its_task_runs_is_lost) {
  task("preparing");
  const auto life = begin({.between_looks_at_node = std::chrono::milliseconds(0)});
  until([&] { return engine.count("GET /nodes/n2") > 0; });
  engine.answer(
      "GET /nodes/n2",
      ScriptedEngine::reply(200, R"({"Description": {"Hostname": "worker"}, "Status": {"State": "down"}})"));
  until_end();
  EXPECT_THAT(exit().text, HasSubstr("the node worker of the swarm is down"));
}

TEST_F(ServiceStep, whose_node_is_down_is_lost) {
  engine.answer(
      "GET /nodes/n2",
      ScriptedEngine::reply(200, R"({"Description": {"Hostname": "worker"}, "Status": {"State": "down"}})"));
  const auto life = begin();
  until_end();
  EXPECT_EQ(exit().value, 125);
  EXPECT_THAT(exit().text, HasSubstr("the node worker of the swarm is down"));
  EXPECT_EQ(engine.count("DELETE /services/s1"), 1U);
}

TEST_F(ServiceStep, that_is_gone_from_the_swarm_has_failed) {
  const auto life = begin();
  until([&] { return listener->started; });
  engine.answer("GET /tasks/t1", ScriptedEngine::reply(404, R"({"message": "task t1 not found"})"));
  until_end();
  EXPECT_THAT(exit().text, HasSubstr("somebody has removed its service"));
}

TEST_F(ServiceStep, that_somebody_shuts_down_has_ended_though_no_code_is_told) {
  const auto life = begin();
  until([&] { return listener->started; });
  task("shutdown");
  until_end();
  EXPECT_THAT(exit().text, HasSubstr("it is shutdown"));
}

TEST_F(ServiceStep, of_which_a_swarm_without_a_leader_does_not_tell_for_a_moment_goes_on) {
  const auto life = begin();
  until([&] { return listener->started; });
  engine.answer("GET /tasks/t1", ScriptedEngine::reply(500, no_leader));
  const std::size_t asked = engine.count("GET /tasks/t1");
  until([&] { return listener->end || engine.count("GET /tasks/t1") > asked + 2; });
  end_task("complete", 0);
  until_end();
  EXPECT_EQ(exit().value, 0);
}

TEST_F(ServiceStep, of_which_a_swarm_does_not_tell_for_too_long_has_failed) {
  engine.answer("GET /tasks", ScriptedEngine::reply(500, no_leader));
  const auto life = begin({.refusal = std::chrono::milliseconds(0)});
  until_end();
  EXPECT_EQ(exit().value, 125);
  EXPECT_THAT(exit().text, HasSubstr("The swarm does not have a leader"));
}

TEST_F(ServiceStep, has_its_output_once_and_the_rest_of_it_when_its_task_is_over) {
  engine.answer("GET /tasks/t1/logs", ScriptedEngine::reply(200, logged("01", "a\n")));
  const auto life = begin();
  until([&] { return listener->output == "a\n"; });
  engine.answer("GET /tasks/t1/logs", ScriptedEngine::reply(200, logged("01", "a\n") + logged("02", "b\n")));
  end_task("failed", 7, "task: non-zero exit (7)");
  until_end();
  EXPECT_EQ(exit().value, 7);
  EXPECT_EQ(exit().text, "");
  EXPECT_EQ(listener->output, "a\nb\n");
  EXPECT_THAT(listener->warnings, IsEmpty());
}

TEST_F(ServiceStep, whose_output_can_not_be_had_says_so) {
  engine.answer("GET /tasks/t1/logs", ScriptedEngine::reply(500, R"({"message": "no logs"})"));
  end_task("complete", 0);
  const auto life = begin();
  until_end();
  EXPECT_EQ(exit().value, 0);
  EXPECT_THAT(listener->warnings, ElementsAre(HasSubstr("can't send all of the output of ./web:dev")));
}

TEST_F(ServiceStep, whose_log_has_no_end_says_so_too) {
  engine.hold("GET /tasks/t1/logs");
  const std::string piece = logged("01", "a\n");
  // Less than was promised, and the connection stays.
  engine.answer("GET /tasks/t1/logs", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + piece);
  end_task("complete", 0);
  for (const bool has_begun : {false, true}) {
    if (has_begun) engine.release("GET /tasks/t1/logs");
    listener = std::make_shared<Listener>();
    const auto life = begin({.silence = std::chrono::milliseconds(20)});
    until_end();
    EXPECT_EQ(exit().value, 0);
    EXPECT_THAT(listener->warnings, ElementsAre(HasSubstr("can't send all of the output of ./web:dev")));
  }
}

TEST_F(ServiceStep, on_another_node_is_ended_by_the_swarm_and_stays_known_to_it) {
  const auto life = begin();
  until([&] { return listener->started; });
  life->terminate(sdk::Urgency::graceful);
  until([&] { return engine.count("POST /services/s1/update") == 1; });
  const auto body = parse_json(engine.last_body("POST /services/s1/update"));
  EXPECT_EQ(to_text(json_at(body, {"TaskTemplate", "Placement", "Constraints"})), R"(["node.id==none"])");
  EXPECT_EQ(json_number(body, {"Mode", "Replicated", "Replicas"}), 1);
  EXPECT_EQ(engine.count("DELETE /services/s1"), 0U);
  life->terminate(sdk::Urgency::force);
  end_task("shutdown", 137);
  until_end();
  EXPECT_EQ(exit().value, 137);
  EXPECT_EQ(engine.count("POST /services/s1/update"), 1U) << "once is enough";
  EXPECT_EQ(engine.count("POST /containers/c1/kill"), 0U);
}

TEST_F(ServiceStep, on_another_node_that_is_forced_is_given_up_and_its_service_removed) {
  const auto life = begin({.force = std::chrono::milliseconds(20)});
  until([&] { return listener->started; });
  life->terminate(sdk::Urgency::force);
  until_end();
  EXPECT_EQ(exit().kind, sdk::Exit::signal(SIGKILL).kind);
  EXPECT_THAT(exit().text,
              HasSubstr("the node worker still runs it: the swarm kills it after its grace of 5000 ms"));
  EXPECT_EQ(engine.count("DELETE /services/s1"), 1U);
}

TEST_F(ServiceStep, on_this_node_gets_its_signal_from_the_engine_until_its_container_runs) {
  task("starting", R"("ContainerStatus": {"ContainerID": "c1", "ExitCode": 0})", "n1");
  engine.answer("POST /containers/c1/kill", ScriptedEngine::reply(409, R"({"message": "is not running"})"));
  const auto life = begin();
  until([&] { return !listener->standings.empty() && listener->standings.back().starts_with("starting"); });
  life->terminate(sdk::Urgency::graceful);
  until([&] { return engine.count("POST /containers/c1/kill") == 3; });
  engine.answer("POST /containers/c1/kill", ScriptedEngine::reply(204, ""));
  until([&] { return engine.count("POST /containers/c1/kill") > 3; });
  const std::size_t looks = engine.count("GET /tasks/t1");
  until([&] { return engine.count("GET /tasks/t1") > looks + 3; });
  EXPECT_LE(engine.count("POST /containers/c1/kill"), 5U) << "it has got it";
  end_task("failed", 143);
  until_end();
  EXPECT_EQ(engine.count("POST /services/s1/update"), 0U);
}

TEST_F(ServiceStep, that_is_to_end_while_the_swarm_first_tells_of_its_container_gets_its_signal) {
  task("running", R"("ContainerStatus": {"ContainerID": "c1", "ExitCode": 0})", "n1");
  engine.hold("GET /tasks");
  const auto life = begin();
  while (engine.count("GET /tasks") == 0) context.poll();
  life->terminate(sdk::Urgency::graceful);
  engine.release("GET /tasks");
  until([&] { return engine.count("POST /containers/c1/kill") == 1; });
  end_task("failed", 143);
  until_end();
  EXPECT_EQ(exit().value, 143);
}

TEST_F(ServiceStep, that_may_have_been_made_when_the_connection_broke_is_found_by_its_labels) {
  engine.drop("POST /services/create");
  engine.answer(
      "GET /services",
      ScriptedEngine::reply(
          200, R"([{"ID": "s1", "Spec": {"Labels": {"dream.run": "run", "dream.step": "./web:dev"}}},
                                              {"ID": "s2", "Spec": {"Labels": {"dream.run": "run", "dream.step": "./db:dev"}}}])"));
  const auto life = begin();
  EXPECT_THAT(failure(), HasSubstr("the connection to the container engine was lost"));
  EXPECT_EQ(engine.count("DELETE /services/s1"), 1U);
  EXPECT_EQ(engine.count("DELETE /services/s2"), 0U);
}

TEST_F(ServiceStep, that_is_to_be_ready_needs_a_health_check_as_far_as_the_engine_knows_its_image) {
  wants_ready = true;
  {
    const auto life = begin();
    EXPECT_THAT(failure(), HasSubstr("has no HEALTHCHECK"));
  }
  engine.answer("GET /images/box/json", ScriptedEngine::reply(404, "{}"));
  listener->end.reset();
  const auto life = begin();
  until([&] { return listener->ready; });
  EXPECT_TRUE(listener->started);
  life->terminate(sdk::Urgency::force);
  end_task("failed", 137);
  until_end();
}

TEST_F(ServiceStep, that_its_health_check_ends_says_so) {
  end_task("failed", 143, "task: non-zero exit (143): dockerexec: unhealthy container");
  const auto life = begin();
  until_end();
  EXPECT_EQ(exit().value, 143);
  EXPECT_EQ(exit().text, "the swarm ended it: its health check fails");
}

}  // namespace
}  // namespace dream::docker
