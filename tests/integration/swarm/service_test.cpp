#include <gmock/gmock.h>

#include <csignal>
#include <sstream>

#include "swarm_fixture.hpp"

namespace dream::docker::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// What `seq 1 LAST` writes.
std::string lines_to(int last) {
  std::ostringstream lines;
  for (int line = 1; line <= last; ++line) lines << line << '\n';
  return lines.str();
}

using Service = SwarmTest;

/// On the node that dream speaks to, and on the other one.
struct ServiceOn : SwarmTest, ::testing::WithParamInterface<const char*> {
  FakeRun& run(const std::string& line, const std::string& more = "") {
    return run_on(GetParam(), line, more);
  }
};

INSTANTIATE_TEST_SUITE_P(Node, ServiceOn, ::testing::Values("here", "far"));

TEST_P(ServiceOn, both_streams_and_the_exit_code_come_through_and_no_service_is_left) {
  FakeRun& step = run("echo out; echo err >&2; exit 7");
  const FakeExit exit = exit_of(step);
  EXPECT_EQ(exit.kind, DREAM_EXIT_CODE);
  EXPECT_EQ(exit.value, 7);
  EXPECT_EQ(exit.text, "");
  EXPECT_EQ(out(step), "out\n");
  EXPECT_EQ(err(step), "err\n");
  EXPECT_THAT(host.started_runs(), SizeIs(1));
  EXPECT_THAT(services(), IsEmpty());
}

