#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dream/testing/fake_host.hpp>
#include <optional>

#include "container_plan.hpp"
#include "process_identity.hpp"
#include "transport.hpp"

namespace dream::docker {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

/// What a test asks for; owns what the wire borrows.
struct Wanted {
  std::string options = R"({"image": "box"})";
  std::optional<std::string> line = {};
  std::vector<std::string> argv = {};
  std::vector<std::string> arguments = {};
  std::vector<std::string> environment = {};
  std::vector<std::string> own_environment = {};
  std::string directory = "/w/db";
  std::string project = "./db";
  std::string home = "/home/me";
};

std::vector<dream_str> views(const std::vector<std::string>& texts) {
  std::vector<dream_str> all;
  all.reserve(texts.size());
  for (const std::string& text : texts) all.push_back(sdk::view(text));
  return all;
}

Result<ContainerPlan> plan_of(const Wanted& wanted) {
  static dream::testing::FakeHost host;
  const auto argv = views(wanted.argv);
  const auto arguments = views(wanted.arguments);
  const auto environment = views(wanted.environment);
  const auto own = views(wanted.own_environment);
  dream_task task{};
  task.size = sizeof(task);
  task.name = dream_text("start");
  task.stop_signal = 15;
  if (wanted.line) {
    task.command_kind = DREAM_COMMAND_LINE;
    task.command_line = sdk::view(*wanted.line);
  } else if (!argv.empty()) {
    task.command_kind = DREAM_COMMAND_ARGV;
    task.command_argv = {argv.data(), argv.size()};
  }
  task.arguments = {arguments.data(), arguments.size()};
  task.environment = {environment.data(), environment.size()};
  task.own_environment = {own.data(), own.size()};
  task.directory = sdk::view(wanted.directory);
  task.options = sdk::view(wanted.options);
  sdk::Project project;
  project.root = "/w";
  project.path = wanted.project;
  project.directory = "/w/db";
  const Variables variables = [&](const std::string& name) -> std::optional<std::string> {
    if (name == "HOME") return wanted.home;
    if (name == "DOCKER_HOST") return "unix:///e.sock";
    return std::nullopt;
  };
  return make_plan(sdk::Host(host.table()), project, sdk::Task(task), variables);
}

rapidjson::Document spec_of(const Wanted& wanted, const Image& image = {.id = "i1", .command = {"serve"}},
                            bool rootless = false) {
  const auto plan = plan_of(wanted);
  EXPECT_TRUE(plan) << plan.failure().message;
  return parse_json(container_spec(*plan, image, rootless));
}

std::string part(const rapidjson::Document& spec, std::initializer_list<std::string_view> names) {
  return to_text(json_at(spec, names));
}

TEST(ContainerSpec, is_a_container_that_can_be_found_again) {
  const auto spec = spec_of({});
  EXPECT_EQ(part(spec, {"Image"}), "\"box\"");
  EXPECT_EQ(part(spec, {"Labels", "dream.run"}), "\"11111111-2222-4333-8444-555555555555\"");
  EXPECT_EQ(part(spec, {"Labels", "dream.step"}), "\"./db:start\"");
  EXPECT_FALSE(is_dead(json_text(spec, {"Labels", "dream.process"})));
  EXPECT_EQ(part(spec, {"HostConfig", "AutoRemove"}), "false");
  EXPECT_EQ(part(spec, {"HostConfig", "Init"}), "true");
  EXPECT_EQ(part(spec, {"HostConfig", "LogConfig", "Type"}), "\"local\"");
}

TEST(ContainerName, is_another_one_for_each_step) {
  EXPECT_THAT(plan_of({})->name, MatchesRegex("dream-db-start-[0-9a-f]{8}-11111111"));
  EXPECT_NE(step_name("./a-b:c", "1"), step_name("./a:b-c", "1"));
  EXPECT_NE(step_name("./日本:dev", "1"), step_name("./中国:dev", "1"));
  EXPECT_NE(step_name("./A:dev", "1"), step_name("./a:dev", "1"));
  EXPECT_THAT(step_name("./日本:日本", "1"), MatchesRegex("dream-[0-9a-f]{8}-1"));
  const std::string folders(5000, 'x');
  EXPECT_LT(step_name("./" + folders + "1:dev", "1").size(), 100U);
  EXPECT_NE(step_name("./" + folders + "1:dev", "1"), step_name("./" + folders + "2:dev", "1"));
}

TEST(ContainerSpec, mounts_the_project_at_its_own_path_as_the_caller) {
  const auto spec = spec_of({});
  EXPECT_EQ(part(spec, {"HostConfig", "Mounts"}), R"([{"Type":"bind","Source":"/w/db","Target":"/w/db"}])");
  EXPECT_EQ(json_text(spec, {"User"}), std::to_string(::geteuid()) + ":" + std::to_string(::getegid()));
}

TEST(ContainerSpec, without_a_mount_the_user_is_the_images_own) {
  const auto spec = spec_of({.options = R"({"image": "box", "mount": "none"})", .line = "x"});
  EXPECT_EQ(part(spec, {"HostConfig", "Mounts"}), "null");
  EXPECT_EQ(part(spec, {"User"}), "null");
  EXPECT_EQ(part(spec, {"WorkingDir"}), "null");
}

TEST(ContainerSpec, an_engine_elsewhere_has_no_project_to_mount) {
  const auto spec = spec_of({.options = R"({"image": "box", "host": "tcp://far"})"});
  EXPECT_EQ(part(spec, {"HostConfig", "Mounts"}), "null");
  EXPECT_EQ(part(spec, {"User"}), "null");
}

TEST(ContainerSpec, a_user_that_is_named_is_taken_also_when_rootless) {
  const Wanted wanted{.options = R"({"image": "box", "user": "5:6"})"};
  EXPECT_EQ(part(spec_of(wanted, {}, true), {"User"}), "\"5:6\"");
  EXPECT_EQ(part(spec_of({}, {}, true), {"User"}), "null");
  EXPECT_EQ(part(spec_of({.options = R"({"image": "box", "user": ""})"}), {"User"}), "null");
}

TEST(ContainerSpec, a_command_runs_in_the_project_and_an_image_where_it_wants) {
  EXPECT_EQ(part(spec_of({.line = "make"}), {"WorkingDir"}), "\"/w/db\"");
  EXPECT_EQ(part(spec_of({}), {"WorkingDir"}), "null");
  EXPECT_EQ(part(spec_of({.options = R"({"image": "box", "workdir": "sub"})"}), {"WorkingDir"}),
            "\"/w/db/sub\"");
  EXPECT_EQ(part(spec_of({.options = R"({"image": "box", "workdir": "/app"})"}), {"WorkingDir"}), "\"/app\"");
}

TEST(ContainerSpec, a_line_is_for_a_shell_and_an_argv_is_not) {
  EXPECT_EQ(part(spec_of({.line = "a | b"}), {"Cmd"}), R"(["sh","-c","a | b"])");
  EXPECT_EQ(part(spec_of({.line = "a", .arguments = {"x y"}}), {"Cmd"}),
            R"(["sh","-c","a \"$@\"","sh","x y"])");
  EXPECT_EQ(part(spec_of({.argv = {"a", "b"}, .arguments = {"c"}}), {"Cmd"}), R"(["a","b","c"])");
  EXPECT_EQ(part(spec_of({.options = R"({"image": "box", "command": ["a"]})"}), {"Cmd"}), R"(["a"])");
  EXPECT_EQ(part(spec_of({.options = R"({"image": "box", "command": ["a"]})", .argv = {"b"}}), {"Cmd"}),
            R"(["b"])");
}

TEST(ContainerSpec, arguments_follow_an_images_command_and_replace_those_of_its_entrypoint) {
  EXPECT_EQ(part(spec_of({.arguments = {"-v"}}), {"Cmd"}), R"(["serve","-v"])");
  const Image image{.id = "i1", .entrypoint = {"run"}, .command = {"serve"}};
  EXPECT_EQ(part(spec_of({.arguments = {"-v"}}, image), {"Cmd"}), R"(["-v"])");
  EXPECT_EQ(part(spec_of({}, image), {"Cmd"}), R"(["serve"])");
}

TEST(ContainerPlan, without_an_entrypoint_and_a_command_runs_nothing) {
  for (const char* entrypoint : {"\"\"", "[]", "[\"\"]"}) {
    const std::string options = R"({"image": "box", "entrypoint": )" + std::string(entrypoint) + "}";
    const auto plan = plan_of({.options = options});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.failure().code, DREAM_E_OPTIONS);
    EXPECT_EQ(plan.failure().where, "/entrypoint");
    EXPECT_EQ(plan.failure().message, "nothing to run: the entrypoint is taken away and there is no command");
    EXPECT_TRUE(plan_of({.options = options, .line = "x"}));
    EXPECT_TRUE(plan_of({.options = options, .arguments = {"x"}}));
  }
}

TEST(ContainerSpec, has_the_proxies_that_dream_json_does_not_set) {
  auto plan = plan_of({.own_environment = {"HTTP_PROXY=own", "A=1"}});
  ASSERT_TRUE(plan);
  plan->proxies = {{"HTTP_PROXY", "http://p"}, {"http_proxy", "http://p"}};
  EXPECT_EQ(part(parse_json(container_spec(*plan, {.id = "i1"}, false)), {"Env"}),
            R"(["HTTP_PROXY=own","A=1","http_proxy=http://p"])");
}

TEST(ContainerPlan, mounts_nothing_of_a_home_that_is_not_known) {
  const auto plan = plan_of({.options = R"({"image": "box", "volumes": ["/a:/a", "~/x:/v"]})", .home = ""});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.failure().code, DREAM_E_OPTIONS);
  EXPECT_EQ(plan.failure().where, "/volumes/1");
  EXPECT_EQ(plan.failure().message, "HOME isn't set, which ~/x begins with");
}

TEST(ContainerSpec, without_an_entrypoint_the_command_is_all) {
  const auto spec = spec_of({.options = R"({"image": "box", "entrypoint": []})", .argv = {"a", "b"}});
  EXPECT_EQ(part(spec, {"Entrypoint"}), R"(["a","b"])");
  EXPECT_EQ(part(spec, {"Cmd"}), "null");
  EXPECT_EQ(part(spec_of({.options = R"({"image": "box", "entrypoint": "e"})"}), {"Entrypoint"}), R"(["e"])");
}

TEST(ContainerSpec, the_environment_is_what_dream_json_gives_and_what_is_named) {
  const auto spec = spec_of({.options = R"({"image": "box", "env": ["HOME", "A", "NONE"]})",
                             .environment = {"A=1", "HOME=/home/me", "PATH=/bin"},
                             .own_environment = {"A=1"}});
  EXPECT_EQ(part(spec, {"Env"}), R"(["A=1","HOME=/home/me"])");
}

TEST(ContainerSpec, paths_of_volumes_are_from_the_project) {
  const auto spec = spec_of(
      {.options = R"({"image": "box", "volumes": ["./a:/a:ro", "../b:/b", "~/c:/c", "named:/d", "/e"]})"});
  EXPECT_EQ(part(spec, {"HostConfig", "Binds"}), R"(["/w/db/a:/a:ro","/w/b:/b","/home/me/c:/c","named:/d"])");
  EXPECT_EQ(part(spec, {"Volumes"}), R"({"/e":{}})");
}

TEST(ContainerSpec, a_path_with_a_colon_is_mounted_as_it_is) {
  const Wanted wanted{.options = R"({"image": "box", "mount": "none",
                                     "volumes": ["./co:lon:/a:ro", "/x:y:/b", "./c:/c"]})"};
  const auto spec = spec_of(wanted);
  EXPECT_EQ(part(spec, {"HostConfig", "Binds"}), R"(["/w/db/c:/c"])");
  EXPECT_EQ(part(spec, {"HostConfig", "Mounts"}),
            R"([{"Type":"bind","Source":"/w/db/co:lon","Target":"/a","ReadOnly":true},)"
            R"({"Type":"bind","Source":"/x:y","Target":"/b"}])");
  EXPECT_EQ(describe(*plan_of(wanted)),
            "docker run --rm --init --mount type=bind,source=/w/db/co:lon,target=/a,readonly "
            "--mount type=bind,source=/x:y,target=/b --volume /w/db/c:/c box");
  const auto failed = plan_of({.options = R"({"image": "box", "volumes": ["./c:/c", "./co:lon:/a:z"]})"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.failure().where, "/volumes/1");
  EXPECT_EQ(failed.failure().message, "the mode \"z\" can't be had for a path with a colon: /w/db/co:lon");
}

TEST(ContainerSpec, so_is_one_below_a_project_with_a_colon) {
  const Wanted wanted{.options = R"({"image": "box", "mount": "none", "volumes": ["./data:/data:ro"]})",
                      .directory = "/w/co:lon"};
  EXPECT_EQ(part(spec_of(wanted), {"HostConfig", "Binds"}), "null");
  EXPECT_EQ(part(spec_of(wanted), {"HostConfig", "Mounts"}),
            R"([{"Type":"bind","Source":"/w/co:lon/data","Target":"/data","ReadOnly":true}])");
  EXPECT_THAT(describe(*plan_of({.directory = "/w/co:lon"})),
              HasSubstr(" --mount type=bind,source=/w/co:lon,target=/w/co:lon "));
}

TEST(ContainerSpec, ports_are_exposed_and_bound) {
  const auto spec =
      spec_of({.options = R"({"image": "box", "ports": ["8080:80", "127.0.0.1:81:80", "5/udp"]})"});
  EXPECT_EQ(part(spec, {"ExposedPorts"}), R"({"5/udp":{},"80/tcp":{}})");
  EXPECT_EQ(part(spec, {"HostConfig", "PortBindings"}),
            R"({"5/udp":[{}],"80/tcp":[{"HostPort":"8080"},{"HostIp":"127.0.0.1","HostPort":"81"}]})");
}

TEST(ContainerSpec, limits_and_devices_are_passed) {
  const auto spec = spec_of({.options = R"({"image": "box", "memory": "64m", "cpus": 0.5, "gpus": "all",
                                            "network": "host", "init": false, "labels": {"a": "b"}})"});
  EXPECT_EQ(part(spec, {"HostConfig", "Memory"}), "67108864");
  EXPECT_EQ(part(spec, {"HostConfig", "NanoCpus"}), "500000000");
  EXPECT_EQ(part(spec, {"HostConfig", "DeviceRequests"}), R"([{"Count":-1,"Capabilities":[["gpu"]]}])");
  EXPECT_EQ(part(spec, {"HostConfig", "NetworkMode"}), "\"host\"");
  EXPECT_EQ(part(spec, {"HostConfig", "Init"}), "false");
  EXPECT_EQ(part(spec, {"Labels", "a"}), "\"b\"");
}

TEST(ContainerSpec, a_health_check_counts_in_nanoseconds_and_leaves_the_rest_to_the_image) {
  const auto check = [](const std::string& option) {
    return part(spec_of({.options = R"({"image": "box", "healthcheck": )" + option + "}"}), {"Healthcheck"});
  };
  EXPECT_EQ(check(R"({"test": "pg_isready -q", "interval": 5000, "retries": 3})"),
            R"({"Test":["CMD-SHELL","pg_isready -q"],"Interval":5000000000,"Retries":3})");
  EXPECT_EQ(check(R"({"test": ["a", "b c"], "timeout": 1, "startPeriod": 2, "startInterval": 3})"),
            R"({"Test":["CMD","a","b c"],"Timeout":1000000,"StartPeriod":2000000,"StartInterval":3000000})");
  EXPECT_EQ(check(R"({"disable": true})"), R"({"Test":["NONE"]})");
  EXPECT_EQ(part(spec_of({}), {"Healthcheck"}), "null");
}

TEST(ContainerSpec, has_names_on_the_network_of_its_run) {
  const std::string run = "dream-w-11111111-2222-4333-8444-555555555555";
  const auto aliases = [&](const std::string& options, const std::string& project = "./db") {
    return part(spec_of({.options = R"({"image": "box")" + options + "}", .project = project}),
                {"NetworkingConfig", "EndpointsConfig"});
  };
  EXPECT_EQ(part(spec_of({}), {"HostConfig", "NetworkMode"}), "\"" + run + "\"");
  EXPECT_EQ(aliases(""), "{\"" + run + R"(":{"Aliases":["db"]}})");
  EXPECT_EQ(aliases("", "./services/my-db.1/"), "{\"" + run + R"(":{"Aliases":["my-db.1"]}})");
  EXPECT_EQ(aliases(R"(, "aliases": ["postgres", "db", "db.local", "postgres"])"),
            "{\"" + run + R"(":{"Aliases":["db","postgres","db.local"]}})");
  EXPECT_EQ(aliases(R"(, "network": "mine", "aliases": ["a"])"), R"({"mine":{"Aliases":["a"]}})")
      << "not its folder's name: the network is not dream's";
  for (const char* nameless : {"./", "./two words", "./日本", "./.."})
    EXPECT_EQ(aliases("", nameless), "null");
}

