// Runs of the real dream with a real cluster.
#include <gmock/gmock.h>

#include <csignal>
#include <string>
#include <tuple>

#include "cluster_fixture.hpp"

namespace dream::kubernetes::testing {
namespace {

using e2e::DreamRun;
using e2e::Finished;
using far::fifty_megabytes;
using far::task;
using far::text_of;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

struct PodRuns : ::testing::Test {
  Cluster cluster;
};

TEST_F(PodRuns, has_its_output_and_its_exit_code) {
  const PodWorkspace workspace(task("go", "echo out; echo err >&2; exit 7"));
  const Finished finished = run(workspace, workspace.launch({"go", "-o", "raw"}));
  EXPECT_EQ(finished.code, 7) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("out\n"), HasSubstr("err\n"))) << "both streams are one";
  cluster.expect_nothing();
}

TEST_F(PodRuns, ends_with_the_code_of_a_shell_whatever_ends_it) {
  const PodWorkspace workspace(task("zero", "exit 0") + ", " + task("three", "exit 3") + ", " +
                               task("last", "exit 255") + ", " + task("killed", "kill -9 $$"));
  for (const auto& [name, code] : {std::pair{"zero", 0}, {"three", 3}, {"last", 255}, {"killed", 137}})
    EXPECT_EQ(run(workspace, workspace.launch({name})).code, code) << name;
}

TEST_F(PodRuns, gets_its_words_and_its_environment_exactly) {
  const PodWorkspace workspace(
      R"json("go": {"command": ["sh", "-c", "printf '<%s>' \"$GIVEN\" \"$CI\" \"$@\"; echo $(pwd) $$", "sh", "a b",
                    "it's", "", "new\nline", "ü*", "$(GIVEN)"],
                    "env": {"GIVEN": "a,b\n\"c\" $(CI) $$$$"}})json",
      R"("workdir": "/work", "env": ["CI"])");
  e2e::Launch launch = workspace.launch({"go", "-o", "raw", "--", "-n", "é"});
  launch.environment["CI"] = "yes";
  const Finished finished = run(workspace, launch);
  EXPECT_THAT(
      finished.out,
      ::testing::StartsWith("<a,b\n\"c\" $(CI) $$><yes><a b><it's><><new\nline><ü*><$(GIVEN)><-n><é>/work "))
      << finished.err;
  EXPECT_THAT(finished.out, ::testing::MatchesRegex("(.|\n)*/work [0-9]+\n")) << "the shell's own number";
}

TEST_F(PodRuns, takes_the_images_own_words_where_there_are_none) {
  const PodWorkspace workspace(
      R"("own": {"options": {"image": "entry:1"}}, "words": {"command": ["mine"], "options": {"image": "entry:1"}},
                                  "none": {"command": ["echo", "bare"], "options": {"image": "entry:1", "entrypoint": ""}})");
  EXPECT_EQ(run(workspace, workspace.launch({"own", "-o", "raw"})).out, "entry own\n");
  EXPECT_EQ(run(workspace, workspace.launch({"words", "-o", "raw"})).out, "entry mine\n");
  EXPECT_EQ(run(workspace, workspace.launch({"none", "-o", "raw"})).out, "bare\n");
}

TEST_F(PodRuns, keeps_secrets_out_of_its_pod) {
  const PodWorkspace workspace(
      R"("go": {"command": "echo $TOKEN; read x < /root/gate", "env": {"TOKEN": "very-secret"}})",
      with_folder("${ROOT}"));
  const e2e::Gate gate(workspace, "gate");
  DreamRun dream(workspace, workspace.launch({"go", "-o", "raw"}));
  dream.await_out("very-secret");
  const std::string name = cluster.names("pods").at(0);
  EXPECT_THAT(cluster.json("pods", name), Not(HasSubstr("very-secret")));
  EXPECT_THAT(cluster.names("secrets"), Contains(name));
  gate.open();
  EXPECT_EQ(dream.exit_code(), 0) << dream.err();
  cluster.expect_nothing();
}