TEST_P(ServiceOn, output_is_whole_to_its_last_line_and_the_line_that_has_no_end) {
  FakeRun& step = run("seq 1 20000; printf %0100000d 7; printf end");
  EXPECT_EQ(exit_of(step).value, 0);
  EXPECT_TRUE(out(step) == lines_to(20000) + std::string(99'999, '0') + "7end") << out(step).size();
}

TEST_P(ServiceOn, a_reader_that_pauses_misses_nothing) {
  FakeRun& step = run("seq 1 5000");
  await_output(step, "1\n");
  host.stop_reading();
  host.run_posted();
  host.go_on_reading();
  EXPECT_EQ(exit_of(step).value, 0);
  EXPECT_THAT(out(step), ::testing::EndsWith("\n4999\n5000\n"));
}

TEST_P(ServiceOn, graceful_is_heard_by_the_program_and_its_last_lines_and_its_own_end_count) {
  FakeRun& step = run("trap 'seq 1 20000; exit 3' TERM; echo ready; sleep 1000 & wait");
  await_output(step, "ready");
  until([&] {
    return detail(step).find("running on the node " + std::string(GetParam())) != std::string::npos;
  });
  plugin.terminate(step, DREAM_GRACEFUL);
  EXPECT_EQ(exit_of(step).value, 3);
  EXPECT_TRUE(out(step) == "ready\n" + lines_to(20000)) << out(step).size();
  EXPECT_THAT(services(), IsEmpty());
}

TEST_P(ServiceOn, the_steps_own_signal_is_sent) {
  FakeRun& step =
      start(on_node(GetParam()),
            {.command_line = "trap 'exit 9' INT; echo ready; sleep 1000 & wait", .stop_signal = SIGINT});
  await_output(step, "ready");
  until([&] { return detail(step).find("running") != std::string::npos; });
  plugin.terminate(step, DREAM_GRACEFUL);
  EXPECT_EQ(exit_of(step).value, 9);
}

constexpr const char* stubborn = "trap 'echo no' TERM; echo ready; while true; do sleep 1000 & wait; done";

TEST_P(ServiceOn, what_ignores_the_signal_is_killed_after_its_grace) {
  FakeRun& step = start(on_node(GetParam()), {.command_line = stubborn, .grace_ms = 3000});
  await_output(step, "ready");
  until([&] { return detail(step).find("running") != std::string::npos; });
  plugin.terminate(step, DREAM_GRACEFUL);
  await_output(step, "no");
  plugin.terminate(step, DREAM_FORCE);
  EXPECT_EQ(exit_of(step).value, 137);
  EXPECT_THAT(services(), IsEmpty());
}

TEST_P(ServiceOn, terminated_at_any_moment_leaves_nothing) {
  for (std::size_t posts = 0; posts <= 6; posts += 2) {
    FakeRun& step = start(on_node(GetParam()), {.command_line = "sleep 1000", .grace_ms = 300});
    for (std::size_t post = 0; post < posts && step.exits.empty(); ++post) {
      ASSERT_TRUE(host.await_post());
      host.run_posted();
    }
    plugin.terminate(step, DREAM_GRACEFUL);
    plugin.terminate(step, DREAM_FORCE);
    exit_of(step);
    EXPECT_THAT(services(), IsEmpty()) << posts;
  }
}

TEST_F(Service, that_is_forced_here_does_not_get_the_rest_of_its_grace) {
  FakeRun& step = start(on_node("here"), {.command_line = stubborn, .grace_ms = 3'600'000});
  await_output(step, "ready");
  until([&] { return detail(step).find("running") != std::string::npos; });
  plugin.terminate(step, DREAM_FORCE);
  const FakeExit exit = exit_of(step);
  EXPECT_EQ(exit.kind, DREAM_EXIT_CODE);
  EXPECT_EQ(exit.value, 137);
}

TEST_F(Service, whose_program_is_missing_has_not_started) {
  const FakeExit missing = failed_start_of(start(on_node("here"), {.command_argv = {"/no/such"}}));
  EXPECT_EQ(missing.value, 127);
  EXPECT_THAT(missing.text, HasSubstr("/no/such doesn't exist in the container"));
  const FakeExit without_init =
      failed_start_of(start(on_node("far") + R"(, "init": false)", {.command_argv = {"/no/such"}}));
  EXPECT_EQ(without_init.value, 127);
  EXPECT_THAT(without_init.text, AllOf(HasSubstr("on the node far"), HasSubstr("/no/such")));
  EXPECT_THAT(host.started_runs(), IsEmpty());
  EXPECT_THAT(services(), IsEmpty());
}

TEST_F(Service, whose_image_no_node_has_has_not_started) {
  const FakeExit exit = failed_start_of(start(R"("image": "nosuch:1", "swarm": true, "network": "bridge")"));
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text, HasSubstr("No such image: nosuch:1"));
  EXPECT_THAT(services(), IsEmpty());
}

TEST_F(Service, that_no_node_suits_says_so_while_it_starts) {
  FakeRun& step = run_on("nowhere", "true");
  until([&] { return detail(step).find("waits for a node: no suitable node") != std::string::npos; });
  EXPECT_EQ(plugin.status(step).phase, DREAM_PHASE_STARTING);
  plugin.terminate(step, DREAM_GRACEFUL);
  EXPECT_EQ(exit_of(step).text, "stopped before its container ran");
  EXPECT_THAT(host.started_runs(), IsEmpty());
  EXPECT_THAT(services(), IsEmpty());
}

TEST_F(Service, that_somebody_removes_has_failed) {
  FakeRun& step =
      start(on_node("far"), {.command_line = "trap '' TERM; echo ready; sleep 1000", .grace_ms = 100});
  await_output(step, "ready");
  EXPECT_TRUE(plugin.reap({.session = host.session, .options = {R"({"host": ")" + address + "\"}"}}));
  const FakeExit exit = exit_of(step);
  EXPECT_NE(exit.value, 0);
}

TEST_F(Service, is_ready_when_its_health_check_has_passed) {
  FakeRun& step = start(
      on_node("far") + R"(, "healthcheck": {"test": "test -e /tmp/up", "interval": 100, "retries": 1000})",
      {.command_line = "echo runs; until test -e /tmp/go; do sleep 0.1; touch /tmp/go; done; "
                       "touch /tmp/up; sleep 1000",
       .flags = DREAM_TASK_TELL_READY});
  until([&] { return !host.ready_runs().empty(); });
  EXPECT_THAT(host.started_runs(), SizeIs(1));
  plugin.terminate(step, DREAM_FORCE);
  exit_of(step);
}

