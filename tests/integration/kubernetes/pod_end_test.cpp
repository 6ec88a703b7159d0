// However a run ends, and whatever happens meanwhile: what is left of it in a real cluster.
#include <gmock/gmock.h>

#include <csignal>
#include <string>

#include "cluster_fixture.hpp"
#include "e2e/process_list.hpp"
#include "integration/survival/life_line.hpp"

namespace dream::kubernetes::testing {
namespace {

using e2e::DreamRun;
using e2e::Finished;
using far::task;
using survival::LifeLine;
using ::testing::HasSubstr;

constexpr const char* stubborn =
    "exec 9> /root/life; trap '' HUP INT TERM; sleep 1000 & setsid sleep 1000 & echo runs; "
    "while :; do sleep 1000 & wait; done";

std::string tasks() {
  const std::string grace = R"(, "stop": {"graceMs": 1000})";
  return task("go", stubborn, grace) + ", " +
         task("polite", "exec 9> /root/life; trap 'echo heard; exit 3' TERM; echo runs; sleep 1000 & wait") +
         ", " + task("late", stubborn, R"(, "timeout": 1000, "stop": {"graceMs": 1000})") + ", " +
         task("leaves", "exec 9> /root/life; sleep 1000 & setsid sleep 1000 & echo runs; exit 4") + ", " +
         task("plain", "exec 9> /root/life; echo runs; exec sleep 1000") + ", " +
         R"("none": {"command": "true", "options": {"podTemplate": {}}})";
}

/// Every process of the Pod holds the life line.
struct PodEnd : ::testing::Test {
  PodWorkspace workspace{tasks(), with_folder("${ROOT}")};
  LifeLine line{workspace.root()};
  Cluster cluster;
};

TEST_F(PodEnd, a_normal_one_ends_what_it_leaves_running) {
  EXPECT_EQ(run(workspace, workspace.launch({"leaves"})).code, 4);
  line.await_end();
  cluster.expect_nothing();
}

TEST_F(PodEnd, a_signal_is_heard_and_its_own_code_and_last_words_come) {
  DreamRun dream(workspace, workspace.launch({"polite", "-o", "events"}));
  dream.await_out("runs");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.out(), HasSubstr("heard"));
  EXPECT_THAT(dream.out(), HasSubstr(R"("code":3)"));
  line.await_end();
  cluster.expect_nothing();
}

TEST_F(PodEnd, a_program_without_a_handler_hears_it_too) {
  DreamRun dream(workspace, workspace.launch({"plain", "-o", "events"}));
  dream.await_out("runs");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.out(), HasSubstr(R"("code":143)"));
  line.await_end();
}

TEST_F(PodEnd, ctrl_c_ends_what_ignores_it_after_the_grace) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  line.await_end();
  cluster.expect_nothing();
}

TEST_F(PodEnd, a_timeout_ends_it) {
  DreamRun dream(workspace, workspace.launch({"late"}));
  EXPECT_EQ(dream.exit_code(), 124);
  line.await_end();
  cluster.expect_nothing();
}

TEST_F(PodEnd, ctrl_c_while_it_waits_takes_it_back) {
  const PodWorkspace waiting(task("go", "true", R"(, "env": {"A": "b"})"),
                             R"("nodeSelector": {"disk": "none"})");
  DreamRun dream(waiting, waiting.launch({"go", "--debug"}));
  dream.await_err("waits for a node: 0/2 nodes are available");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  cluster.expect_nothing();
}

TEST_F(PodEnd, killing_dream_ends_it) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  ::kill(e2e::host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  cluster.expect_nothing();
  line.await_end();
}

