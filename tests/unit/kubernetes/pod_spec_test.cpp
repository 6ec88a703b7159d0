#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <dream/testing/fake_host.hpp>
#include <optional>

#include "pod_plan.hpp"
#include "pod_state.hpp"
#include "support/temporary_folder.hpp"

namespace dream::kubernetes {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What a test asks for; owns what the wire borrows.
struct Asked {
  std::string options = R"({"image": "box"})";
  std::optional<std::string> line = {};
  std::vector<std::string> argv = {};
  std::vector<std::string> arguments = {};
  std::vector<std::string> environment = {};
  std::vector<std::string> own_environment = {};
  int stop_signal = 15;
  std::uint64_t flags = 0;
  std::uint64_t grace_ms = 5000;
  std::string name = "start";
};

std::vector<dream_str> wired(const std::vector<std::string>& texts) {
  std::vector<dream_str> all;
  all.reserve(texts.size());
  for (const std::string& text : texts) all.push_back(sdk::view(text));
  return all;
}

Result<PodPlan> plan_of(const Asked& asked) {
  static dream::testing::FakeHost host;
  static const TemporaryFolder folder;
  const std::string file = folder
                               .write("config", R"({"current-context": "x",
      "clusters": [{"name": "c", "cluster": {"server": "https://k8s:6443"}}],
      "contexts": [{"name": "x", "context": {"cluster": "c"}}]})")
                               .string();
  const auto argv = wired(asked.argv);
  const auto arguments = wired(asked.arguments);
  const auto environment = wired(asked.environment);
  const auto own = wired(asked.own_environment);
  dream_task task{};
  task.size = sizeof(task);
  task.run = 3;
  task.name = sdk::view(asked.name);
  task.stop_signal = asked.stop_signal;
  task.grace_ms = static_cast<decltype(task.grace_ms)>(asked.grace_ms);
  task.flags = static_cast<decltype(task.flags)>(asked.flags);
  if (asked.line) {
    task.command_kind = DREAM_COMMAND_LINE;
    task.command_line = sdk::view(*asked.line);
  } else if (!argv.empty()) {
    task.command_kind = DREAM_COMMAND_ARGV;
    task.command_argv = {argv.data(), argv.size()};
  }
  task.arguments = {arguments.data(), arguments.size()};
  task.environment = {environment.data(), environment.size()};
  task.own_environment = {own.data(), own.size()};
  task.directory = dream_text("/w/db");
  task.options = sdk::view(asked.options);
  sdk::Project project;
  project.root = "/w";
  project.path = "./db";
  project.directory = "/w/db";
  const Variables variables = [&](const std::string& name) -> std::optional<std::string> {
    return name == "KUBECONFIG" ? std::optional(file) : std::nullopt;
  };
  return make_plan(sdk::Host(host.table()), project, sdk::Task(task), variables);
}

rapidjson::Document spec_of(const Asked& asked) {
  const auto plan = plan_of(asked);
  EXPECT_TRUE(plan) << plan.failure().message;
  return parse_json(plan ? pod_spec(*plan) : "");
}

/// The JSON of a part of the step's container, or of the Pod's spec.
std::string of_container(const rapidjson::Document& pod, const char* name) {
  const Json& containers = json_at(pod, {"spec", "containers"});
  for (const Json& container : containers.GetArray()) {
    if (json_text(container, {"name"}) == container_name) return plugins::to_text(json_at(container, {name}));
  }
  return "no container";
}
std::string of_pod(const rapidjson::Document& pod, const char* name) {
  return plugins::to_text(json_at(pod, {"spec", name}));
}

