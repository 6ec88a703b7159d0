// Runs of the real dream with the slurm executor and a real cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "e2e/dream_run.hpp"
#include "e2e/process_list.hpp"
#include "integration/far_tasks.hpp"
#include "integration/survival/life_line.hpp"

namespace dream::slurm::testing {
namespace {

using e2e::DreamRun;
using e2e::Finished;
using far::fifty_megabytes;
using far::task;
using far::tasks_with_life_line;
using far::text_of;
using survival::LifeLine;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* configuration_file = DREAM_SLURM_CLUSTER "/slurm.conf";

/// What one of Slurm's programs writes.
std::string answer(const std::string& command) {
  return far::answer_of("SLURM_CONF=" + std::string(configuration_file) + " " + command);
}

/// A workspace whose project ./a runs on the cluster; tasks and options are members of objects.
struct JobWorkspace : e2e::Workspace {
  explicit JobWorkspace(const std::string& tasks, const std::string& options = "",
                        const std::string& workspace = "")
      : Workspace(R"({"executors": {"slurm": {}}, "workspace": {)" + workspace +
                  R"(}, "projects": {"./a": {"executor": "slurm", "options": {)" + options +
                  R"(}, "tasks": {)" + tasks +
                  R"(}}, "./b": {"tasks": {"go": {"command": "echo b runs"}}}}})") {}

  [[nodiscard]] e2e::Launch launch(const std::vector<std::string>& words,
                                   const std::string& project = "a") const {
    return {.arguments = words, .folder = project, .environment = {{"SLURM_CONF", configuration_file}}};
  }
};

constexpr const char* stubborn =
    "exec 9> $ROOT/life; trap '' HUP INT TERM; sleep 1000 & setsid sleep 1000 & echo runs; "
    "while :; do sleep 1000 & wait; done";

TEST(Job, has_both_streams_and_its_exit_code) {
  const JobWorkspace workspace(task("go", "echo out; echo err >&2; exit 7"));
  const Finished finished = run(workspace, workspace.launch({"go", "-o", "raw"}));
  EXPECT_EQ(finished.code, 7) << finished.err;
  EXPECT_EQ(finished.out, "out\n");
  EXPECT_THAT(finished.err, StartsWith("err\n"));
}

TEST(Job, ends_with_the_code_of_a_shell_whatever_ends_it) {
  const JobWorkspace workspace(task("zero", "exit 0") + ", " + task("three", "exit 3") + ", " +
                               task("last", "exit 255") + ", " + task("killed", "kill -9 $$"));
  for (const auto& [name, code] : {std::pair{"zero", 0}, {"three", 3}, {"last", 255}, {"killed", 137}})
    EXPECT_EQ(run(workspace, workspace.launch({name})).code, code) << name;
}

TEST(Job, gets_its_words_and_its_environment_exactly) {
  const JobWorkspace workspace(
      R"("go": {"command": ["sh", "-c", "printf '<%s>' \"$GIVEN\" \"$@\"; pwd", "sh", "a b", "it's", "", "new\nline", "ü*"],
                "env": {"GIVEN": "a,b\n\"c\""}})");
  EXPECT_EQ(run(workspace, workspace.launch({"go", "-o", "raw", "--", "-n", "é"})).out,
            "<a,b\n\"c\"><a b><it's><><new\nline><ü*><-n><é>" + (workspace.root() / "a").string() + "\n");
}

TEST(Job, writes_fifty_megabytes_byte_for_byte) {
  const JobWorkspace workspace(task("go", "cat $ROOT/data"));
  const std::string data = fifty_megabytes();
  workspace.write("data", data);
  e2e::Launch launch = workspace.launch({"go", "-o", "raw"});
  launch.out_file = "came";
  EXPECT_EQ(run(workspace, launch).code, 0);
  EXPECT_TRUE(text_of(workspace.root() / "came") == data);
}

TEST(Job, has_the_nodes_and_tasks_that_its_options_name) {
  const JobWorkspace workspace(
      task("go", "echo $SLURM_STEP_NUM_NODES $SLURM_STEP_NUM_TASKS $SLURM_CPUS_PER_TASK"),
      R"("nodes": 2, "tasks": 4, "cpus": 2, "memory": "10M", "partition": "main", "time": "1:00")");
  EXPECT_EQ(run(workspace, workspace.launch({"go", "-o", "raw"})).out, "2 4 2\n2 4 2\n2 4 2\n2 4 2\n");
}

TEST(Job, is_ready_by_its_output_before_the_next_one_starts) {
  const JobWorkspace workspace(
      task("serve", "echo up; sleep 1000", R"(, "service": true, "ready": {"log": "up"})"), "",
      R"("./b": {"go": [{"projectPath": "./a", "task": "serve", "async": true}]})");
  const Finished finished = run(workspace, workspace.launch({"go"}, "b"));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_LT(finished.out.find("| up"), finished.out.find("b runs"));
}

