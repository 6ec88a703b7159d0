#include "pod_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "pod_life.hpp"
#include "support/force_limit.hpp"

namespace dream::kubernetes {
namespace {

using ::testing::HasSubstr;

TEST(PodLife, tells_of_a_forced_end_before_the_host_gives_it_up) {
  const PodLimits limits;
  EXPECT_LT(limits.force + limits.removal, force_limit_in(DREAM_ABI_HEADER));
}

/// A Pod whose step's container has this state; `more` are further members of its status.
std::string pod(const std::string& state, const std::string& phase = "Pending", const std::string& more = "",
                const std::string& node = "node1") {
  return R"({"metadata": {"resourceVersion": "7"}, "spec": {"nodeName": ")" + node +
         R"("}, "status": {"phase": ")" + phase + "\"" + more +
         R"(, "containerStatuses": [{"name": "other", "state": {"running": {}}},
         {"name": "step", "state": )" +
         state + "}]}}";
}

std::string waiting(const std::string& reason, const std::string& message = "why") {
  return R"({"waiting": {"reason": ")" + reason + R"(", "message": ")" + message + "\"}}";
}

std::string ended(int code, const std::string& reason = "Error", const std::string& message = "") {
  return R"({"terminated": {"exitCode": )" + std::to_string(code) + R"(, "reason": ")" + reason +
         R"(", "message": ")" + message + "\"}}";
}

sdk::Exit exit_of(const std::string& json) {
  const life::LifeEnd end = end_of(read_pod(std::string_view(json)));
  const auto* exit = std::get_if<sdk::Exit>(&end);
  return exit == nullptr ? sdk::Exit::lost("a failure") : *exit;
}

Failure failure_of(const std::string& json) {
  const life::LifeEnd end = end_of(read_pod(std::string_view(json)));
  const auto* failure = std::get_if<Failure>(&end);
  return failure == nullptr ? Failure{.message = "an exit"} : *failure;
}

std::string doing_of(const std::string& json) {
  return doing(read_pod(std::string_view(json)));
}

TEST(PodState, is_told_with_what_it_waits_for) {
  EXPECT_EQ(
      doing_of(R"({"status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
                         "message": "0/2 nodes are available"}]}})"),
      "waits for a node: 0/2 nodes are available");
  EXPECT_EQ(doing_of(R"({"status": {"phase": "Pending"}})"), "waits for a node");
  EXPECT_EQ(doing_of(pod(waiting("ContainerCreating", ""))), "starts on node1: ContainerCreating");
  EXPECT_EQ(doing_of(pod(waiting("ErrImagePull"))), "starts on node1: ErrImagePull: why");
  EXPECT_EQ(doing_of(pod(R"({"running": {}})", "Running")), "running on node1");
  EXPECT_EQ(doing_of(pod(R"({"running": {}})", "Running",
                         R"(, "conditions": [{"type": "Ready", "status": "True"}])")),
            "ready on node1");
  EXPECT_EQ(doing_of(pod(ended(0, "Completed"), "Succeeded")), "ended on node1: Completed");
  EXPECT_EQ(doing_of(pod(waiting("PodInitializing"), "Pending",
                         R"(, "initContainerStatuses": [{"name": "i", "state": {"running": {}}}])")),
            "its init containers run on node1");
}

TEST(PodState, tells_what_will_never_run) {
  for (const char* reason : {"ErrImageNeverPull", "ImagePullBackOff", "InvalidImageName"}) {
    const auto failure = never_runs(read_pod(std::string_view(pod(waiting(reason)))));
    ASSERT_TRUE(failure) << reason;
    EXPECT_THAT(failure->message, HasSubstr("node1 has no such image: " + std::string(reason) + ": why"));
  }
  const auto misses = [](const std::string& message) {
    return never_runs(read_pod(std::string_view(pod(waiting("CreateContainerConfigError", message)))));
  };
  EXPECT_TRUE(misses("secret \\\"settings\\\" not found"));
  EXPECT_TRUE(misses("couldn't find key a in ConfigMap default/settings"));
  EXPECT_TRUE(misses("container has runAsNonRoot and image will run as root"));
  EXPECT_FALSE(misses("failed to sync secret cache: timed out waiting for the condition"))
      << "its node tries again";
  for (const char* reason : {"ContainerCreating", "ErrImagePull", "PodInitializing"})
    EXPECT_FALSE(never_runs(read_pod(std::string_view(pod(waiting(reason)))))) << reason;
  EXPECT_FALSE(never_runs(read_pod(std::string_view(pod(R"({"running": {}})")))));
}

