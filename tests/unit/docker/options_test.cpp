#include "options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shared/size.hpp"

namespace dream::docker {
namespace {

using ::testing::ElementsAre;

/// The JSON pointer of what is wrong with these options; "fine" when nothing is.
std::string wrong_in(const std::string& json) {
  const auto options = read_options(json);
  return options ? "fine" : options.failure().where;
}

TEST(DockerOptions, have_defaults) {
  const auto options = read_options(R"({"image": "a"})");
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->init);
  EXPECT_EQ(options->pull, Pull::missing);
  EXPECT_FALSE(options->mount);
  EXPECT_FALSE(options->user);
}

TEST(DockerOptions, need_either_an_image_or_a_build) {
  EXPECT_EQ(wrong_in("{}"), "");
  EXPECT_EQ(wrong_in(R"({"image": "a", "build": {}})"), "/image");
  EXPECT_EQ(wrong_in(R"({"build": {}})"), "fine");
}

TEST(DockerOptions, an_empty_entrypoint_is_none) {
  EXPECT_FALSE(read_options(R"({"image": "a"})")->entrypoint);
  EXPECT_THAT(*read_options(R"({"image": "a", "entrypoint": ""})")->entrypoint, ElementsAre());
  EXPECT_THAT(*read_options(R"({"image": "a", "entrypoint": []})")->entrypoint, ElementsAre());
  EXPECT_THAT(*read_options(R"({"image": "a", "entrypoint": [""]})")->entrypoint, ElementsAre());
  EXPECT_THAT(*read_options(R"({"image": "a", "entrypoint": "x y"})")->entrypoint, ElementsAre("x y"));
  EXPECT_THAT(*read_options(R"({"image": "a", "entrypoint": ["x", "", "y"]})")->entrypoint,
              ElementsAre("x", "", "y"));
}

TEST(DockerOptions, a_port_is_the_containers_or_a_pair_or_a_triple) {
  EXPECT_THAT(*parse_port("80", ""), ElementsAre(PortBinding{"80/tcp", "", ""}));
  EXPECT_THAT(*parse_port("8080:80", ""), ElementsAre(PortBinding{"80/tcp", "", "8080"}));
  EXPECT_THAT(*parse_port("127.0.0.1:53:53/udp", ""), ElementsAre(PortBinding{"53/udp", "127.0.0.1", "53"}));
  EXPECT_THAT(*parse_port("127.0.0.1::53", ""), ElementsAre(PortBinding{"53/tcp", "127.0.0.1", ""}));
  EXPECT_THAT(*parse_port("[::1]:1:2", ""), ElementsAre(PortBinding{"2/tcp", "::1", "1"}));
  EXPECT_THAT(*parse_port("::1:1:2", ""), ElementsAre(PortBinding{"2/tcp", "::1", "1"}));
}

TEST(DockerOptions, a_range_of_ports_is_many) {
  EXPECT_THAT(*parse_port("81-82:1-2", ""),
              ElementsAre(PortBinding{"1/tcp", "", "81"}, PortBinding{"2/tcp", "", "82"}));
  EXPECT_FALSE(parse_port("81-83:1-2", ""));
  EXPECT_FALSE(parse_port("81:1-2", ""));
}

TEST(DockerOptions, a_port_may_get_one_of_a_range) {
  EXPECT_THAT(*parse_port("::80", ""), ElementsAre(PortBinding{"80/tcp", "", ""}));
  EXPECT_THAT(*parse_port(":8080:80", ""), ElementsAre(PortBinding{"80/tcp", "", "8080"}));
  EXPECT_THAT(*parse_port("127.0.0.1:8000-8002:80", ""),
              ElementsAre(PortBinding{"80/tcp", "127.0.0.1", "8000-8002"}));
  EXPECT_THAT(*parse_port("8000-8002:80/udp", ""), ElementsAre(PortBinding{"80/udp", "", "8000-8002"}));
}

TEST(DockerOptions, a_number_is_a_port_too) {
  EXPECT_THAT(read_options(R"({"image": "a", "ports": [3000]})")->ports,
              ElementsAre(PortBinding{"3000/tcp", "", ""}));
}

TEST(DockerOptions, a_wrong_port_is_named_by_its_place) {
  for (const char* port : {"0", "65536", "a", "80/icmp", "1:2:3:4x", "5-2", ":", "80:", "8002-8000:80",
                           "here:1:2", "[::1:1:2", "[]:1:2"}) {
    EXPECT_EQ(wrong_in(R"({"image": "a", "ports": ["1", ")" + std::string(port) + R"("]})"), "/ports/1")
        << port;
  }
}

TEST(DockerOptions, memory_has_units) {
  using plugins::parse_size;
  EXPECT_EQ(parse_size("512m"), 512LL * 1024 * 1024);
  EXPECT_EQ(parse_size("1.5G"), 1536LL * 1024 * 1024);
  EXPECT_EQ(parse_size("64MiB"), 64LL * 1024 * 1024);
  EXPECT_EQ(parse_size("64 mb"), 64LL * 1024 * 1024);
  EXPECT_EQ(parse_size("1t"), 1LL << 40U);
  EXPECT_EQ(parse_size("2PB"), 1LL << 51U);
  for (const char* text : {"7", "7b", "7 B"}) EXPECT_EQ(parse_size(text), 7) << text;
  for (const char* text :
       {"",    "m",    "-1m",   "+1m", " 1m", "1  m", "1m ",  "1x",        "1mx",   "1bb", "1bib",
        "1mi", "1mxb", "0x10m", "nan", "inf", "infb", "1,5g", "99999999t", "1e30g", "0",   "0.5"})
    EXPECT_FALSE(parse_size(text)) << text;
  EXPECT_EQ(wrong_in(R"({"image": "a", "memory": "1 apple"})"), "/memory");
  EXPECT_EQ(wrong_in(R"({"image": "a", "memory": "1m"})"), "/memory");
  EXPECT_EQ(read_options(R"({"image": "a", "memory": 134217728})")->memory, 134217728);
}

TEST(DockerOptions, cpus_are_a_fraction) {
  EXPECT_EQ(read_options(R"({"image": "a", "cpus": 1.5})")->nano_cpus, 1'500'000'000);
  EXPECT_EQ(wrong_in(R"({"image": "a", "cpus": 0})"), "/cpus");
}

TEST(DockerOptions, gpus_are_all_or_some_or_named) {
  EXPECT_EQ(read_options(R"({"image": "a", "gpus": "all"})")->gpus->count, -1);
  EXPECT_EQ(read_options(R"({"image": "a", "gpus": 2})")->gpus->count, 2);
  EXPECT_THAT(read_options(R"({"image": "a", "gpus": "device=0,b"})")->gpus->devices, ElementsAre("0", "b"));
  EXPECT_EQ(wrong_in(R"({"image": "a", "gpus": "many"})"), "/gpus");
  EXPECT_EQ(wrong_in(R"({"image": "a", "gpus": 0})"), "/gpus");
}

TEST(DockerOptions, a_health_check_has_a_test_or_is_disabled) {
  EXPECT_EQ(wrong_in(R"({"image": "a", "healthcheck": {"test": "x", "disable": true}})"), "/healthcheck");
  EXPECT_EQ(wrong_in(R"({"image": "a", "healthcheck": {"test": "x", "disable": false}})"), "fine");
  EXPECT_TRUE(read_options(R"({"image": "a", "healthcheck": {"disable": true}})")->health_check->is_off());
}

TEST(DockerOptions, aliases_need_a_network_that_knows_names) {
  EXPECT_EQ(wrong_in(R"({"image": "a", "aliases": ["b"]})"), "fine");
  EXPECT_EQ(wrong_in(R"({"image": "a", "aliases": ["b"], "network": "mine"})"), "fine");
  for (const char* network : {"host", "none", "bridge", "default", "container:x"}) {
    const std::string options = R"({"image": "a", "network": ")" + std::string(network) + "\"";
    EXPECT_EQ(wrong_in(options + R"(, "aliases": ["b"]})"), "/aliases") << network;
    EXPECT_EQ(wrong_in(options + R"(, "aliases": []})"), "fine") << network;
  }
}

TEST(DockerOptions, of_what_a_container_may_do_are_checked) {
  const auto wrong = [](const std::string& more) { return wrong_in(R"({"image": "a", )" + more + "}"); };
  EXPECT_EQ(wrong(R"("tmpfs": "/run")"), "fine");
  EXPECT_EQ(wrong(R"("tmpfs": ["/run", "run:size=1m"])"), "/tmpfs/1");
  EXPECT_EQ(wrong(R"("ulimits": {"nofile": {"soft": 2, "hard": 1}})"), "/ulimits/nofile");
  EXPECT_EQ(wrong(R"("ulimits": {"nofile": {"soft": -1, "hard": 1}})"), "/ulimits/nofile");
  EXPECT_EQ(wrong(R"("ulimits": {"nofile": {"soft": 2, "hard": -1}})"), "fine");
  EXPECT_EQ(wrong(R"("ulimits": {"nofile": 18446744073709551615})"), "/ulimits/nofile");
  EXPECT_EQ(wrong(R"("ulimits": {"nofile": {"soft": 18446744073709551615, "hard": -1}})"), "/ulimits/nofile");
  for (const char* host : {"a", "a:", ":1.2.3.4", "="})
    EXPECT_EQ(wrong(R"("extraHosts": [")" + std::string(host) + "\"]"), "/extraHosts/0") << host;
  EXPECT_EQ(wrong(R"("shmSize": "much")"), "/shmSize");
  EXPECT_EQ(wrong(R"("shmSize": 1024)"), "fine");
  for (const char* device : {"fuse", "/dev/a:b", "/dev/a:/dev/b:x", "/dev/a:/b:/c:r", ""})
    EXPECT_EQ(wrong(R"("devices": [")" + std::string(device) + "\"]"), "/devices/0") << device;
}

