#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "scripted_run.hpp"
#include "transport.hpp"

namespace dream::docker {
namespace {

using dream::testing::FakeRun;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

const std::string network = "dream-workspace-11111111-2222-4333-8444-555555555555";
const std::string removal = "DELETE /networks/" + network;

/// Two projects of one run: ./web and ./db, each with a thread of its own to the engine.
struct NetworkOfRun : ScriptedRun {
  NetworkOfRun() { database.create({.path = "./services/db"}); }

  FakeRun& start_database(const std::string& more = "") {
    return *database.start(
        {.name = "start", .options = R"({"image": "box", "host": ")" + engine.address() + "\"" + more + "}"});
  }
  std::string detail(dream::testing::PluginDriver& driver, const FakeRun& run) {
    return dream::testing::text(driver.status(run).detail);
  }
  [[nodiscard]] std::string part(const std::string& route,
                                 std::initializer_list<std::string_view> names) const {
    const auto body = parse_json(engine.last_body(route));
    return to_text(json_at(body, names));
  }
  /// Those requests that change something.
  [[nodiscard]] std::vector<std::string> changes() const {
    std::vector<std::string> all = engine.routes();
    std::erase_if(all, [](const std::string& route) { return route.starts_with("GET "); });
    return all;
  }

  dream::testing::PluginDriver database{host, dream_plugin_v1};
};

TEST_F(NetworkOfRun, is_made_before_the_first_container_and_removed_after_the_last) {
  exit_of(start());
  EXPECT_THAT(changes(), ElementsAre("POST /networks/create", "POST /containers/create",
                                     "POST /containers/c1/attach", "POST /containers/c1/start",
                                     "POST /containers/c1/wait", "DELETE /containers/c1", removal));
  EXPECT_EQ(part("POST /networks/create", {"Name"}), "\"" + network + "\"");
  EXPECT_EQ(part("POST /networks/create", {"Driver"}), "\"bridge\"");
  EXPECT_EQ(part("POST /networks/create", {"CheckDuplicate"}), "true");
  EXPECT_EQ(part("POST /networks/create", {"Labels", "dream.run"}),
            "\"11111111-2222-4333-8444-555555555555\"");
  EXPECT_EQ(part("POST /networks/create", {"Labels", "dream.process"}),
            part("POST /containers/create", {"Labels", "dream.process"}));
  EXPECT_EQ(part("POST /containers/create", {"HostConfig", "NetworkMode"}), "\"" + network + "\"");
  EXPECT_EQ(part("POST /containers/create", {"NetworkingConfig", "EndpointsConfig", network}),
            R"({"Aliases":["web"]})");
}

TEST_F(NetworkOfRun, is_not_made_for_a_step_that_names_another) {
  for (const char* other : {"host", "none", "bridge", "mine"}) {
    exit_of(start(R"(, "network": ")" + std::string(other) + "\""));
    EXPECT_EQ(part("POST /containers/create", {"HostConfig", "NetworkMode"}),
              "\"" + std::string(other) + "\"");
    EXPECT_EQ(part("POST /containers/create", {"NetworkingConfig"}), "null");
  }
  EXPECT_EQ(engine.count("POST /networks/create"), 0U);
  EXPECT_EQ(engine.count("DELETE /networks/mine"), 0U);
}

TEST_F(NetworkOfRun, is_made_once_for_steps_that_start_at_the_same_time) {
  engine.hold("POST /networks/create");
  engine.hold("POST /containers/c1/wait");
  FakeRun& web = start();
  engine.await("POST /networks/create");
  FakeRun& db = start_database();
  until([&] { return detail(database, db) == "creating its container"; });
  EXPECT_EQ(engine.count("POST /containers/create"), 0U) << "it waits for the network";
  engine.release("POST /networks/create");
  until([&] { return host.started_runs().size() == 2; });
  engine.release("POST /containers/c1/wait");
  exit_of(web);
  exit_of(db);
  EXPECT_EQ(engine.count("POST /networks/create"), 1U);
  EXPECT_EQ(engine.count(removal), 1U);
}

TEST_F(NetworkOfRun, stays_while_a_container_of_another_project_lives) {
  FakeRun& web = start_and_hold();
  engine.answer("POST /containers/create", ScriptedEngine::reply(500, "{}"));
  FakeRun& db = start_database();
  until([&] { return database.start_failed(db); });
  EXPECT_EQ(engine.count(removal), 0U);
  engine.release("POST /containers/c1/wait");
  exit_of(web);
  EXPECT_EQ(engine.count("POST /networks/create"), 1U);
  EXPECT_EQ(changes().back(), removal);
}

TEST_F(NetworkOfRun, that_can_not_be_made_is_a_failed_start_of_each_and_nothing_is_left) {
  engine.hold("POST /networks/create");
  engine.answer("POST /networks/create",
                ScriptedEngine::reply(
                    500, R"({"message": "could not find an available, non-overlapping IPv4 address pool"})"));
  FakeRun& web = start();
  engine.await("POST /networks/create");
  FakeRun& db = start_database();
  until([&] { return detail(database, db) == "creating its container"; });
  engine.release("POST /networks/create");
  until([&] { return plugin.start_failed(web) && database.start_failed(db); });
  const std::string failure = failure_of(web);
  EXPECT_THAT(failure, HasSubstr("the container engine can't make the network of the run: could not find"));
  EXPECT_THAT(failure,
              HasSubstr("docker network prune removes the networks that nobody uses; or set `network`"));
  EXPECT_EQ(engine.count("POST /containers/create"), 0U);
  EXPECT_EQ(engine.count("POST /networks/create"), 2U);
  EXPECT_EQ(changes().back(), removal) << "an engine may have made it nevertheless";
}

