#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>

#include "conformance/verdicts.hpp"
#include "support/temporary_folder.hpp"

namespace dream::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string installed(const std::string& id) {
  return std::string(DREAM_INSTALLED_PLUGINS) + "/libdream_" + id + ".so";
}

/// What can't be seen of a plugin that starts no child.
auto are_those_about_children() {
  return ElementsAre(StartsWith("skip start.failure: it starts no child"),
                     StartsWith("skip start.arguments: it starts no child"),
                     StartsWith("skip start.argv: it starts no child"), StartsWith("skip start.directory"),
                     StartsWith("skip start.environment"), StartsWith("skip exit.same"),
                     StartsWith("skip output.whole"), StartsWith("skip terminate.signal"));
}

/// Programs that the plugins only look for: on the stage, nothing is ever started.
struct GoodPlugin : ::testing::Test {
  GoodPlugin() {
    for (const char* program : {"npm", "node", "deno", "ssh", "srun", "scancel", "squeue"}) {
      std::filesystem::permissions(tools.write(program, "#!/bin/sh\n"), std::filesystem::perms::owner_all);
    }
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", (tools.path().string() + ":" + path).c_str(), 1);
    // An engine that is never there: what is checked is the plugin interface.
    ::setenv("DOCKER_HOST", ("unix://" + tools.path().string() + "/no.sock").c_str(), 1);
  }
  TemporaryFolder tools;
};

TEST_F(GoodPlugin, shell_npm_and_deno_pass_every_rule) {
  for (const char* id : {"shell", "npm", "deno"}) {
    const Verdicts verdicts = verdicts_on({.file = installed(id)});
    EXPECT_THAT(verdicts.broken, IsEmpty()) << id;
    EXPECT_THAT(verdicts.skipped, IsEmpty()) << id;
  }
}

TEST_F(GoodPlugin, docker_passes_every_rule_but_those_about_children) {
  const Verdicts verdicts = verdicts_on({.file = installed("docker"), .options = R"({"image": "busybox"})"});
  EXPECT_THAT(verdicts.broken, IsEmpty());
  std::vector<std::string> skipped = verdicts.skipped;
  EXPECT_EQ(
      std::erase_if(skipped,
                    [](const auto& line) {
                      return line.starts_with("skip inside.answers: the end of a command inside can't") ||
                             line.starts_with("skip health.answers: whether a run is healthy can't") ||
                             line == "skip ready.once: no run of it was ready here";
                    }),
      3U);
  EXPECT_THAT(skipped, are_those_about_children());
}

TEST_F(GoodPlugin, ssh_passes_every_rule_but_those_about_children) {
  // The ssh of this test ends at once: a machine that is never there.
  const Verdicts verdicts = verdicts_on({.file = installed("ssh"), .options = R"({"host": "nowhere"})"});
  EXPECT_THAT(verdicts.broken, IsEmpty());
  EXPECT_THAT(verdicts.skipped, are_those_about_children());
}

TEST_F(GoodPlugin, kubernetes_passes_every_rule_but_those_about_children) {
  // A cluster that is never there.
  const auto config = tools.write("kubeconfig", R"({"current-context": "x",
    "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
    "contexts": [{"name": "x", "context": {"cluster": "c"}}]})");
  ::setenv("KUBECONFIG", config.c_str(), 1);
  const Verdicts verdicts =
      verdicts_on({.file = installed("kubernetes"), .options = R"({"image": "busybox"})"});
  EXPECT_THAT(verdicts.broken, IsEmpty());
  // A task with another signal than TERM can't be started, and those rules have one.
  EXPECT_THAT(verdicts.skipped,
              ElementsAre(StartsWith("skip inside.answers: the end of a command inside can't"),
                          StartsWith("skip health.answers: whether a run is healthy can't"),
                          StartsWith("skip start.failure"), StartsWith("skip start.arguments"),
                          StartsWith("skip start.argv"), StartsWith("skip start.directory"),
                          StartsWith("skip start.environment"), StartsWith("skip exit.same"),
                          StartsWith("skip output.whole"),
                          StartsWith("skip ready.once: no task could be started: nothing tells when"),
                          StartsWith("skip terminate.signal")));
}