TEST_F(Service, has_the_project_where_the_nodes_share_it) {
  project.write("input", "hello");
  FakeRun& step = run_on("far", "pwd; cat input; id -u", R"(, "mount": "project")");
  EXPECT_EQ(exit_of(step).value, 0) << err(step);
  EXPECT_EQ(out(step), project.path().string() + "\nhello" + std::to_string(::geteuid()) + "\n");
  FakeRun& without = run_on("far", "pwd");
  exit_of(without);
  EXPECT_EQ(out(without), "/\n");
}

TEST_F(Service, gets_its_words_its_environment_and_what_it_may_do) {
  project.write("conf/a", "setting");
  FakeRun& step =
      start(on_node("far") + R"(, "user": "12:34", "workdir": "/tmp", "hostname": "box1", "readOnly": true,
        "tmpfs": ["/run:size=1m,mode=1777"], "ulimits": {"nofile": {"soft": 33, "hard": 44}}, "sysctls": {"net.core.somaxconn": 77},
        "extraHosts": ["far.example:10.1.2.3"], "groupAdd": [4711], "capDrop": ["ALL"], "volumes": ["./conf:/etc/conf:ro", "/data"],
        "env": ["HANDED_ON"], "memory": "64m", "cpus": 0.5, "pidsLimit": 61, "dns": ["192.0.2.7"])",
            {.command_line = "pwd; id -u; id -G; cat /etc/hostname /etc/hosts /etc/conf/a "
                             "/proc/sys/net/core/somaxconn; ulimit -n; "
                             "touch /x || echo read-only; touch /run/x && echo writable; touch /etc/conf/b "
                             "|| echo fixed; test -d /data && "
                             "echo data; cat /proc/self/status /proc/mounts /etc/resolv.conf; "
                             "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max; env; printf '<%s>'",
             .arguments = {"a b", "$HOME"},
             .environment = {"SECRET=1", "HANDED_ON=2", "MINE={{.Node.Hostname}} {{ x"},
             .own_environment = {"MINE={{.Node.Hostname}} {{ x"}});
  EXPECT_EQ(exit_of(step).value, 0) << err(step);
  for (const char* part :
       {"/tmp\n12\n", " 4711\n", "box1\n", "10.1.2.3\tfar.example\n", "setting77\n33\n", "read-only\n",
        "writable\n", "fixed\n", "data\n", "CapBnd:\t0000000000000000\n", "size=1024k", "192.0.2.7", "\n61\n",
        "HANDED_ON=2\n", "MINE={{.Node.Hostname}} {{ x\n", "<a b><$HOME>"})
    EXPECT_THAT(out(step), HasSubstr(part));
  EXPECT_THAT(out(step), Not(HasSubstr("SECRET")));
}

TEST_F(Service, of_another_session_is_never_touched) {
  FakeRun& step = run_on("here", "echo ready; sleep 1000");
  await_output(step, "ready");
  EXPECT_TRUE(plugin.reap({.session = "another", .options = {R"({"host": ")" + address + "\"}"}}));
  EXPECT_THAT(services(), SizeIs(1));
  EXPECT_TRUE(plugin.reap({.session = host.session, .options = {R"({"host": ")" + address + "\"}"}}));
  EXPECT_THAT(services(), IsEmpty());
  EXPECT_THAT(containers(), IsEmpty());
  EXPECT_NE(exit_of(step).value, 0);
}

TEST_F(Service, is_one_of_many) {
  std::vector<FakeRun*> runs;
  for (int number = 0; number < 8; ++number) {
    runs.push_back(
        &start(R"("image": "box", "network": "bridge", "swarm": true)",
               {.name = "task" + std::to_string(number),
                .command_line = "echo " + std::to_string(number) + "; exit " + std::to_string(number)}));
  }
  for (int number = 0; number < 8; ++number) {
    const FakeRun& step = *runs[static_cast<std::size_t>(number)];
    EXPECT_EQ(exit_of(step).value, number) << step.exits.front().text;
    EXPECT_EQ(out(step), std::to_string(number) + "\n");
  }
  EXPECT_THAT(services(), IsEmpty());
}

}  // namespace
}  // namespace dream::docker::testing