TEST(NetworkName, is_another_one_for_each_run) {
  EXPECT_EQ(network_name("/home/me/My App", "1"), "dream-my-app-1");
  EXPECT_EQ(network_name("/日本", "1"), "dream-1");
  EXPECT_EQ(network_name("/", "1"), "dream-1");
}

TEST(ContainerSpec, what_it_may_do_and_see_is_passed) {
  const Wanted wanted{.options = R"({"image": "box", "mount": "none",
    "capAdd": ["NET_ADMIN"], "capDrop": ["ALL"], "readOnly": true,
    "tmpfs": ["/run", "/tmp:size=64m,mode=1777"],
    "ulimits": {"core": 0, "memlock": -1, "nofile": 4096, "nproc": {"soft": 10, "hard": -1}},
    "extraHosts": ["a:1.2.3.4", "b=[::1]", "host.docker.internal:host-gateway"], "shmSize": "1m",
    "devices": ["/dev/fuse", "/dev/a:/dev/b", "/dev/c:r", "/dev/d:/dev/e:rw"],
    "securityOpt": ["no-new-privileges"], "sysctls": {"net.a": 1, "net.b": "2 3"}, "groupAdd": ["video", 44],
    "privileged": true, "pidsLimit": -1, "cpuset": "0-1", "ipc": "host", "pid": "host", "dns": ["1.1.1.1"],
    "dnsSearch": ["example.org"], "dnsOptions": ["ndots:1"], "hostname": "box1", "domainname": "example.org"})"};
  const auto spec = spec_of(wanted);
  const auto host = [&](const char* name) { return part(spec, {"HostConfig", name}); };
  EXPECT_EQ(host("CapAdd"), R"(["NET_ADMIN"])");
  EXPECT_EQ(host("CapDrop"), R"(["ALL"])");
  EXPECT_EQ(host("ReadonlyRootfs"), "true");
  EXPECT_EQ(host("Tmpfs"), R"({"/run":"","/tmp":"size=64m,mode=1777"})");
  EXPECT_EQ(host("Ulimits"),
            R"([{"Name":"core"},{"Name":"memlock","Soft":-1,"Hard":-1},)"
            R"({"Name":"nofile","Soft":4096,"Hard":4096},{"Name":"nproc","Soft":10,"Hard":-1}])");
  EXPECT_EQ(host("ExtraHosts"), R"(["a:1.2.3.4","b:::1","host.docker.internal:host-gateway"])");
  EXPECT_EQ(host("ShmSize"), "1048576");
  EXPECT_EQ(host("Devices"),
            R"([{"PathOnHost":"/dev/fuse","PathInContainer":"/dev/fuse","CgroupPermissions":"rwm"},)"
            R"({"PathOnHost":"/dev/a","PathInContainer":"/dev/b","CgroupPermissions":"rwm"},)"
            R"({"PathOnHost":"/dev/c","PathInContainer":"/dev/c","CgroupPermissions":"r"},)"
            R"({"PathOnHost":"/dev/d","PathInContainer":"/dev/e","CgroupPermissions":"rw"}])");
  EXPECT_EQ(host("SecurityOpt"), R"(["no-new-privileges"])");
  EXPECT_EQ(host("Sysctls"), R"({"net.a":"1","net.b":"2 3"})");
  EXPECT_EQ(host("GroupAdd"), R"(["video","44"])");
  EXPECT_EQ(host("Privileged"), "true");
  EXPECT_EQ(host("PidsLimit"), "-1");
  EXPECT_EQ(host("CpusetCpus"), "\"0-1\"");
  EXPECT_EQ(host("IpcMode"), "\"host\"");
  EXPECT_EQ(host("PidMode"), "\"host\"");
  EXPECT_EQ(host("Dns"), R"(["1.1.1.1"])");
  EXPECT_EQ(host("DnsSearch"), R"(["example.org"])");
  EXPECT_EQ(host("DnsOptions"), R"(["ndots:1"])");
  EXPECT_EQ(part(spec, {"Hostname"}), "\"box1\"");
  EXPECT_EQ(part(spec, {"Domainname"}), "\"example.org\"");
  EXPECT_THAT(describe(*plan_of(wanted)),
              HasSubstr("--cap-add NET_ADMIN --cap-drop ALL --read-only --tmpfs /run --tmpfs "
                        "/tmp:size=64m,mode=1777 --ulimit core=0:0 --ulimit memlock=-1:-1"));
  EXPECT_THAT(
      describe(*plan_of(wanted)),
      HasSubstr("--privileged --pids-limit -1 --dns 1.1.1.1 --dns-search example.org --dns-option ndots:1 "
                "--cpuset-cpus 0-1 --ipc host --pid host --hostname box1 --domainname example.org"));
}