TEST(PodState, has_the_containers_own_code_and_reason) {
  EXPECT_EQ(exit_of(pod(ended(0, "Completed"))).value, 0);
  EXPECT_EQ(exit_of(pod(ended(7))).value, 7);
  EXPECT_EQ(exit_of(pod(ended(7))).text, "");
  EXPECT_EQ(exit_of(pod(ended(255))).value, 255);
  EXPECT_EQ(exit_of(pod(ended(127))).value, 127) << "a shell's own";
  const sdk::Exit killed = exit_of(pod(ended(137, "OOMKilled")));
  EXPECT_EQ(killed.value, 137);
  EXPECT_THAT(killed.text, HasSubstr("ran out of memory"));
  const sdk::Exit late =
      exit_of(pod(ended(143), "Failed", R"(, "reason": "DeadlineExceeded", "message": "too long")"));
  EXPECT_EQ(late.value, 143);
  EXPECT_EQ(late.text, "DeadlineExceeded: too long");
}

TEST(PodState, that_never_ran_is_a_failure_with_the_reason) {
  const Failure missing =
      failure_of(pod(ended(127, "ContainerCannotRun", "exec: x: executable file not found in $PATH")));
  EXPECT_EQ(missing.code, DREAM_E_NOT_FOUND);
  EXPECT_THAT(missing.message, HasSubstr("ContainerCannotRun: exec: x: executable file not found"));
  EXPECT_EQ(failure_of(pod(ended(128, "StartError", "permission denied"))).code, DREAM_E_NOT_EXECUTABLE);
  EXPECT_EQ(failure_of(pod(ended(128, "StartError", "no space"))).code, DREAM_E_FAILED);
  const std::string evicted =
      R"({"status": {"phase": "Failed", "reason": "Evicted", "message": "low on memory"}})";
  EXPECT_TRUE(read_pod(std::string_view(evicted)).is_over());
  EXPECT_EQ(failure_of(evicted).message, "its Pod has ended: Evicted: low on memory");
  EXPECT_THAT(
      failure_of(
          pod(waiting("PodInitializing"), "Failed",
              R"(, "initContainerStatuses": [{"name": "copy", "state": {"terminated": {"exitCode": 3, "reason": "Error"}}}])"))
          .message,
      HasSubstr("its init container copy has failed: Error, exit code 3"));
}

TEST(PodState, that_has_failed_is_not_over_while_its_container_runs) {
  EXPECT_FALSE(read_pod(std::string_view(pod(R"({"running": {}})", "Failed"))).is_over());
}

TEST(PodState, of_anything_is_that_of_nothing) {
  for (const char* json : {"", "[]", "{}", R"({"status": 3})", R"({"status": {"containerStatuses": {}}})"}) {
    EXPECT_FALSE(read_pod(std::string_view(json)).is_over());
    EXPECT_EQ(doing_of(json), "waits for a node");
  }
}

TEST(Watch, tells_each_event_however_it_is_cut) {
  const std::string lines = R"({"type": "ADDED", "object": )" + pod(waiting("ContainerCreating")) + "}\n" +
                            R"({"type": "BOOKMARK", "object": {}})" + "\n" +
                            R"({"type": "DELETED", "object": )" + pod(ended(3)) + "}\n" + "no json\n" +
                            R"({"type": "ERROR", "object": {"code": 410}})" + "\n";
  std::string flat;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const bool ends_event =
        lines[at] == '\n' && (at + 1 == lines.size() || lines[at + 1] == '{' || lines[at + 1] == 'n');
    if (lines[at] != '\n' || ends_event) flat += lines[at];
  }
  for (std::size_t size : {std::size_t{1}, std::size_t{100}, flat.size()}) {
    std::vector<PodEvent> events;
    Watch watch([&](const PodEvent& event) { events.push_back(event); });
    for (std::size_t place = 0; place < flat.size(); place += size)
      watch.take(std::string_view(flat).substr(place, size));
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].kind, PodEvent::Kind::changed);
    EXPECT_EQ(events[0].pod.container.reason, "ContainerCreating");
    EXPECT_EQ(events[1].kind, PodEvent::Kind::deleted);
    EXPECT_EQ(events[1].pod.container.code, 3);
    EXPECT_EQ(events[2].kind, PodEvent::Kind::error);
  }
}

}  // namespace
}  // namespace dream::kubernetes