TEST(PodSpec, is_a_bare_pod_that_knows_nothing_of_the_cluster) {
  const auto pod = spec_of({.line = "true"});
  EXPECT_EQ(json_text(pod, {"kind"}), "Pod");
  EXPECT_EQ(of_pod(pod, "restartPolicy"), "\"Never\"");
  EXPECT_EQ(of_pod(pod, "enableServiceLinks"), "false");
  EXPECT_EQ(of_pod(pod, "automountServiceAccountToken"), "false");
  EXPECT_EQ(of_pod(pod, "shareProcessNamespace"), "true");
  EXPECT_EQ(of_pod(pod, "terminationGracePeriodSeconds"), "5");
  EXPECT_EQ(json_text(pod, {"metadata", "annotations", "dream.step"}), "./db:start");
  EXPECT_EQ(of_container(pod, "args"), R"(["sh","-c","true"])");
  EXPECT_EQ(of_container(pod, "command"), "null");
  EXPECT_EQ(of_container(pod, "envFrom"), "null");
}

TEST(PodSpec, without_an_entrypoint_and_a_command_runs_nothing) {
  const auto plan = plan_of({.options = R"({"image": "box", "entrypoint": [""]})"});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.failure().code, DREAM_E_OPTIONS);
  EXPECT_EQ(plan.failure().where, "/entrypoint");
}

TEST(PodSpec, keeps_what_is_empty_among_the_words_of_an_entrypoint) {
  const auto pod = spec_of({.options = R"({"image": "box", "entrypoint": ["e", "", "f"]})"});
  EXPECT_EQ(of_container(pod, "command"), R"(["e","","f"])");
}

TEST(PodSpec, has_the_words_as_a_container_of_docker_has_them) {
  EXPECT_EQ(of_container(spec_of({.argv = {"a", "b c"}, .arguments = {"d"}}), "args"), R"(["a","b c","d"])");
  EXPECT_EQ(of_container(spec_of({.line = "run \"$@\"", .arguments = {"x"}}), "args"),
            R"(["sh","-c","run \"$$@\"","sh","x"])");
  const auto none = spec_of({.options = R"({"image": "box", "entrypoint": ""})", .argv = {"a"}});
  EXPECT_EQ(of_container(none, "command"), R"(["a"])");
  EXPECT_EQ(of_container(none, "args"), "null");
  const auto other =
      spec_of({.options = R"({"image": "box", "entrypoint": ["tini", "--"], "command": "go"})"});
  EXPECT_EQ(of_container(other, "command"), R"(["tini","--"])");
  EXPECT_EQ(of_container(other, "args"), R"(["sh","-c","go"])");
  EXPECT_EQ(of_container(spec_of({}), "args"), "null") << "the image's own";
}

TEST(PodSpec, keeps_dollars_from_kubernetes) {
  EXPECT_EQ(of_container(spec_of({.line = "echo $$ $(date) $X"}), "args"),
            R"(["sh","-c","echo $$$$ $$(date) $$X"])");
}

TEST(PodSpec, has_no_value_of_the_environment_in_it) {
  const Asked asked{.options = R"({"image": "box", "env": ["CI", "NONE"]})",
                    .environment = {"CI=yes", "OTHER=1"},
                    .own_environment = {"TOKEN=very=secret"}};
  const auto plan = plan_of(asked);
  ASSERT_TRUE(plan);
  EXPECT_THAT(pod_spec(*plan), Not(HasSubstr("secret=")));
  EXPECT_EQ(of_container(parse_json(pod_spec(*plan)), "envFrom"),
            R"([{"secretRef":{"name":")" + plan->name + R"("}}])");
  const auto secret = parse_json(secret_spec(*plan));
  EXPECT_EQ(json_text(secret, {"metadata", "name"}), plan->name);
  EXPECT_EQ(json_text(secret, {"data", "TOKEN"}), "dmVyeT1zZWNyZXQ=");
  EXPECT_EQ(json_text(secret, {"data", "CI"}), "eWVz");
  EXPECT_EQ(json_at(secret, {"data"}).MemberCount(), 2U);
}

