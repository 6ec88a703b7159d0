#include <gmock/gmock.h>

#include "executor_fixture.hpp"

namespace dream::plugin {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint64_t second = 1'000'000'000;

struct SlurmPlugin : ExecutorTest {
  SlurmPlugin() { install({"srun", "scancel", "squeue"}); }

  [[nodiscard]] dream::testing::FakeTask go(const std::string& args = "[]") const {
    dream::testing::FakeTask made = task("go", R"({"args": )" + args + "}");
    made.command_argv = {"true"};
    return made;
  }
  /// What the first words of the job write when it runs.
  void begin(std::size_t child) {
    const std::vector<std::string>& words = host.children().at(child).argv;
    const auto shell = std::find(words.begin(), words.end(), "sh");
    host.child_writes(child, DREAM_STDERR, "\036" + *(shell + 1) + " started 12.0\n");
  }
};

TEST_F(SlurmPlugin, takes_no_option_that_sends_a_stream_elsewhere) {
  for (const char* arg : {"--output=x", "--out", "--error=x", "--err=x", "--input=x", "-o", "-ex", "-i"}) {
    EXPECT_THAT(failure(go(R"(["--exclusive", ")" + std::string(arg) + "\"]")),
                HasSubstr(std::string(arg) + " would send one of them elsewhere (leave it out"));
    EXPECT_EQ(plugin.error().where, "/args/1");
  }
  for (const char* arg : {"--exclusive", "--immediate=5", "--overcommit", "--export=NONE", "-I", "-E", "-O"})
    EXPECT_THAT(argv(go("[\"" + std::string(arg) + "\"]")), Contains(arg));
  dream::testing::FakeTask elsewhere = go();
  elsewhere.environment.insert(elsewhere.environment.end(), {"SLURM_STDOUTMODE=x", "SLURM_STDERRMODE=x"});
  EXPECT_THAT(child(elsewhere)->environment, Not(Contains(StartsWith("SLURM_STD"))));
}

TEST_F(SlurmPlugin, tells_once_what_a_forced_end_leaves_behind) {
  dream::testing::FakeRun* run = plugin.start(go());
  ASSERT_NE(run, nullptr);
  begin(0);
  plugin.terminate(*run, DREAM_FORCE);
  host.advance(6 * second);
  for (std::size_t index = 0; index < host.children().size(); ++index)
    host.exit_child(index, DREAM_EXIT_SIGNAL, 9);
  ASSERT_EQ(host.left_behind().size(), 1U);
  EXPECT_EQ(host.left_behind().begin()->second, "job step 12.0 of Slurm, which doesn't confirm its end");
}

TEST_F(SlurmPlugin, a_controller_that_is_busy_is_asked_again_after_a_pause) {
  dream::testing::FakeRun* run = plugin.start(go());
  ASSERT_NE(run, nullptr);
  begin(0);
  plugin.terminate(*run, DREAM_GRACEFUL);
  for (std::size_t tries = 1; tries < 5; ++tries) {
    host.exit_child(tries, DREAM_EXIT_CODE, 1);
    EXPECT_EQ(host.children().size(), tries + 1) << "not at once";
    host.advance(second);
    ASSERT_EQ(host.children().size(), tries + 2);
    EXPECT_THAT(host.children().back().argv, ElementsAre("scancel", "-s", "15", "12.0"));
  }
  host.exit_child(5, DREAM_EXIT_CODE, 1);
  host.advance(10 * second);
  EXPECT_EQ(host.children().size(), 6U) << "five times";
}

TEST_F(SlurmPlugin, a_forced_end_has_its_deadline_also_while_a_controller_is_busy) {
  dream::testing::FakeRun* run = plugin.start(go());
  ASSERT_NE(run, nullptr);
  begin(0);
  plugin.terminate(*run, DREAM_GRACEFUL);
  host.exit_child(1, DREAM_EXIT_CODE, 1);
  plugin.terminate(*run, DREAM_FORCE);
  ASSERT_EQ(host.children().size(), 3U) << "another signal doesn't wait";
  EXPECT_THAT(host.children().back().argv, ElementsAre("scancel", "-s", "9", "12.0"));
  host.exit_child(2, DREAM_EXIT_CODE, 1);
  host.advance(second);
  EXPECT_EQ(host.children().size(), 4U);
  EXPECT_THAT(host.left_behind(), IsEmpty());
  host.advance(5 * second);
  EXPECT_EQ(host.left_behind().size(), 1U);
}

}  // namespace
}  // namespace dream::plugin
