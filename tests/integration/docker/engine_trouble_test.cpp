#include <gmock/gmock.h>

#include <string>

#include "engine_fixture.hpp"

namespace dream::docker::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A short name for the folder of a test's engine, beside those of tests that run at the same time.
std::string own_folder() {
  return std::string(DREAM_TEST_ENGINE) + "-" +
         std::to_string(::testing::UnitTest::GetInstance()->current_test_info()->line());
}

/// An engine of the test's own, as it doesn't survive the test.
struct OwnEngine {
  OwnEngine() {
    own.start();
    own.import_image();
  }
  ~OwnEngine() {
    own.thaw();
    own.stop();
  }
  TestEngine own{own_folder()};
};

struct EngineTrouble : OwnEngine, EngineTest {
  EngineTrouble() : EngineTest(own.address()) {}
};

TEST_F(EngineTrouble, an_engine_that_dies_ends_the_run_and_what_is_left_goes_when_it_is_back) {
  FakeRun& run = run_line("echo ready; sleep 1000");
  await_output(run, "ready");
  own.crash();
  const FakeExit exit = exit_of(run);
  EXPECT_EQ(exit.kind, DREAM_EXIT_CODE);
  EXPECT_EQ(exit.value, 125);
  EXPECT_THAT(exit.text, HasSubstr("the connection to the container engine was lost"));
  ASSERT_EQ(host.left_behind().count(run.id), 1U);
  EXPECT_THAT(host.left_behind().begin()->second, HasSubstr("may still be there"));

  EXPECT_FALSE(plugin.reap({.session = host.session, .options = {R"({"host": ")" + address + "\"}"}}));
  own.restart();
  EXPECT_TRUE(plugin.reap({.session = host.session, .options = {R"({"host": ")" + address + "\"}"}}));
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(EngineTrouble, an_engine_that_is_shut_down_ends_the_run) {
  FakeRun& run = run_line("echo ready; sleep 1000");
  await_output(run, "ready");
  own.stop();
  const FakeExit exit = exit_of(run);
  EXPECT_NE(exit.value, 0);
}

TEST_F(EngineTrouble, an_engine_that_hangs_does_not_hold_up_a_forced_end) {
  FakeRun& run = run_line("echo ready; sleep 1000");
  await_output(run, "ready");
  own.freeze();
  plugin.terminate(run, DREAM_FORCE);
  const FakeExit exit = exit_of(run);
  EXPECT_EQ(exit.kind, DREAM_EXIT_LOST);
  EXPECT_THAT(exit.text, HasSubstr("doesn't end the container"));
  EXPECT_THAT(exit.text, HasSubstr("docker rm -f "));
  EXPECT_EQ(host.left_behind().count(run.id), 1U);
}

}  // namespace
}  // namespace dream::docker::testing