TEST(DockerOptions, a_volume_needs_an_absolute_path_in_the_container) {
  EXPECT_EQ(wrong_in(R"({"image": "a", "volumes": ["x:/y:ro", "/z", "./a:/b"]})"), "fine");
  EXPECT_EQ(wrong_in(R"({"image": "a", "volumes": ["/y", "data"]})"), "/volumes/1");
  EXPECT_EQ(wrong_in(R"({"image": "a", "volumes": [":/y"]})"), "/volumes/0");
  EXPECT_EQ(wrong_in(R"({"image": "a", "volumes": ["./a:b"]})"), "/volumes/0");
  EXPECT_EQ(wrong_in(R"({"image": "a", "volumes": ["na:me:/y"]})"), "/volumes/0");
}

TEST(DockerOptions, a_volume_is_a_source_a_target_and_a_mode) {
  EXPECT_EQ(*parse_volume("/z", ""), (Volume{"", "/z", ""}));
  EXPECT_EQ(*parse_volume("data:/var/lib", ""), (Volume{"data", "/var/lib", ""}));
  EXPECT_EQ(*parse_volume("./a:/b:ro,z", ""), (Volume{"./a", "/b", "ro,z"}));
  EXPECT_EQ(*parse_volume("./a:b:/c:ro", ""), (Volume{"./a:b", "/c", "ro"}));
  EXPECT_EQ(*parse_volume("/a:/b:/c", ""), (Volume{"/a:/b", "/c", ""}));
}

}  // namespace
}  // namespace dream::docker