TEST(PodSpec, has_what_the_options_say) {
  const auto pod =
      spec_of({.options = R"({"image": "box", "cpus": 1.5, "memory": "512Mi", "nodeSelector": {"disk": "ssd"},
                      "tolerations": [{"key": "gpu", "operator": "Exists"}], "serviceAccount": "builder", "pull": "missing",
                      "mount": {"claim": "work", "path": "/w", "subPath": "db"}, "init": false,
                      "readinessProbe": {"tcpSocket": {"port": 1}}})"});
  EXPECT_EQ(of_container(pod, "resources"),
            R"({"requests":{"cpu":"1500m","memory":"512Mi"},"limits":{"cpu":"1500m","memory":"512Mi"}})");
  EXPECT_EQ(of_pod(pod, "nodeSelector"), R"({"disk":"ssd"})");
  EXPECT_EQ(of_pod(pod, "tolerations"), R"([{"key":"gpu","operator":"Exists"}])");
  EXPECT_EQ(of_pod(pod, "serviceAccountName"), "\"builder\"");
  EXPECT_EQ(of_pod(pod, "automountServiceAccountToken"), "true");
  EXPECT_EQ(of_pod(pod, "shareProcessNamespace"), "null");
  EXPECT_EQ(of_container(pod, "imagePullPolicy"), "\"IfNotPresent\"");
  EXPECT_EQ(of_container(pod, "workingDir"), "\"/w\"");
  EXPECT_EQ(of_container(pod, "volumeMounts"), R"([{"name":"project","mountPath":"/w","subPath":"db"}])");
  EXPECT_EQ(of_pod(pod, "volumes"), R"([{"name":"project","persistentVolumeClaim":{"claimName":"work"}}])");
  EXPECT_EQ(of_container(pod, "readinessProbe"), R"({"tcpSocket":{"port":1}})");
}

TEST(PodSpec, unpacks_a_copy_of_the_project_before_its_command) {
  const auto plan =
      plan_of({.options = R"({"image": "box", "pull": "never", "mount": {"copy": true, "path": "/w"}})"});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->excluded, std::vector<std::string>{".git"});
  const auto pod = parse_json(pod_spec(*plan));
  EXPECT_EQ(of_pod(pod, "volumes"), R"([{"name":"project","emptyDir":{}}])");
  EXPECT_EQ(
      of_pod(pod, "initContainers"),
      R"([{"name":"copy","image":"box","command":["/bin/sh","-c","read -r size && head -c \"$size\" | tar -xf -"],)"
      R"("workingDir":"/w","stdin":true,"stdinOnce":true,"imagePullPolicy":"Never",)"
      R"("volumeMounts":[{"name":"project","mountPath":"/w"}]}])");
  EXPECT_EQ(of_container(pod, "workingDir"), "\"/w\"");
  EXPECT_EQ(of_container(pod, "volumeMounts"), R"([{"name":"project","mountPath":"/w"}])");
}

TEST(PodPlan, refuses_options_that_mean_nothing) {
  for (const auto& [options, where] :
       {std::pair{R"({"image": "box", "ports": ["8080:80", "0:80"]})", "/ports/1"},
        {R"({"image": "box", "ports": ["99999"]})", "/ports/0"},
        {R"({"image": "box", "mount": {"path": "/w"}})", "/mount"},
        {R"({"image": "box", "mount": {"path": "/w", "copy": false}})", "/mount"},
        {R"({"image": "box", "mount": {"path": "/w", "copy": true, "claim": "c"}})", "/mount"}}) {
    const auto plan = plan_of({.options = options});
    ASSERT_FALSE(plan) << options;
    EXPECT_EQ(plan.failure().code, DREAM_E_OPTIONS);
    EXPECT_EQ(plan.failure().where, where);
  }
  const auto plan = plan_of({.options = R"({"image": "box", "ports": ["8080:80", 9000]})"});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->ports, (std::vector<ForwardedPort>{{8080, 80}, {9000, 9000}}));
}

