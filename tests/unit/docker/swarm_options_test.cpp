#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "options.hpp"

namespace dream::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What is wrong with these options of a service, and where.
std::string wrong_in_swarm(const std::string& members) {
  const auto options = read_options(R"({"image": "a", "swarm": true, )" + members + "}");
  return options ? "fine" : options.failure().where + ": " + options.failure().message;
}

TEST(SwarmOptions, are_a_flag_or_say_which_nodes_suit) {
  EXPECT_FALSE(read_options(R"({"image": "a"})")->swarm);
  EXPECT_FALSE(read_options(R"({"image": "a", "swarm": false})")->swarm);
  EXPECT_THAT(read_options(R"({"image": "a", "swarm": true})")->swarm->constraints, IsEmpty());
  EXPECT_THAT(read_options(R"({"image": "a", "swarm": {"constraints": "a==b"}})")->swarm->constraints,
              ElementsAre("a==b"));
  EXPECT_THAT(
      read_options(R"({"image": "a", "swarm": {"constraints": ["a==b", "c!=d"]}})")->swarm->constraints,
      ElementsAre("a==b", "c!=d"));
}

TEST(SwarmOptions, that_a_service_does_not_have_are_refused) {
  for (const char* name : {"pull", "platform", "gpus", "shmSize", "domainname"}) {
    const std::string value = std::string(name) == "pull"   ? "always"
                              : std::string(name) == "gpus" ? "all"
                                                            : "1m";
    EXPECT_EQ(wrong_in_swarm("\"" + std::string(name) + R"(": ")" + value + "\""),
              "/" + std::string(name) + ": there is no `" + name + "` in a swarm");
  }
  EXPECT_THAT(wrong_in_swarm(R"("devices": ["/dev/fuse"])"), HasSubstr("there is no `devices` in a swarm"));
  EXPECT_THAT(wrong_in_swarm(R"("securityOpt": ["no-new-privileges"])"),
              HasSubstr("no `securityOpt` in a swarm"));
  const auto built = read_options(R"({"build": {}, "swarm": {}})");
  ASSERT_FALSE(built);
  EXPECT_EQ(built.failure().where, "/build");
  EXPECT_THAT(built.failure().hint, HasSubstr("push it to a registry"));
  EXPECT_TRUE(read_options(R"({"build": {}, "swarm": false})"));
}

TEST(SwarmOptions, are_refused_where_a_service_has_less_to_choose_from) {
  EXPECT_EQ(wrong_in_swarm(R"("ports": ["127.0.0.1:80:80"])"),
            "/ports: no port is published on one address only (127.0.0.1) in a swarm");
  EXPECT_THAT(wrong_in_swarm(R"("ports": ["8000-8010:80"])"), HasSubstr("one of a range (8000-8010)"));
  EXPECT_EQ(wrong_in_swarm(R"("ports": ["8080:80", 3000, "53:53/udp", "1000-1001:2000-2001"])"), "fine");
  EXPECT_THAT(wrong_in_swarm(R"("volumes": ["a:/a:ro", "b:/b:z"])"),
              HasSubstr("/volumes/1: there is no mode \"z\""));
  EXPECT_THAT(wrong_in_swarm(R"("network": "none")"), HasSubstr("/network"));
  EXPECT_THAT(wrong_in_swarm(R"("network": "container:x")"), HasSubstr("/network"));
  for (const char* network : {"host", "bridge", "mine"})
    EXPECT_EQ(wrong_in_swarm(R"("network": ")" + std::string(network) + "\""), "fine");
  EXPECT_THAT(wrong_in_swarm(R"("extraHosts": ["a:1.2.3.4", "b:host-gateway"])"), HasSubstr("/extraHosts/1"));
  EXPECT_THAT(wrong_in_swarm(R"("tmpfs": "/run:noexec")"),
              HasSubstr("/tmpfs: there is no tmpfs with \"noexec\""));
  EXPECT_EQ(wrong_in_swarm(R"("tmpfs": ["/run", "/tmp:size=64m,mode=1777"])"), "fine");
}

TEST(SwarmOptions, of_a_folder_in_memory_are_its_size_and_mode) {
  const auto settings = read_tmpfs_settings("size=64m,mode=1777");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->size, 64 * 1024 * 1024);
  EXPECT_EQ(settings->mode, 01777);
  for (const char* wrong : {"size=", "size=x", "mode=9", "mode=", "mode=177777", "nosuid", "size=1m,exec"})
    EXPECT_FALSE(read_tmpfs_settings(wrong)) << wrong;
}

}  // namespace
}  // namespace dream::docker
