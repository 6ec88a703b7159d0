#include <gmock/gmock.h>

#include "swarm_fixture.hpp"

namespace dream::docker::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* serve =
    "mkdir -p /tmp/www; echo hello > /tmp/www/index.html; trap 'exit 0' TERM; httpd -f -p 8080 -h /tmp/www & "
    "echo serves; wait";

/// Two projects of one run: ./web, as every test here has it, and ./services/db.
struct ServiceNetwork : SwarmTest {
  ServiceNetwork() { database.create({.path = "./services/db", .directory = project.path().string()}); }

  FakeRun& start_database(const std::string& more) {
    FakeRun* run =
        database.start({.name = "start",
                        .command_line = serve,
                        .directory = project.path().string(),
                        .options = R"({"host": ")" + address + "\", " + on_node("here", "") + more + "}"});
    if (run == nullptr) throw std::runtime_error(database.error().message);
    return *run;
  }
  [[nodiscard]] std::vector<std::string> networks() const {
    return networks_with(address, "dream.run=" + host.session);
  }

  PluginDriver database{host, dream_plugin_v1};
};

TEST_F(ServiceNetwork, is_one_on_which_each_reaches_the_others_by_name_from_every_node_and_has_ports) {
  FakeRun& server = start_database(R"(, "aliases": ["db.local"], "ports": ["18080:8080"])");
  await_output(server, "serves");
  EXPECT_THAT(networks(), SizeIs(1));
  FakeRun& client =
      start(on_node("far", ""), {.command_line = "for name in db db.local; do until wget -q -O - "
                                                 "http://$name:8080/; do echo again >&2; done; done"});
  EXPECT_EQ(exit_of(client).value, 0);
  EXPECT_EQ(out(client), "hello\nhello\n");
  FakeRun& outside =
      start(on_node("far", "host"), {.command_line = "until wget -q -O - http://10.213.7.1:18080/; do "
                                                     "echo again >&2; done"});
  EXPECT_EQ(exit_of(outside).value, 0);
  EXPECT_EQ(out(outside), "hello\n") << "a port is published on its node";
  database.terminate(server, DREAM_FORCE);
  exit_of(server);
  EXPECT_THAT(services(), IsEmpty());
  // Gone from the swarm, it is listed until the last container is off it.
  while (!networks().empty()) {
  }
}

TEST_F(ServiceNetwork, can_be_had_again_right_after_the_last_service_has_left_it) {
  for (int time = 0; time < 2; ++time) {
    FakeRun& step = start(on_node("here", ""), {.command_line = "echo runs"});
    EXPECT_EQ(exit_of(step).value, 0);
    EXPECT_EQ(out(step), "runs\n");
  }
}

TEST_F(ServiceNetwork, that_is_no_swarms_is_told) {
  const FakeExit exit = failed_start_of(start(on_node("here", "nowhere"), {.command_line = "true"}));
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text, HasSubstr("network nowhere not found"));
}

}  // namespace
}  // namespace dream::docker::testing