TEST_F(NetworkOfRun, may_have_been_made_by_an_engine_that_went_meanwhile) {
  engine.drop("POST /networks/create");
  EXPECT_THAT(failure_of(start()), HasSubstr("the connection to the container engine was lost"));
  EXPECT_EQ(engine.count(removal), 1U);
}

TEST_F(NetworkOfRun, that_is_there_already_will_do) {
  engine.answer("POST /networks/create", ScriptedEngine::reply(409, R"({"message": "already exists"})"));
  EXPECT_EQ(exit_of(start()).value, 0);
}

TEST_F(NetworkOfRun, that_can_not_be_removed_is_told_and_the_next_step_finds_it) {
  engine.answer(removal, ScriptedEngine::reply(403, R"({"message": "has active endpoints"})"));
  FakeRun& run = start();
  exit_of(run);
  ASSERT_EQ(host.left_behind().count(run.id), 1U) << "so that it is reaped";
  EXPECT_THAT(host.left_behind().find(run.id)->second,
              HasSubstr("the network " + network + " may still be there"));
  EXPECT_EQ(engine.count("DELETE /containers/c1"), 1U);
  engine.answer(removal, "HTTP/1.1 204 No Content\r\n\r\n");
  FakeRun& next = start();
  exit_of(next);
  EXPECT_EQ(engine.count("POST /networks/create"), 2U);
  EXPECT_EQ(host.left_behind().count(next.id), 0U);
  EXPECT_EQ(changes().back(), removal);
}

TEST_F(NetworkOfRun, is_another_one_for_each_run) {
  engine.hold("POST /containers/c1/wait");
  FakeRun& web = start();
  until([&] { return host.started_runs().size() == 1; });
  host.session = "99999999-2222-4333-8444-555555555555";
  FakeRun& other = start_database();
  until([&] { return host.started_runs().size() == 2; });
  engine.release("POST /containers/c1/wait");
  exit_of(web);
  exit_of(other);
  EXPECT_THAT(engine.routes(), IsSupersetOf({removal, "DELETE /networks/dream-workspace-" + host.session}));
}

TEST_F(NetworkOfRun, of_a_dead_dream_is_removed_after_its_containers) {
  exit_of(start());
  const std::string mine = part("POST /containers/create", {"Labels", "dream.process"});
  const std::string dead = mine.substr(0, mine.size() - 1) + "9\"";
  engine.answer("GET /containers/json",
                ScriptedEngine::reply(200, R"([{"Id": "dead", "Labels": {"dream.process": )" + dead + "}}]"));
  engine.answer("GET /networks", ScriptedEngine::reply(200, R"([
    {"Id": "living", "Labels": {"dream.process": )" + mine + R"(}},
    {"Id": "orphan", "Labels": {"dream.process": )" + dead + R"(}},
    {"Id": "far", "Labels": {"dream.process": "elsewhere/1/1/1"}},
    {"Id": "foreign", "Labels": {}}])"));
  engine.answer("DELETE /containers/dead", "HTTP/1.1 204 No Content\r\n\r\n");
  exit_of(start());
  std::vector<std::string> removals = changes();
  std::erase_if(removals, [](const std::string& route) { return !route.starts_with("DELETE "); });
  EXPECT_THAT(removals, ElementsAre("DELETE /containers/c1", removal, "DELETE /containers/dead",
                                    "DELETE /networks/orphan", "DELETE /containers/c1", removal));
}

struct Reaping : NetworkOfRun {
  [[nodiscard]] dream::testing::FakeDeadRun dead() const {
    return {.options = {R"({"host": ")" + engine.address() + "\"}"}};
  }
};

TEST_F(Reaping, removes_the_network_after_the_containers) {
  engine.answer("GET /containers/json", ScriptedEngine::reply(200, R"([{"Id": "c1", "Labels": {}}])"));
  engine.answer("GET /networks", ScriptedEngine::reply(200, R"([{"Id": "n1", "Labels": {}}])"));
  engine.hold("DELETE /networks/n1");
  std::thread reaper([&] { EXPECT_TRUE(plugin.reap(dead())); });
  engine.await("DELETE /networks/n1");
  engine.answer("GET /containers/json", ScriptedEngine::reply(200, "[]"));
  engine.answer("GET /networks", ScriptedEngine::reply(200, "[]"));
  engine.release("DELETE /networks/n1");
  reaper.join();
  EXPECT_THAT(changes(), ElementsAre("DELETE /containers/c1", "DELETE /networks/n1"));
  EXPECT_THAT(engine.await("GET /networks"), HasSubstr("dream.run%3D11111111-2222-4333-8444-555555555555"));
}

TEST_F(Reaping, fails_where_the_network_stays_so_that_it_is_tried_again) {
  engine.answer("GET /networks", ScriptedEngine::reply(200, R"([{"Id": "n1", "Labels": {}}])"));
  engine.answer("DELETE /networks/n1", ScriptedEngine::reply(403, R"({"message": "has active endpoints"})"));
  EXPECT_FALSE(plugin.reap(dead()));
  EXPECT_THAT(plugin.error().message, HasSubstr("can't remove the network of the run: has active endpoints"));
}

}  // namespace
}  // namespace dream::docker
