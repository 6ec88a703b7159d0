#include <gmock/gmock.h>

#include "engine_fixture.hpp"

namespace dream::docker::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Serves a page at every name that it has, until it is told to end.
std::string serve(const std::string& page = "hello") {
  return "mkdir -p /tmp/www; echo " + page +
         " > /tmp/www/index.html; trap 'exit 0' TERM; httpd -f -p 8080 -h /tmp/www & echo serves; wait";
}

/// Waits for its server, too: only the name has to be there at once.
std::string fetch(const std::string& name) {
  return "until wget -q -O - http://" + name + ":8080/; do echo again >&2; done";
}

/// Two projects of one run: ./web, as every test here has it, and ./services/db.
struct Network : EngineTest {
  Network() { database.create({.path = "./services/db", .directory = project.path().string()}); }

  FakeRun& start_database(const std::string& line, const std::string& more = "") {
    FakeRun* run = database.start({.name = "start",
                                   .command_line = line,
                                   .directory = project.path().string(),
                                   .options = R"({"image": "box", "host": ")" + address + "\"" + more + "}"});
    if (run == nullptr) throw std::runtime_error(database.error().message);
    return *run;
  }
  FakeRun& start_web(const std::string& line, const std::string& more = "") {
    return start(R"("image": "box")" + more, {.command_line = line});
  }
  void end(FakeRun& server) {
    database.terminate(server, DREAM_FORCE);
    exit_of(server);
  }
  [[nodiscard]] std::vector<std::string> networks() const {
    return networks_with(address, "dream.run=" + host.session);
  }

  PluginDriver database{host, dream_plugin_v1};
};

/// A run of its own beside the test's.
struct OtherRun : EngineTest {
  void TestBody() override {}
};

TEST_F(Network, a_container_reaches_another_by_the_name_of_its_folder_and_its_aliases) {
  FakeRun& server = start_database(serve(), R"(, "aliases": ["postgres", "db.local"])");
  await_output(server, "serves");
  EXPECT_THAT(networks(), SizeIs(1));
  for (const char* name : {"db", "postgres", "db.local"}) {
    FakeRun& client = start_web(fetch(name));
    EXPECT_EQ(exit_of(client).value, 0);
    EXPECT_EQ(out(client), "hello\n") << name;
  }
  EXPECT_THAT(networks(), SizeIs(1));
  end(server);
  EXPECT_THAT(networks(), IsEmpty());
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Network, containers_that_start_at_once_are_in_one_network) {
  FakeRun& client = start_web(fetch("db"));
  FakeRun& server = start_database(serve());
  EXPECT_EQ(exit_of(client).value, 0) << err(client);
  end(server);
  EXPECT_THAT(networks(), IsEmpty());
}

TEST_F(Network, of_another_run_is_another_one) {
  FakeRun& server = start_database(serve());
  await_output(server, "serves");
  OtherRun other;
  FakeRun& its =
      other.start(R"("image": "box", "aliases": ["db"])", {.name = "serve", .command_line = serve("other")});
  other.await_output(its, "serves");
  FakeRun& client = start_web(fetch("db"));
  exit_of(client);
  EXPECT_EQ(out(client), "hello\n");
  FakeRun& its_client = other.start(R"("image": "box")", {.command_line = fetch("db")});
  other.exit_of(its_client);
  EXPECT_EQ(other.out(its_client), "other\n");
  other.plugin.terminate(its, DREAM_FORCE);
  other.exit_of(its);
  EXPECT_THAT(networks_with(address, "dream.run=" + other.host.session), IsEmpty());
  EXPECT_THAT(networks(), SizeIs(1));
  end(server);
}

TEST_F(Network, with_a_container_of_somebody_else_stays_and_is_told) {
  FakeRun& server = start_database(serve());
  await_output(server, "serves");
  const std::string name = "dream-workspace-" + host.session;
  OtherRun guest;
  FakeRun& stranger = guest.start(R"("image": "box", "network": ")" + name + "\"",
                                  {.command_line = "echo is there; exec sleep 1000"});
  guest.await_output(stranger, "is there");
  end(server);
  ASSERT_EQ(host.left_behind().count(server.id), 1U);
  EXPECT_THAT(host.left_behind().find(server.id)->second, HasSubstr("the network " + name));
  guest.plugin.terminate(stranger, DREAM_FORCE);
  guest.exit_of(stranger);
  EXPECT_TRUE(plugin.reap({.session = host.session, .options = {R"({"host": ")" + address + "\"}"}}));
  EXPECT_THAT(networks(), IsEmpty());
}

TEST_F(Network, what_a_container_may_do_and_see_is_obeyed) {
  FakeRun& run = start_web(
      "cat /proc/sys/net/core/somaxconn; ulimit -n; cat /etc/hostname; touch /x || echo read-only; touch "
      "/run/x && "
      "echo writable; cat /etc/hosts; id -G; test -c /dev/full2 && echo device; cat /proc/self/status "
      "/proc/mounts /etc/resolv.conf; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max; true",
      R"(, "sysctls": {"net.core.somaxconn": 77}, "ulimits": {"nofile": {"soft": 33, "hard": 44}}, "hostname": "box1",
          "readOnly": true, "tmpfs": "/run:mode=777", "extraHosts": ["far.example:10.1.2.3"], "groupAdd": [4711],
          "devices": ["/dev/full:/dev/full2:r"], "capDrop": ["ALL"], "securityOpt": ["no-new-privileges"], "shmSize": "1m",
          "pidsLimit": 61, "cpuset": "0", "dnsSearch": ["example.org"], "dnsOptions": ["timeout:3"])");
  EXPECT_EQ(exit_of(run).value, 0) << err(run);
  for (const char* line : {"77\n", "\n33\n", "box1\n", "read-only\n", "writable\n", "10.1.2.3\tfar.example\n",
                           " 4711\n", "device\n", "CapBnd:\t0000000000000000\n", "NoNewPrivs:\t1\n",
                           "size=1024k", "\n61\n", "Cpus_allowed:\t1\n", "search example.org\n", "timeout:3"})
    EXPECT_THAT(out(run), HasSubstr(line));
}

}  // namespace
}  // namespace dream::docker::testing