TEST(PodSpec, is_merged_with_the_template) {
  const auto pod =
      spec_of({.options = R"({"image": "box", "mount": {"claim": "work", "path": "/w"}, "podTemplate": {
                      "metadata": {"labels": {"team": "api", "dream.run": "mine"}},
                      "spec": {"restartPolicy": "Always", "enableServiceLinks": true, "hostNetwork": true,
                               "volumes": [{"name": "more", "emptyDir": {}}],
                               "containers": [{"name": "step", "image": "other", "securityContext": {"runAsUser": 1},
                                               "volumeMounts": [{"name": "more", "mountPath": "/more"}]},
                                              {"name": "side", "image": "side"}]}}})"});
  EXPECT_EQ(json_text(pod, {"metadata", "labels", "team"}), "api");
  EXPECT_NE(json_text(pod, {"metadata", "labels", "dream.run"}), "mine");
  EXPECT_EQ(of_pod(pod, "restartPolicy"), "\"Never\"");
  EXPECT_EQ(of_pod(pod, "enableServiceLinks"), "true");
  EXPECT_EQ(of_pod(pod, "hostNetwork"), "true");
  EXPECT_EQ(json_at(pod, {"spec", "volumes"}).Size(), 2U);
  EXPECT_EQ(json_at(pod, {"spec", "containers"}).Size(), 2U);
  EXPECT_EQ(of_container(pod, "image"), "\"box\"");
  EXPECT_EQ(of_container(pod, "securityContext"), R"({"runAsUser":1})");
  EXPECT_EQ(of_container(pod, "volumeMounts"),
            R"([{"name":"more","mountPath":"/more"},{"name":"project","mountPath":"/w"}])");
}

TEST(PodSpec, has_a_service_that_finds_it) {
  const auto plan = plan_of({.options = R"({"image": "box", "service": "db"})"});
  ASSERT_TRUE(plan);
  const auto service = parse_json(service_spec(*plan));
  EXPECT_EQ(json_text(service, {"metadata", "name"}), "db");
  EXPECT_EQ(json_text(service, {"spec", "clusterIP"}), "None");
  const auto pod = parse_json(pod_spec(*plan));
  EXPECT_EQ(json_text(service, {"spec", "selector", "dream.step"}),
            json_text(pod, {"metadata", "labels", "dream.step"}));
}

TEST(PodPlan, has_a_name_that_kubernetes_takes) {
  const auto plan = plan_of({.name = std::string(200, 'x')});
  ASSERT_TRUE(plan);
  EXPECT_LE(plan->name.size(), 63U);
  EXPECT_TRUE(plan->name.ends_with("-3"))
      << "the number of the start: one that is started again is another one";
  EXPECT_NE(plan->name, plan_of({.name = std::string(199, 'x') + "y"})->name);
}

TEST(PodPlan, rounds_the_grace_up_to_seconds) {
  EXPECT_EQ(grace_seconds(*plan_of({.grace_ms = 1})), 1);
  EXPECT_EQ(grace_seconds(*plan_of({.grace_ms = 2000})), 2);
  EXPECT_EQ(grace_seconds(*plan_of({.grace_ms = 2001})), 3);
}

TEST(PodPlan, refuses_what_kubernetes_can_not_do) {
  EXPECT_EQ(plan_of({.options = "{}"}).failure().message, "there is no image");
  EXPECT_THAT(plan_of({.stop_signal = 2}).failure().message, HasSubstr("asks a Pod to end by TERM"));
  EXPECT_TRUE(plan_of({.stop_signal = 2, .flags = DREAM_TASK_OWN_SIGNAL}));
  for (const std::uint32_t flag : {DREAM_TASK_TELL_READY, DREAM_TASK_ASK_HEALTH}) {
    EXPECT_THAT(plan_of({.flags = flag}).failure().message, HasSubstr("nothing tells when the Pod"));
    EXPECT_TRUE(plan_of({.options = R"({"image": "box", "readinessProbe": {}})", .flags = flag}));
  }
}

TEST(PodPlan, is_told_as_a_line_of_kubectl) {
  const auto plan = plan_of({.options = R"({"image": "box", "namespace": "dev"})",
                             .line = "make test",
                             .own_environment = {"TOKEN=secret"}});
  ASSERT_TRUE(plan);
  EXPECT_EQ(describe(*plan),
            "kubectl --context x --namespace dev run --image box --env TOKEN -- sh -c 'make test'");
}

}  // namespace
}  // namespace dream::kubernetes
