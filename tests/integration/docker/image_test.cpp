#include <gmock/gmock.h>

#include <csignal>

#include "engine_fixture.hpp"

namespace dream::docker::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Image = EngineTest;

TEST_F(Image, is_built_from_the_project) {
  project.write("Dockerfile",
                "FROM box\nARG word=none\nCOPY . /app\nWORKDIR /app\nENV WORD=$word\n"
                "CMD [\"sh\", \"-c\", \"pwd; ls -A; cat file; echo $WORD\"]\n");
  project.write("file", "content\n");
  project.write("ignored/big", "x");
  project.write(".dockerignore", "ignored\nDockerfile\n");
  FakeRun& run = start(R"("build": {"args": {"word": "given"}}, "network": "none", "mount": "none")");
  EXPECT_EQ(exit_of(run).value, 0) << run.exits.front().text << err(run);
  EXPECT_EQ(out(run), "/app\n.dockerignore\nfile\ncontent\ngiven\n");
  EXPECT_THAT(err(run), HasSubstr("Step 1/6 : FROM box"));
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Image, is_built_up_to_the_target_from_the_context_and_dockerfile_that_are_named) {
  project.write("docker/my.dockerfile",
                "FROM box AS first\nCMD [\"echo\", \"first\"]\nFROM box\nCMD [\"echo\", \"last\"]\n");
  project.write("sub/x", "");
  FakeRun& run = start(
      R"("build": {"context": "sub", "dockerfile": "../docker/my.dockerfile", "target": "first"}, "network": "none")");
  EXPECT_EQ(exit_of(run).value, 0) << run.exits.front().text;
  EXPECT_EQ(out(run), "first\n");
}

TEST_F(Image, that_can_not_be_built_shows_the_builders_words) {
  project.write("Dockerfile", "FROM box\nRUN echo said by the builder; exit 5\n");
  FakeRun& run = start(R"("build": {}, "network": "none")");
  const FakeExit exit = failed_start_of(run);
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text, HasSubstr("can't build the image"));
  EXPECT_THAT(exit.text, HasSubstr("returned a non-zero code: 5"));
  EXPECT_THAT(err(run), HasSubstr("said by the builder"));
}

TEST_F(Image, whose_dockerfile_makes_no_sense_is_an_error) {
  project.write("Dockerfile", "NONSENSE\n");
  const FakeExit exit = failed_start_of(start(R"("build": {}, "network": "none")"));
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text, HasSubstr("unknown instruction: NONSENSE"));
}

TEST_F(Image, whose_build_is_terminated_leaves_no_container) {
  project.write("Dockerfile", "FROM box\nRUN echo building; sleep 1000\n");
  FakeRun& run = start(R"("build": {}, "network": "none")");
  until([&] { return err(run).find("building\n") != std::string::npos; });
  plugin.terminate(run, DREAM_GRACEFUL);
  EXPECT_EQ(exit_of(run).kind, DREAM_EXIT_SIGNAL);
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(Image, that_is_missing_and_can_not_be_pulled_is_an_error) {
  const FakeExit exit = failed_start_of(start(R"("image": "localhost:1/nothing:1", "network": "none")"));
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text, HasSubstr("can't pull the image localhost:1/nothing:1"));
  EXPECT_THAT(exit.text, HasSubstr(address));
}

/// What a container of an image with this signal hears when it is asked to end, as it says itself.
struct StopSignal : EngineTest {
  std::string heard(const std::string& image_signal, FakeTask task) {
    project.write("Dockerfile", "FROM box\n" +
                                    (image_signal.empty() ? "" : "STOPSIGNAL " + image_signal + "\n") +
                                    "CMD for s in INT QUIT TERM 37; do trap \"echo $s; exit 0\" $s; done; "
                                    "echo ready; sleep 1000 & wait\n");
    FakeRun& run = start(R"("build": {}, "network": "none")", std::move(task));
    await_output(run, "ready\n");
    plugin.terminate(run, DREAM_GRACEFUL);
    exit_of(run);
    return out(run).substr(std::string("ready\n").size());
  }
};

TEST_F(StopSignal, is_the_images_where_dream_json_names_none) {
  const FakeTask none{.flags = DREAM_TASK_OWN_SIGNAL};
  EXPECT_EQ(heard("SIGQUIT", none), "QUIT\n");
  EXPECT_EQ(heard("QUIT", none), "QUIT\n");
  EXPECT_EQ(heard("3", none), "QUIT\n");
  EXPECT_EQ(heard("SIGRTMIN+3", none), "37\n");
  EXPECT_EQ(heard("", none), "TERM\n");
}

