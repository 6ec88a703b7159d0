// docs/examples/cluster: a container, Pods and Slurm jobs in one run, with a real engine of each kind.
#include <gmock/gmock.h>

#include <csignal>
#include <string>

#include "cluster_fixture.hpp"
#include "e2e/process_list.hpp"

namespace dream::kubernetes::testing {
namespace {

using e2e::DreamRun;
using e2e::Finished;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const std::string engine = "unix://" DREAM_TEST_CLUSTER "/here/docker.sock";
const std::string slurm_file = DREAM_TEST_CLUSTER "/slurm/slurm.conf";

/// What docker's client lists of the engine, one in each line.
std::string listed(const std::string& words) {
  return far::answer_of("docker -H " + engine + " " + words);
}

/// The names of the jobs that wait or run.
std::string jobs() {
  return far::answer_of("SLURM_CONF=" + slurm_file + " squeue -h -t pending,running -o %j");
}

struct ClusterExample : ::testing::Test {
  [[nodiscard]] static e2e::Launch launch() {
    return {.arguments = {"test"},
            .folder = "tests",
            .environment = {{"IMAGE", "box:1"},
                            {"DOCKER_HOST", engine},
                            {"KUBECONFIG", kubeconfig},
                            {"SLURM_CONF", slurm_file}},
            .hangs_after_ms = 300'000};
  }
  void expect_nothing_left() {
    cluster.expect_nothing();
    EXPECT_EQ(listed("ps -aq"), "");
    EXPECT_EQ(listed("network ls -q --filter label=dream.run"), "");
    EXPECT_EQ(listed("volume ls -q"), "");
    EXPECT_EQ(jobs(), "");
  }

  ClusterExample() { workspace.write("here.env", "HERE=10.214.8.1\n"); }

  Cluster cluster;
  e2e::Workspace workspace{e2e::Example{"cluster"}};
};

TEST_F(ClusterExample, brings_the_votes_of_its_jobs_through_its_pods_into_its_container_and_leaves_nothing) {
  const Finished finished = run(workspace, launch());
  EXPECT_EQ(finished.code, 0) << finished.err << finished.out;
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("worker     | a vote for cats\n"), HasSubstr("worker     | a vote for dogs\n"),
                    HasSubstr("tests:test | of three votes, two are for cats and one is for dogs\n")));
  EXPECT_THAT(finished.out, Not(HasSubstr("queue "))) << "it writes nothing, nor does its node";
  EXPECT_THAT(far::lines_of(workspace.read("db/votes")), UnorderedElementsAre("cats", "dogs", "cats"));
  expect_nothing_left();
}

TEST_F(ClusterExample, has_its_steps_where_it_says_and_leaves_nothing_when_dream_is_killed) {
  workspace.write("tests/test.py", "import signal\nprint('waits', flush=True)\nsignal.pause()\n");
  DreamRun dream(workspace, launch());
  dream.await_out("waits");
  EXPECT_THAT(far::lines_of(listed("ps -q --filter label=dream.step=./db:start")), SizeIs(1));
  EXPECT_THAT(cluster.names("pods"), UnorderedElementsAre(HasSubstr("queue"), HasSubstr("vote"),
                                                          HasSubstr("worker"), HasSubstr("result")));
  EXPECT_THAT(cluster.names("services"), ElementsAre("queue"));
  EXPECT_THAT(far::lines_of(jobs()), ElementsAre(HasSubstr("-test")));
  ::kill(e2e::host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  cluster.await_nothing();
  expect_nothing_left();
}

}  // namespace
}  // namespace dream::kubernetes::testing
