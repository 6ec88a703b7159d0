#include "service_spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "transport.hpp"

namespace dream::docker {
namespace {

using ::testing::HasSubstr;

/// Of a plan with these options, as JSON members.
ContainerPlan service_plan(const std::string& members) {
  const auto options =
      read_options(R"({"image": "box:1", "swarm": {"constraints": ["a==b"]})" + members + "}");
  EXPECT_TRUE(options) << options.failure().message;
  ContainerPlan plan{.options = *options, .endpoint = {}};
  plan.name = "dream-web";
  plan.labels = {{run_label, "run"}};
  plan.network = options->network.empty() ? "of-the-run" : options->network;
  plan.shares_network = options->network.empty();
  plan.aliases = {"web"};
  plan.command = std::vector<std::string>{"sh", "-c", "serve"};
  return plan;
}

std::string member(const ContainerPlan& plan, std::initializer_list<std::string_view> names) {
  return to_text(json_at(parse_json(service_spec(plan, Image{})), names));
}

TEST(ServiceSpec, is_one_task_that_is_not_started_again_and_can_be_found_again) {
  const ContainerPlan plan = service_plan("");
  EXPECT_EQ(member(plan, {"Mode"}), R"({"Replicated":{"Replicas":1}})");
  EXPECT_EQ(member(plan, {"TaskTemplate", "RestartPolicy"}), R"({"Condition":"none"})");
  EXPECT_EQ(member(plan, {"TaskTemplate", "Placement"}), R"({"Constraints":["a==b"]})");
  EXPECT_EQ(member(plan, {"Labels"}), R"({"dream.run":"run"})");
  EXPECT_EQ(member(plan, {"TaskTemplate", "ContainerSpec", "Labels"}), R"({"dream.run":"run"})");
  EXPECT_EQ(member(plan, {"TaskTemplate", "ContainerSpec", "Args"}), R"(["sh","-c","serve"])");
  EXPECT_EQ(member(plan, {"TaskTemplate", "ContainerSpec", "StopGracePeriod"}), "5000000000");
  EXPECT_EQ(member(plan, {"TaskTemplate", "ContainerSpec", "StopSignal"}), "\"15\"");
}

TEST(ServiceSpec, is_on_the_runs_network_on_another_one_or_on_none_of_the_swarm) {
  EXPECT_EQ(member(service_plan(""), {"TaskTemplate", "Networks"}),
            R"([{"Target":"of-the-run","Aliases":["web"]}])");
  EXPECT_EQ(member(service_plan(R"(, "network": "bridge")"), {"TaskTemplate", "Networks"}), "null");
  EXPECT_EQ(member(service_plan(""), {"EndpointSpec"}), R"({"Mode":"dnsrr"})");
  EXPECT_EQ(member(service_plan(R"(, "ports": ["8080:80", "53/udp"])"), {"EndpointSpec", "Ports"}),
            R"([{"Protocol":"tcp","TargetPort":80,"PublishedPort":8080,"PublishMode":"host"},)"
            R"({"Protocol":"udp","TargetPort":53,"PublishMode":"host"}])");
}

TEST(ServiceSpec, mounts_folders_volumes_and_memory) {
  ContainerPlan plan = service_plan(R"(, "volumes": ["/a:/b:ro", "data:/c", "/d"], "tmpfs": "/run:size=1m")");
  plan.mount = true;
  plan.directory = "/w";
  EXPECT_EQ(
      member(plan, {"TaskTemplate", "ContainerSpec", "Mounts"}),
      R"([{"Type":"bind","Source":"/w","Target":"/w"},{"Type":"bind","Source":"/a","Target":"/b","ReadOnly":true},)"
      R"({"Type":"volume","Source":"data","Target":"/c"},{"Type":"volume","Target":"/d"},)"
      R"({"Type":"tmpfs","Target":"/run","TmpfsOptions":{"SizeBytes":1048576}}])");
}

TEST(ServiceSpec, has_values_with_two_braces_as_text) {
  ContainerPlan plan = service_plan(R"(, "volumes": ["/{{a}}:/b"])");
  plan.environment = {"A={{.Node.Hostname}} {{{", "B={x}", "{{C=1"};
  EXPECT_EQ(member(plan, {"TaskTemplate", "ContainerSpec", "Env"}),
            R"(["A={{\"{{\"}}.Node.Hostname}} {{\"{{\"}}{","B={x}","{{C=1"])");
  EXPECT_EQ(member(plan, {"TaskTemplate", "ContainerSpec", "Mounts"}),
            R"([{"Type":"bind","Source":"/{{\"{{\"}}a}}","Target":"/b"}])");
}

TEST(ServiceSpec, to_end_its_task_suits_no_node_and_is_the_same_otherwise) {
  const ContainerPlan plan = service_plan("");
  auto ending = parse_json(ending_service_spec(plan, Image{}));
  EXPECT_EQ(to_text(json_at(ending, {"TaskTemplate", "Placement", "Constraints"})), R"(["node.id==none"])");
  ending["TaskTemplate"]["Placement"]["Constraints"][0].SetString("a==b");
  EXPECT_EQ(to_text(ending), service_spec(plan, Image{}));
}

TEST(ServiceSpec, names_the_image_by_the_digest_that_the_engine_has) {
  const Image image{.digests = {"other@sha256:1", "registry:5000/team/box@sha256:2", "box@sha256:3"}};
  EXPECT_EQ(service_image("box", image), "box@sha256:3");
  EXPECT_EQ(service_image("box:1", image), "box:1@sha256:3");
  EXPECT_EQ(service_image("registry:5000/team/box:1", image), "registry:5000/team/box:1@sha256:2");
  EXPECT_EQ(service_image("registry:5000/team/box", image), "registry:5000/team/box@sha256:2");
  EXPECT_EQ(service_image("box@sha256:4", image), "box@sha256:4");
  EXPECT_EQ(service_image("unknown:1", image), "unknown:1");
}

TEST(ServiceSpec, has_a_name_that_dns_takes) {
  EXPECT_EQ(service_name("dream-web-dev-01234567-89abcdef"), "dream-web-dev-01234567-89abcdef");
  const std::string whole = step_name("./" + std::string(64, 'a') + ":dev", "89abcdef");
  const std::string name = service_name(whole);
  EXPECT_LE(name.size(), 63U);
  EXPECT_TRUE(name.starts_with("dream-aaa"));
  EXPECT_EQ(name.substr(name.size() - 18), whole.substr(whole.size() - 18));
}

TEST(ServiceSpec, is_shown_as_a_command_line) {
  ContainerPlan plan = service_plan(
      R"(, "network": "mine", "ports": ["8080:80"], "memory": "64m", "entrypoint": ["tini", "--"], "volumes": ["data:/d:ro"])");
  plan.environment = {"SECRET=1"};
  EXPECT_EQ(describe_service(plan),
            "docker service create --restart-condition none --constraint a==b --init "
            "--mount type=volume,source=data,target=/d,readonly --publish "
            "mode=host,target=80,published=8080,protocol=tcp "
            "--network name=mine,alias=web --limit-memory 67108864 --env SECRET --entrypoint tini box:1 -- "
            "sh -c serve");
}

TEST(ServiceSpec, is_shown_with_fields_in_quotes_where_they_have_commas_and_with_all_of_its_tmpfs) {
  const ContainerPlan plan =
      service_plan(R"(, "volumes": ["/a,b:/c", "/d:/e,f:ro"], "tmpfs": ["/run:size=1m,mode=1770", "/g,h"])");
  EXPECT_THAT(describe_service(plan),
              HasSubstr("--mount 'type=bind,\"source=/a,b\",target=/c' "
                        "--mount 'type=bind,source=/d,\"target=/e,f\",readonly' "
                        "--mount 'type=tmpfs,\"target=/g,h\"' "
                        "--mount type=tmpfs,target=/run,tmpfs-size=1048576,tmpfs-mode=1770"));
}

}  // namespace
}  // namespace dream::docker