TEST_F(PodEnd, killing_dream_while_it_waits_takes_it_back) {
  const PodWorkspace waiting(task("go", "true", R"(, "env": {"A": "b"})"),
                             R"("service": "db", "nodeSelector": {"disk": "none"})");
  DreamRun dream(waiting, waiting.launch({"go"}));
  while (cluster.names("pods").empty()) {
  }
  ::kill(e2e::host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  cluster.expect_nothing();
}

TEST_F(PodEnd, killing_the_guardian_ends_it) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  dream.send(SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  cluster.await_nothing();
  line.await_end();
}

TEST_F(PodEnd, killing_dream_and_its_guardian_at_once_leaves_it_to_the_next_start) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  const pid_t host = e2e::host_of(dream.pid());
  dream.send(SIGSTOP);
  ::kill(host, SIGKILL);
  dream.send(SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_EQ(cluster.names("pods").size(), 1U);
  EXPECT_EQ(run(workspace, workspace.launch({"none"})).code, 0);
  cluster.expect_nothing();
  line.await_end();
}

TEST_F(PodEnd, that_somebody_brings_about_is_told) {
  for (const auto& [name, grace] : {std::pair{"polite", 5}, {"go", 0}}) {
    DreamRun dream(workspace, workspace.launch({name}));
    dream.await_out("runs");
    cluster.remove("pods", cluster.names("pods").at(0), grace);
    EXPECT_EQ(dream.exit_code(), grace == 0 ? 125 : 3);
    EXPECT_THAT(dream.err(), HasSubstr("somebody has deleted its Pod"));
  }
  line.await_end();
  cluster.expect_nothing();
}

TEST_F(PodEnd, an_api_server_that_restarts_meanwhile_loses_nothing) {
  const PodWorkspace counting(task("go",
                                   "n=0; while [ $n -lt 3000 ]; do n=$((n+1)); echo line $n; [ -e /root/fast "
                                   "] || sleep 0.01; done; exit 5"),
                              with_folder("${ROOT}"));
  DreamRun dream(counting, counting.launch({"go", "-o", "raw"}));
  dream.await_out("line 100\n");
  Cluster::script("server stop");
  counting.write("fast", "");
  dream.await_err("goes on, and dream tries again");
  Cluster::script("server start");
  EXPECT_EQ(dream.exit_code(), 5);
  std::string all;
  for (int number = 1; number <= 3000; ++number) all += "line " + std::to_string(number) + "\n";
  EXPECT_TRUE(dream.out() == all) << dream.out().size() << " of " << all.size();
  cluster.expect_nothing();
}

TEST_F(PodEnd, ctrl_c_without_an_api_server_leaves_it_to_the_next_start) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  Cluster::script("server stop");
  dream.send(SIGINT);
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 130);
  EXPECT_THAT(dream.err(), HasSubstr("its Pod dream-a-go-"));
  Cluster::script("server start");
  EXPECT_EQ(run(workspace, workspace.launch({"none"})).code, 0);
  cluster.expect_nothing();
  line.await_end();
}

TEST_F(PodEnd, a_node_that_is_lost_is_told) {
  const PodWorkspace far_away(task("go", "echo runs; sleep 1000"), on_node("node2"));
  DreamRun dream(far_away, far_away.launch({"go"}));
  dream.await_out("runs");
  Cluster::script("node lose");
  try {
    EXPECT_EQ(dream.exit_code(), 125);
  } catch (...) {
    Cluster::script("node find");
    throw;
  }
  EXPECT_THAT(dream.err(), HasSubstr("the node node2 is lost"));
  Cluster::script("node find");
  cluster.await_nothing();
}

TEST_F(PodEnd, a_node_that_comes_back_soon_has_lost_nothing) {
  const PodWorkspace waiting(task("go", "echo runs; read x < /root/gate; exit 6"),
                             on_node("node2") + ", " + with_folder("${ROOT}"));
  const e2e::Gate gate(waiting, "gate");
  DreamRun dream(waiting, waiting.launch({"go", "--debug"}));
  dream.await_out("runs");
  Cluster::script("node lose");
  dream.await_err("node2 doesn't answer: Kubelet stopped");
  Cluster::script("node find");
  gate.open();
  EXPECT_EQ(dream.exit_code(), 6);
  cluster.expect_nothing();
}

TEST_F(PodEnd, a_hundred_that_are_cancelled_in_the_middle_leave_nothing) {
  std::string tasks_of_it;
  std::string entries;
  for (int number = 0; number < 100; ++number) {
    const std::string name = "t" + std::to_string(number);
    tasks_of_it +=
        task(name, "echo is here; sleep 1000", R"(, "env": {"A": "b"}, "stop": {"graceMs": 1000})") + ", ";
    entries += (number == 0 ? "\"./a:" : ", \"./a:") + name + "\"";
  }
  const PodWorkspace many(tasks_of_it + task("last", "true"), "", R"("./a": {"last": [[)" + entries + "]]}");
  e2e::Launch launch = many.launch({"last", "-j", "100", "-o", "prefix"});
  launch.hangs_after_ms = 180'000;
  DreamRun dream(many, launch);
  dream.await_out("is here");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  cluster.await_nothing();
}

}  // namespace
}  // namespace dream::kubernetes::testing