TEST_F(StopSignal, of_dream_json_wins) {
  EXPECT_EQ(heard("SIGQUIT", {.stop_signal = SIGINT}), "INT\n");
  EXPECT_EQ(heard("SIGQUIT", {.stop_signal = SIGTERM}), "TERM\n");
}

TEST_F(Image, whose_entrypoint_can_not_be_executed_has_not_started) {
  project.write("Dockerfile", "FROM box\nENTRYPOINT [\"/no/entry\"]\nCMD [\"true\"]\n");
  const FakeExit exit = failed_start_of(start(R"("build": {}, "network": "none")"));
  EXPECT_EQ(exit.value, 127);
  EXPECT_THAT(exit.text, HasSubstr("its command /no/entry doesn't exist in the container"));
  EXPECT_THAT(host.started_runs(), IsEmpty());
}

TEST_F(Image, whose_entrypoint_can_not_execute_its_words_has_ended) {
  project.write("Dockerfile", "FROM box\nENTRYPOINT [\"sh\", \"-c\", \"exec $0\"]\n");
  FakeRun& run = start(R"("build": {}, "network": "none")", {.command_argv = {"/no/such"}});
  EXPECT_EQ(exit_of(run).value, 127);
  EXPECT_THAT(host.started_runs(), SizeIs(1));
}

TEST_F(Image, that_has_a_health_check_is_ready_when_that_has_passed) {
  project.write("Dockerfile", "FROM box\nHEALTHCHECK --interval=100ms CMD test -e up\n");
  FakeRun& run = start(R"("build": {}, "network": "none")",
                       {.command_line = "exec sleep 1000", .flags = DREAM_TASK_TELL_READY});
  await_started(run);
  EXPECT_THAT(host.ready_runs(), IsEmpty());
  project.write("up", "");
  until([&] { return !host.ready_runs().empty(); });
  EXPECT_THAT(host.ready_runs(), ::testing::ElementsAre(run.id));
  plugin.terminate(run, DREAM_FORCE);
  exit_of(run);
  EXPECT_THAT(host.refusals(), IsEmpty());
}

TEST_F(Image, whose_task_has_a_health_check_is_ready_when_that_has_passed) {
  FakeRun& run =
      start(R"("image": "box", "network": "none", "healthcheck": {"test": "test -e up", "interval": 100})",
            {.command_line = "exec sleep 1000", .flags = DREAM_TASK_TELL_READY});
  await_started(run);
  EXPECT_THAT(host.ready_runs(), IsEmpty());
  project.write("up", "");
  until([&] { return !host.ready_runs().empty(); });
  plugin.terminate(run, DREAM_FORCE);
  exit_of(run);
}

TEST_F(Image, without_a_health_check_is_told_at_once_where_that_is_waited_for) {
  project.write("Dockerfile", "FROM box\nHEALTHCHECK NONE\nCMD [\"sleep\", \"1000\"]\n");
  for (const char* image : {R"("build": {})", R"("image": "box")"}) {
    const FakeExit exit = failed_start_of(
        start(image + std::string(R"(, "network": "none")"), {.flags = DREAM_TASK_TELL_READY}));
    EXPECT_THAT(exit.text, HasSubstr(" has no HEALTHCHECK"));
  }
  EXPECT_THAT(host.started_runs(), IsEmpty());
}

TEST_F(Image, that_has_a_health_check_shows_its_health) {
  project.write("Dockerfile", "FROM box\nHEALTHCHECK --interval=100ms CMD true\nCMD [\"sleep\", \"1000\"]\n");
  FakeRun& run = start(R"("build": {}, "network": "none")");
  await_started(run);
  host.advance(2'000'000'000);
  while (detail(run).find(", healthy") == std::string::npos) {
    host.advance(2'000'000'000);  // it is asked once in a second
    static_cast<void>(detail(run));
    ASSERT_TRUE(host.await_post());
    host.run_posted();
  }
  EXPECT_THAT(detail(run), ContainsRegex(", [0-9]+ [KM]iB$"));
  plugin.terminate(run, DREAM_FORCE);
  exit_of(run);
}

TEST_F(Image, of_another_platform_does_not_run_unseen) {
  const FakeExit exit = failed_start_of(
      start(R"("image": "box", "platform": "linux/s390x", "pull": "never", "network": "none")"));
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text, Not(IsEmpty()));
}

}  // namespace
}  // namespace dream::docker::testing