TEST(ContainerSpec, says_nothing_of_what_is_the_engines_own) {
  const auto spec = spec_of({});
  for (const char* name : {"CapAdd", "CapDrop", "ReadonlyRootfs", "Tmpfs", "Ulimits", "ExtraHosts", "ShmSize",
                           "Devices", "SecurityOpt", "Sysctls", "GroupAdd", "Privileged", "PidsLimit",
                           "CpusetCpus", "IpcMode", "PidMode", "Dns", "DnsSearch", "DnsOptions"})
    EXPECT_EQ(part(spec, {"HostConfig", name}), "null") << name;
  EXPECT_EQ(part(spec, {"Hostname"}), "null");
  EXPECT_EQ(part(spec, {"Domainname"}), "null");
}

TEST(ContainerSpec, what_is_built_runs_by_its_id) {
  EXPECT_EQ(part(spec_of({.options = R"({"build": {}})"}), {"Image"}), "\"i1\"");
  EXPECT_THAT(build_tag(*plan_of({.options = R"({"build": {}})"})), StartsWith("dream-db-"));
}

TEST(ContainerPlan, is_described_as_the_docker_command_that_does_the_same) {
  const auto plan =
      plan_of({.options = R"({"image": "box", "user": "5", "ports": ["8080:80"], "volumes": ["x:/y"]})",
               .line = "echo hi",
               .own_environment = {"SECRET=1"}});
  EXPECT_EQ(describe(*plan),
            "docker run --rm --init --user 5 --volume /w/db:/w/db --workdir /w/db --volume x:/y --publish "
            "8080:80/tcp --env SECRET box sh -c 'echo hi'");
}

TEST(ContainerPlan, shows_ports_as_docker_reads_them) {
  const auto plan = plan_of({.options = R"({"image": "box", "mount": "none", "ports":
                             ["[::1]:8080:80", "127.0.0.1::81", "82", "[::1]::83", "8000-8002:84"]})"});
  EXPECT_EQ(
      describe(*plan),
      "docker run --rm --init --publish '[::1]:8080:80/tcp' --publish 127.0.0.1::81/tcp --publish 82/tcp "
      "--publish '[::1]::83/tcp' --publish 8000-8002:84/tcp box");
}

TEST(ContainerPlan, wrong_options_are_an_error) {
  EXPECT_EQ(plan_of({.options = "{}"}).failure().code, DREAM_E_OPTIONS);
  EXPECT_EQ(plan_of({.options = R"({"image": "a", "host": "nowhere"})"}).failure().where, "/host");
}

}  // namespace
}  // namespace dream::docker