TEST_F(PodRuns, writes_fifty_megabytes_byte_for_byte) {
  const PodWorkspace workspace(task("go", "cat /root/data"), with_folder("${ROOT}"));
  std::string data = fifty_megabytes();
  // What the node's engine writes is JSON, which has no bytes but those of UTF-8.
  for (char& c : data) c = static_cast<char>(c & 0x7f);
  workspace.write("data", data);
  e2e::Launch launch = workspace.launch({"go", "-o", "raw"});
  launch.out_file = "came";
  EXPECT_EQ(run(workspace, launch).code, 0);
  EXPECT_TRUE(text_of(workspace.root() / "came") == data);
}

TEST_F(PodRuns, writes_a_line_of_three_megabytes_and_one_without_an_end) {
  const PodWorkspace workspace(task("go", "yes 0123456 | head -c 3000000 | tr -d '\\\\n'; echo; printf end"));
  const Finished finished = run(workspace, workspace.launch({"go", "-o", "raw"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(finished.out.size(), 3'000'000U / 8 * 7 + 4);
  EXPECT_THAT(finished.out.substr(finished.out.size() - 11), "0123456\nend");
}

TEST_F(PodRuns, is_ready_by_its_output_or_its_readiness_before_the_next_one_starts) {
  const PodWorkspace workspace(
      task("log", "echo up; sleep 1000", R"(, "service": true, "ready": {"log": "up"})") + ", " +
          task("probe", "sleep 1; echo probed; touch /tmp/up; sleep 1000",
               R"(, "service": true, "ready": {"healthcheck": true},
                   "options": {"readinessProbe": {"exec": {"command": ["cat", "/tmp/up"]}, "periodSeconds": 1}})"),
      "",
      R"("./b": {"go": [{"projectPath": "./a", "task": "log", "async": true}, {"projectPath": "./a", "task": "probe", "async": true}]})");
  const Finished finished = run(workspace, workspace.launch({"go"}, "b"));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_LT(finished.out.find("| up"), finished.out.find("b runs"));
  EXPECT_LT(finished.out.find("| probed"), finished.out.find("b runs"));
  cluster.expect_nothing();
}

TEST_F(PodRuns, is_one_of_twenty_on_both_nodes) {
  std::string tasks;
  std::string entries;
  for (int number = 0; number < 20; ++number) {
    const std::string name = "t" + std::to_string(number);
    tasks += task(name, "echo is " + name,
                  R"(, "options": {)" + on_node(number % 2 == 0 ? "node1" : "node2") + "}") +
             ", ";
    entries += (number == 0 ? "\"./a:" : ", \"./a:") + name + "\"";
  }
  const PodWorkspace workspace(tasks + task("go", "echo last"), "", R"("./a": {"go": [[)" + entries + "]]}");
  const Finished finished = run(workspace, workspace.launch({"go", "-j", "20"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  for (int number = 0; number < 20; ++number)
    EXPECT_THAT(finished.out, HasSubstr("is t" + std::to_string(number) + "\n"));
  cluster.expect_nothing();
}

TEST_F(PodRuns, that_can_not_start_is_told_with_what_to_do) {
  const PodWorkspace workspace(
      R"("program": {"command": ["/no/such"]}, "text": {"command": ["/bin/text"]}, "wordless": {}, )" +
      task("image", "true", R"(, "options": {"image": "none:1"})") + ", " +
      task("name", "true", R"(, "options": {"image": "NO NAME"})") + ", " +
      task("node", "true", R"(, "options": {"waitLimit": 2, "nodeSelector": {"disk": "none"}})") + ", " +
      task("space", "true", R"(, "options": {"namespace": "nowhere"})") + ", " +
      task("wrong", "true", R"(, "options": {"podTemplate": {"spec": {"priority": "high"}}})") + ", " +
      task(
          "early", "true",
          R"(, "options": {"podTemplate": {"spec": {"initContainers": [{"name": "first", "image": "box:1", "command": ["false"]}]}}})"));
  for (const auto& [name, code, told] :
       {std::tuple{"program", 127, "its container can't run: ContainerCannotRun"},
        {"wordless", 125, "its image has no command of its own"},
        {"text", 126, "its container can't run: ContainerCannotRun"},
        {"image", 125, "has no such image: ErrImageNeverPull"},
        {"name", 125, "has no such image: InvalidImageName"},
        {"node", 125, "its Pod didn't start in 2 s: it waits for a node: 0/2 nodes are available"},
        {"space", 125, "namespaces \"nowhere\" not found"},
        {"wrong", 125, "the API server can't create pods"},
        {"early", 125, "its init container first has failed: Error, exit code 1"}}) {
    const Finished finished = run(workspace, workspace.launch({name}));
    EXPECT_EQ(finished.code, code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(told));
  }
  cluster.expect_nothing();
}

TEST_F(PodRuns, without_a_cluster_or_a_login_is_told_with_what_to_do) {
  const PodWorkspace workspace(task("none", "true", R"(, "options": {"kubeconfig": "/no/such"})") + ", " +
                               task("nobody", "true", R"(, "options": {"context": "nobody"})") + ", " +
                               task("stranger", "true", R"(, "options": {"context": "stranger"})") + ", " +
                               task("lost", "true", R"(, "options": {"context": "lost"})") + ", " +
                               task("away", "true", R"(, "options": {"kubeconfig": "${ROOT}/away"})"));
  workspace.write(
      "away",
      R"({"current-context": "x", "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
                              "contexts": [{"name": "x", "context": {"cluster": "c"}}]})");
  for (const auto& [name, told] : {std::pair{"none", "there is no kubeconfig at /no/such"},
                                   {"nobody", "User \"nobody\" cannot create resource \"pods\""},
                                   {"stranger", "log in to the cluster again"},
                                   {"lost", "has no context \"lost\""},
                                   {"away", "no connection to the API server: Connection refused"}}) {
    const Finished finished = run(workspace, workspace.launch({name}));
    EXPECT_THAT(finished.code, ::testing::AnyOf(125, 127)) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(told));
  }
}

TEST_F(PodRuns, logs_in_by_a_certificate_and_by_a_program) {
  const PodWorkspace workspace(task("certified", "true", R"(, "options": {"context": "certified"})") + ", " +
                               task("program", "true", R"(, "options": {"kubeconfig": "${ROOT}/program"})"));
  workspace.script(
      "login",
      "#!/bin/sh\necho '{\"kind\": \"ExecCredential\", \"status\": {\"token\": \"token-of-admin\"}}'\n");
  workspace.write("program", R"({"current-context": "x",
    "clusters": [{"name": "c", "cluster": {"server": "https://10.214.7.1:16443", "certificate-authority": ")" DREAM_TEST_CLUSTER
                             R"(/ca.crt"}}],
    "users": [{"name": "u", "user": {"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "./login"}}}],
    "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}]})");
  for (const char* name : {"certified", "program"}) {
    const Finished finished = run(workspace, workspace.launch({name}));
    EXPECT_EQ(finished.code, 0) << finished.err;
  }
  PodWorkspace untrusting(task("go", "true"), R"("kubeconfig": "${ROOT}/config")");
  untrusting.write(
      "config",
      R"({"current-context": "x", "clusters": [{"name": "c", "cluster": {"server": "https://10.214.7.1:16443"}}],
                                 "contexts": [{"name": "x", "context": {"cluster": "c"}}]})");
  const Finished refused = run(untrusting, untrusting.launch({"go"}));
  EXPECT_THAT(refused.err, HasSubstr("no TLS connection to the API server: certificate verify failed"));
}

TEST_F(PodRuns, is_reached_by_the_name_of_its_service) {
  const PodWorkspace workspace(task("go", "echo up; sleep 1000", R"(, "options": {"service": "db"})"));
  DreamRun dream(workspace, workspace.launch({"go"}));
  dream.await_out("up");
  // Who serves DNS asks for the endpoints.
  std::string endpoints;
  while (endpoints.find("\"ip\"") == std::string::npos) endpoints = cluster.json("endpoints", "db");
  EXPECT_THAT(endpoints, HasSubstr("\"name\":\"" + cluster.names("pods").at(0) + "\""));
  DreamRun second(workspace, workspace.launch({"go"}));
  second.await_err("has a Service db already");
  EXPECT_EQ(second.exit_code_beside_others(), 125);
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  cluster.expect_nothing();
}

TEST_F(PodRuns, is_shown_by_a_plan_which_starts_nothing) {
  const PodWorkspace workspace(task("go", "exit 9"));
  const Finished finished = run(workspace, workspace.launch({"plan", "go"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out,
              HasSubstr("kubectl --context admin --namespace default run --image box:1 -- sh -c 'exit 9'"));
  cluster.expect_nothing();
}

}  // namespace
}  // namespace dream::kubernetes::testing