/// Programs of Slurm that hang: squeue says that it was asked, and srun waits for that before it goes on.
TEST(Job, that_has_ended_is_reported_while_the_controller_does_not_answer) {
  const JobWorkspace workspace(task("go", "exit 7"));
  const std::string folder = (workspace.root() / "programs").string();
  workspace.write("programs/squeue", "#!/bin/sh\n: > " + folder + "/asked\nexec sleep 1000\n");
  workspace.write("programs/srun",
                  "#!/bin/sh\nread -r line < " + folder + "/asked\nPATH=${PATH#*:} exec srun \"$@\"\n");
  ASSERT_EQ(::mkfifo((folder + "/asked").c_str(), 0600), 0);
  for (const char* name : {"/squeue", "/srun"}) ::chmod((folder + name).c_str(), 0755);
  e2e::Launch launch = workspace.launch({"go"});
  launch.environment["PATH"] = folder + ":" + std::getenv("PATH");
  const Finished finished = run(workspace, launch);
  EXPECT_EQ(finished.code, 7) << finished.err;
  EXPECT_THAT(finished.err, ::testing::Not(HasSubstr("left")));
}

TEST(Job, is_one_of_twenty) {
  std::string tasks;
  std::string entries;
  for (int number = 0; number < 20; ++number) {
    const std::string name = "t" + std::to_string(number);
    tasks += task(name, "echo is " + name) + ", ";
    entries += (number == 0 ? "\"./a:" : ", \"./a:") + name + "\"";
  }
  const JobWorkspace workspace(tasks + task("go", "echo last"), "", R"("./a": {"go": [[)" + entries + "]]}");
  const Finished finished = run(workspace, workspace.launch({"go", "-j", "20"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  for (int number = 0; number < 20; ++number)
    EXPECT_THAT(finished.out, HasSubstr("is t" + std::to_string(number) + "\n"));
}

TEST(Job, that_can_not_start_is_told_with_what_to_do) {
  const JobWorkspace workspace(
      R"("program": {"command": ["/no/such"]}, "none": {}, )" +
      task("partition", "true", R"(, "options": {"partition": "nowhere"})") + ", " +
      task("late", "true", R"(, "options": {"nodes": 3, "cpus": 17, "immediate": 1})"));
  for (const auto& [name, code, told] : {std::tuple{"program", 127, "the node has no program /no/such"},
                                         {"none", 2, "the slurm executor finds no commands by itself"},
                                         {"partition", 125, "Invalid partition name"},
                                         {"late", 125, "srun starts no job"}}) {
    const Finished finished = run(workspace, workspace.launch({name}));
    EXPECT_EQ(finished.code, code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(told));
  }
}

TEST(Job, without_a_cluster_or_its_programs_is_told_with_what_to_do) {
  const JobWorkspace workspace(task("go", "true"));
  e2e::Launch launch = workspace.launch({"go"});
  launch.environment["SLURM_CONF"] = "/no/such.conf";
  const Finished lost = run(workspace, launch);
  EXPECT_EQ(lost.code, 125);
  EXPECT_THAT(lost.err, HasSubstr("no cluster is known: SLURM_CONF is /no/such.conf"));
  launch.environment["PATH"] = workspace.root().string();
  const Finished missing = run(workspace, launch);
  EXPECT_EQ(missing.code, 127);
  EXPECT_THAT(missing.err, HasSubstr("srun is not installed"));
}

TEST(Job, that_waits_is_shown_with_its_reason_and_can_be_taken_back) {
  const JobWorkspace workspace(task("go", "true"), R"("nodes": 3, "args": ["--hold"])");
  DreamRun dream(workspace, workspace.launch({"go", "--debug"}));
  dream.await_err("is PENDING, JobHeldUser");
  EXPECT_THAT(answer("squeue -h -t PENDING -o %j"), ::testing::AllOf(StartsWith("dream-"), HasSubstr("-go")));
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_EQ(answer("squeue -h -t PENDING"), "");  // jobs of other tests may be completing
}

/// A srun whose request reaches the controller, and whose answer comes too late.
TEST(Job, that_is_queued_though_the_answer_came_too_late_is_taken_back) {
  const JobWorkspace workspace(task("queued", "true"));
  const std::string folder = (workspace.root() / "programs").string();
  workspace.write(
      "programs/srun",
      "#!/bin/sh\nsbatch --hold -o /dev/null \"$1\" \"$2\" --wrap true\n"
      "echo srun: error: Unable to allocate resources: Socket timed out on send/recv operation >&2\n"
      "exit 1\n");
  ::chmod((folder + "/srun").c_str(), 0755);
  e2e::Launch launch = workspace.launch({"queued"});
  launch.environment["PATH"] = folder + ":" + std::getenv("PATH");
  const Finished finished = run(workspace, launch);
  EXPECT_EQ(finished.code, 125);
  EXPECT_THAT(finished.err, HasSubstr("no cluster answers srun: "));
  EXPECT_THAT(finished.err, ::testing::Not(HasSubstr("left something behind")));
  EXPECT_EQ(answer("squeue -h -t PENDING -o %j"), "");
  EXPECT_EQ(answer("squeue -h -t all -o '%j %T' | grep -c -- '-queued CANCELLED'"), "1\n");
}

/// dream within an allocation of one processor, whose steps it starts.
struct Allocation : ::testing::Test {
  Allocation() {
    const std::string granted = answer("salloc --no-shell -N 1 -n 1 2>&1");
    const std::string words = "Granted job allocation ";
    const std::size_t at = granted.find(words);
    if (at == std::string::npos) throw std::runtime_error(granted);
    job = granted.substr(at + words.size(), granted.find('\n', at) - at - words.size());
  }
  ~Allocation() override {
    static_cast<void>(answer("scancel " + job));
    for (std::string left = "?"; !left.empty();) left = answer("squeue -h -t pending,running -j " + job);
  }
  [[nodiscard]] e2e::Launch launch(const JobWorkspace& workspace, const std::string& task) const {
    e2e::Launch made = workspace.launch({task, "--debug"});
    made.environment.insert({{"SLURM_JOB_ID", job}, {"SLURM_JOBID", job}, {"SLURM_NNODES", "1"}});
    return made;
  }
  [[nodiscard]] std::string steps() const { return answer("squeue -h -s -o %j | grep dream-"); }

  std::string job;
};

TEST_F(Allocation, of_a_killed_dream_loses_its_step_and_lives_on) {
  const JobWorkspace workspace(tasks_with_life_line(stubborn));
  LifeLine line{workspace.root()};
  DreamRun dream(workspace, launch(workspace, "go"));
  dream.await_out("runs");
  EXPECT_THAT(steps(), HasSubstr("-go"));
  e2e::kill_with_host(dream.pid());
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_EQ(run(workspace, workspace.launch({"none"})).code, 0);
  line.await_end();
  EXPECT_EQ(answer("squeue -h -t running -o %i -j " + job), job + "\n");
}

/// Every process of the job holds the life line.
struct JobEnd : ::testing::Test {
  JobWorkspace workspace{tasks_with_life_line(stubborn)};
  LifeLine line{workspace.root()};

  static void expect_no_job() {
    for (std::string left = "?"; !left.empty();) left = answer("squeue -h -t pending,running");
  }
};

TEST_F(JobEnd, a_signal_is_heard_and_its_own_code_counts) {
  DreamRun dream(workspace, workspace.launch({"polite", "-o", "events"}));
  dream.await_out("runs");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code(), 143);
  EXPECT_THAT(dream.out(), HasSubstr("heard"));
  EXPECT_THAT(dream.out(), HasSubstr(R"("code":3)"));
  line.await_end();
}

TEST_F(JobEnd, ctrl_c_ends_what_ignores_it_after_the_grace) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  line.await_end();
  expect_no_job();
}

TEST_F(JobEnd, a_timeout_ends_it) {
  DreamRun dream(workspace, workspace.launch({"late"}));
  EXPECT_EQ(dream.exit_code(), 124);
  line.await_end();
}

TEST_F(JobEnd, killing_dream_ends_it) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  ::kill(e2e::host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  line.await_end();
  expect_no_job();
}

TEST_F(JobEnd, killing_dream_while_it_waits_takes_it_back) {
  const JobWorkspace waiting(task("go", "true"), R"("args": ["--hold"])");
  DreamRun dream(waiting, waiting.launch({"go", "--debug"}));
  dream.await_err("is PENDING");
  ::kill(e2e::host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  expect_no_job();
}

TEST_F(JobEnd, killing_dream_ends_what_only_its_tasks_know_the_cluster_of) {
  const JobWorkspace own(
      task("go", "true", R"(, "env": {"SLURM_CONF": ")" + std::string(configuration_file) + "\"}"),
      R"("args": ["--hold"])");
  e2e::Launch launch = own.launch({"go", "--debug"});
  launch.environment.erase("SLURM_CONF");
  DreamRun dream(own, launch);
  dream.await_err("is PENDING");
  ::kill(e2e::host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  expect_no_job();
}

TEST_F(JobEnd, killing_dream_and_its_guardian_at_once_leaves_it_to_the_next_start) {
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("runs");
  e2e::kill_with_host(dream.pid());
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_EQ(run(workspace, workspace.launch({"none"})).code, 0);
  line.await_end();
  expect_no_job();
}

}  // namespace
}  // namespace dream::slurm::testing