// A child of a plugin of this kind may be the first of several, and say nothing about the task.
TEST_F(GoodPlugin, whose_run_is_more_than_a_child_is_not_judged_by_the_child) {
  const std::string file = DREAM_TEST_PLUGINS "/libdream_bad_leaves_child.so";
  for (const char* rule : {"exit.same", "output.whole"}) {
    EXPECT_THAT(
        verdicts_on({.file = file, .only = rule}).skipped,
        ElementsAre(StartsWith(std::string("skip ") + rule + ": a run of it is more than one child")));
  }
}

TEST_F(GoodPlugin, what_does_not_concern_a_plugin_is_skipped) {
  for (const char* rule :
       {"depends.nothing", "health.answers", "inside.answers", "reap.answers", "ready.once"}) {
    const auto checked = check_plugin({.file = installed("shell"), .only = rule}, [](const Checked&) {});
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->front().verdict, Verdict::skip) << rule;
    EXPECT_THAT(checked->front().reason, StartsWith(has_not)) << rule;
  }
}

TEST_F(GoodPlugin, that_takes_no_argv_has_no_words_to_pass_on) {
  const auto checked = check_plugin({.file = installed("npm"), .only = "start.argv"}, [](const Checked&) {});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->front().reason, "it doesn't have tasks whose command is an argv");
}

TEST_F(GoodPlugin, slurm_passes_every_rule) {
  const Verdicts verdicts = verdicts_on({.file = installed("slurm")});
  EXPECT_THAT(verdicts.broken, IsEmpty());
  EXPECT_THAT(verdicts.skipped,
              ElementsAre("skip exit.same: a run of it is more than one child of this machine",
                          "skip output.whole: a run of it is more than one child of this machine"));
}

TEST_F(GoodPlugin, what_can_not_be_started_is_skipped_with_the_plugins_reason) {
  const Verdicts verdicts = verdicts_on({.file = installed("docker"), .only = "exit.once"});
  EXPECT_THAT(verdicts.skipped,
              ElementsAre("skip exit.once: no task could be started: there is neither an image nor a build"));
}

TEST_F(GoodPlugin, random_orders_pass_with_any_seed) {
  for (const std::uint64_t seed : {2U, 3U, 5U, 8U, 13U}) {
    const Verdicts verdicts = verdicts_on({.file = installed("shell"), .only = "order.any", .seed = seed});
    EXPECT_THAT(verdicts.broken, IsEmpty()) << seed;
    EXPECT_THAT(verdicts.skipped, IsEmpty()) << seed;
  }
}

TEST_F(GoodPlugin, what_the_bad_ones_are_made_of_passes) {
  for (const char* id :
       {"good_parts", "good_child", "good_health", "good_helper", "good_inside", "good_keeps_files",
        "good_needs", "good_reads_output", "good_ready", "good_says_why", "good_tries_again", "plain_c"}) {
    const Verdicts verdicts =
        verdicts_on({.file = std::string(DREAM_TEST_PLUGINS) + "/libdream_" + id + ".so"});
    EXPECT_THAT(verdicts.broken, IsEmpty()) << id;
  }
}

TEST_F(GoodPlugin, in_plain_c_needs_one_command_of_the_compiler) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "libdream_plain_c.so").string();
  const std::string command = std::string(DREAM_C_COMPILER) +
                              " -std=c11 -shared -fPIC -fvisibility=hidden -I" DREAM_PLUGIN_INCLUDES " -o " +
                              file + " " DREAM_SOURCE_DIR "/tests/plugins/plain_c.c";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const Verdicts verdicts = verdicts_on({.file = file});
  EXPECT_THAT(verdicts.broken, IsEmpty());
  EXPECT_THAT(verdicts.skipped, are_those_about_children());
}

}  // namespace
}  // namespace dream::conformance
