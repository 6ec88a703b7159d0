// Whether a Pod is ready, found out inside it and through its ports, with a real cluster.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "channel.hpp"
#include "cluster_fixture.hpp"

namespace dream::kubernetes::testing {
namespace {

using e2e::DreamRun;
using e2e::Finished;
using far::task;
using far::text_of;
using ::testing::HasSubstr;

/// A project ./b that waits until the service `up` of ./a is ready.
std::string waits_for_it() {
  return R"("./b": {"go": [{"projectPath": "./a", "task": "up", "async": true}]})";
}

struct PodProbe : ::testing::Test {
  Cluster cluster;
};

TEST_F(PodProbe, exec_runs_in_its_pod) {
  const PodWorkspace workspace(
      task(
          "up", "read x < /root/gate; echo $SAID > /tmp/dream-up; sleep 1000",
          R"(, "service": true, "env": {"SAID": "well"}, "ready": {"exec": "cat /tmp/dream-up && [ $(cat /tmp/dream-up) = $SAID ]"})"),
      with_folder("${ROOT}"), waits_for_it());
  const e2e::Gate gate(workspace, "gate");
  DreamRun dream(workspace, workspace.launch({"go"}, "b"));
  dream.await_err("cat: can't open '/tmp/dream-up': No such file or directory");
  EXPECT_EQ(dream.out().find("b runs"), std::string::npos);
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0) << dream.err();
  EXPECT_THAT(dream.out(), HasSubstr("b runs"));
  cluster.expect_nothing();
}

TEST_F(PodProbe, exec_has_the_code_and_the_words_of_its_command) {
  const PodWorkspace workspace(task("up", "echo runs; sleep 1000"));
  DreamRun dream(workspace, workspace.launch({"up"}));
  dream.await_out("runs");
  const std::string name = cluster.names("pods").at(0);
  for (const auto& [line, code] : {std::pair{"echo out; echo err >&2; exit 0", 0},
                                   {"exit 3", 3},
                                   {"exit 255", 255},
                                   {"kill -9 $$", 137},
                                   {"exit 126", 126}}) {
    const auto outcome = cluster.run(name, {"sh", "-c", line});
    ASSERT_TRUE(outcome) << outcome.failure().message;
    EXPECT_EQ(outcome->code, code) << line;
    if (code == 0) {
      EXPECT_THAT(outcome->output, HasSubstr("out\n"));
      EXPECT_THAT(outcome->output, HasSubstr("err\n"));
    }
  }
  const auto odd = cluster.run(name, {"printf", "<%s>", "a&b=c", "ü *+%20", "new\nline"});
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->output, "<a&b=c><ü *+%20><new\nline>");
  const auto loud = cluster.run(name, {"sh", "-c", "yes | head -c 1000000; echo last"});
  ASSERT_TRUE(loud);
  EXPECT_LE(loud->output.size(), 4096U);
  EXPECT_TRUE(loud->output.ends_with("last\n"));
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
}

TEST_F(PodProbe, exec_of_a_tool_that_the_image_lacks_fails_at_once) {
  for (const auto& [tool, code] : {std::pair{"/no/such", 127}, {"/bin/text", 126}}) {
    const PodWorkspace workspace(
        task("up", "sleep 1000", std::string(R"(, "service": true, "ready": {"exec": [")") + tool + "\"]}"),
        "", waits_for_it());
    const Finished finished = run(workspace, workspace.launch({"go"}, "b"));
    EXPECT_EQ(finished.code, code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("its probe can't be run"));
  }
  cluster.expect_nothing();
}

TEST_F(PodProbe, exec_that_hangs_is_not_started_a_second_time) {
  const PodWorkspace workspace(
      task(
          "up", "sleep 1000",
          R"(, "service": true, "ready": {"exec": "echo >> /root/tries; until [ -e /root/go ]; do sleep 0.1; done"})"),
      with_folder("${ROOT}"), waits_for_it());
  DreamRun dream(workspace, workspace.launch({"go"}, "b"));
  dream.await_err("the command before it still runs");
  EXPECT_EQ(text_of(workspace.root() / "tries"), "\n");
  workspace.write("go", "");
  EXPECT_EQ(dream.exit_code(), 0) << dream.err();
  EXPECT_EQ(text_of(workspace.root() / "tries"), "\n\n");
  cluster.expect_nothing();
}

TEST_F(PodProbe, exec_that_hangs_does_not_hold_up_the_end) {
  const PodWorkspace workspace(
      task("up", "sleep 1000", R"(, "service": true, "ready": {"exec": "echo > /root/tried; sleep 1000"})"),
      with_folder("${ROOT}"), waits_for_it());
  DreamRun dream(workspace, workspace.launch({"go"}, "b"));
  while (text_of(workspace.root() / "tried").empty()) {
  }
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  cluster.expect_nothing();
}

}  // namespace
}  // namespace dream::kubernetes::testing
