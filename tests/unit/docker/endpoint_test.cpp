#include "endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "support/temporary_folder.hpp"

namespace dream::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Variables variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(DockerEndpoint, a_unix_address_is_the_path_of_a_socket) {
  const auto endpoint = parse_endpoint("unix:///run/docker.sock", variables({}));
  ASSERT_TRUE(endpoint);
  EXPECT_TRUE(endpoint->is_local());
  EXPECT_EQ(endpoint->path, "/run/docker.sock");
}

TEST(DockerEndpoint, tcp_has_a_port_of_its_own_without_and_with_tls) {
  EXPECT_EQ(parse_endpoint("tcp://box", variables({}))->port, "2375");
  EXPECT_FALSE(parse_endpoint("tcp://box:2375", variables({}))->tls);
  EXPECT_EQ(parse_endpoint("tcp://box", variables({{"DOCKER_TLS_VERIFY", "1"}}))->port, "2376");
  EXPECT_TRUE(parse_endpoint("tcp://box:2376", variables({}))->tls);
  EXPECT_TRUE(parse_endpoint("tcp://box:2376", variables({}))->tls->verify);
  EXPECT_FALSE(parse_endpoint("tcp://box:99", variables({{"DOCKER_TLS", "1"}}))->tls->verify);
}

TEST(DockerEndpoint, a_v6_address_stands_in_brackets) {
  const auto endpoint = parse_endpoint("tcp://[::1]:2375/", variables({}));
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->host, "::1");
  EXPECT_EQ(endpoint->port, "2375");
}

TEST(DockerEndpoint, the_certificates_are_those_of_the_folder_that_has_them) {
  const TemporaryFolder folder;
  folder.write("ca.pem", "x");
  const auto endpoint =
      parse_endpoint("tcp://box:2376", variables({{"DOCKER_CERT_PATH", folder.path().string()}}));
  EXPECT_EQ(endpoint->tls->authority, (folder.path() / "ca.pem").string());
  EXPECT_EQ(endpoint->tls->key, "");
}

TEST(DockerEndpoint, ssh_is_a_program_whose_input_and_output_are_the_connection) {
  const auto endpoint = parse_endpoint("ssh://me@box:2222/run/mine.sock", variables({}));
  ASSERT_TRUE(endpoint);
  EXPECT_THAT(endpoint->command,
              ElementsAre("ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o",
                          "ServerAliveInterval=15", "-l", "me", "-p", "2222", "--", "box", "docker", "--host",
                          "unix:///run/mine.sock", "system", "dial-stdio"));
  EXPECT_FALSE(endpoint->is_local());
}

TEST(DockerEndpoint, what_ssh_would_take_for_an_option_is_refused) {
  EXPECT_FALSE(parse_endpoint("ssh://-oProxyCommand=evil", variables({})));
  EXPECT_FALSE(parse_endpoint("ssh://-x@box", variables({})));
}

TEST(DockerEndpoint, what_a_shell_would_read_is_quoted_or_refused) {
  const auto last_words = [](const std::string& address) {
    const auto endpoint = parse_endpoint(address, variables({}));
    EXPECT_TRUE(endpoint) << address;
    return endpoint ? endpoint->command[endpoint->command.size() - 3] : "";
  };
  EXPECT_EQ(last_words("ssh://h/;id"), "'unix:///;id'");
  EXPECT_EQ(last_words("ssh://h/a b$(id)`id`"), "'unix:///a b$(id)`id`'");
  EXPECT_EQ(last_words("ssh://h/it's"), R"('unix:///it'\''s')");
  for (const char* address : {"ssh://h;id", "ssh://$(id)@h", "ssh://h:`id`", "ssh://a b", "ssh://h\nid"}) {
    EXPECT_FALSE(parse_endpoint(address, variables({}))) << address;
  }
}

TEST(DockerEndpoint, nonsense_is_an_error_in_the_option) {
  for (const char* address :
       {"", "docker.sock", "unix://relative", "tcp://", "ssh://me@", "npipe://x", "ssh://a:b@c"}) {
    const auto endpoint = parse_endpoint(address, variables({}));
    ASSERT_FALSE(endpoint) << address;
    EXPECT_EQ(endpoint.failure().code, DREAM_E_OPTIONS);
    EXPECT_EQ(endpoint.failure().where, "/host");
  }
  EXPECT_FALSE(parse_endpoint("unix:///" + std::string(120, 'x'), variables({})));
}

struct FindEndpoint : ::testing::Test {
  FindEndpoint() {
    folder.write("config.json", R"({"currentContext": "far"})");
    folder.write(
        "contexts/meta/1234/meta.json",
        R"({"Name": "far", "Endpoints": {"docker": {"Host": "tcp://far:1", "SkipTLSVerify": true}}})");
    folder.write("contexts/tls/1234/docker/ca.pem", "x");
    values["DOCKER_CONFIG"] = folder.path().string();
  }
  TemporaryFolder folder;
  std::map<std::string, std::string> values;
};

TEST_F(FindEndpoint, the_option_comes_first) {
  values["DOCKER_HOST"] = "tcp://other";
  EXPECT_EQ(find_endpoint("unix:///a", variables(values))->path, "/a");
}

TEST_F(FindEndpoint, DOCKER_HOST_comes_before_every_context) {
  values["DOCKER_HOST"] = "tcp://other";
  EXPECT_EQ(find_endpoint(std::nullopt, variables(values))->host, "other");
  values["DOCKER_CONTEXT"] = "far";
  EXPECT_EQ(find_endpoint(std::nullopt, variables(values))->host, "other");
}

TEST_F(FindEndpoint, a_wrong_DOCKER_HOST_is_named) {
  values["DOCKER_HOST"] = "other";
  const auto endpoint = find_endpoint(std::nullopt, variables(values));
  ASSERT_FALSE(endpoint);
  EXPECT_EQ(endpoint.failure().where, "DOCKER_HOST");
  EXPECT_EQ(endpoint.failure().code, DREAM_E_FAILED);
}

TEST_F(FindEndpoint, the_current_context_has_its_own_certificates) {
  const auto endpoint = find_endpoint(std::nullopt, variables(values));
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->host, "far");
  ASSERT_TRUE(endpoint->tls);
  EXPECT_FALSE(endpoint->tls->verify);
  EXPECT_THAT(endpoint->tls->authority, HasSubstr("contexts/tls/1234/docker/ca.pem"));
}

TEST_F(FindEndpoint, a_context_that_does_not_exist_is_an_error) {
  values["DOCKER_CONTEXT"] = "near";
  const auto endpoint = find_endpoint(std::nullopt, variables(values));
  ASSERT_FALSE(endpoint);
  EXPECT_EQ(endpoint.failure().message, "the docker context \"near\" doesn't exist");
}

TEST_F(FindEndpoint, the_default_context_is_the_socket_of_this_machine) {
  values["DOCKER_CONTEXT"] = "default";
  EXPECT_TRUE(find_endpoint(std::nullopt, variables(values))->is_local());
}

TEST(DockerProxies, are_those_of_the_engine_or_of_all) {
  const TemporaryFolder folder;
  folder.write("config.json", R"({"proxies": {
    "default": {"httpProxy": "http://p:1", "noProxy": "localhost", "allProxy": ""},
    "tcp://far:1": {"httpsProxy": "http://q:2", "ftpProxy": "f"}}})");
  using Proxies = std::map<std::string, std::string>;
  EXPECT_EQ(proxies_of(folder.path().string(), "unix:///var/run/docker.sock"),
            (Proxies{{"HTTP_PROXY", "http://p:1"},
                     {"http_proxy", "http://p:1"},
                     {"NO_PROXY", "localhost"},
                     {"no_proxy", "localhost"}}));
  EXPECT_EQ(proxies_of(folder.path().string(), "tcp://far:1"), (Proxies{{"HTTPS_PROXY", "http://q:2"},
                                                                        {"https_proxy", "http://q:2"},
                                                                        {"FTP_PROXY", "f"},
                                                                        {"ftp_proxy", "f"}}));
  EXPECT_EQ(proxies_of("/no/such", "x"), Proxies{});
}

}  // namespace
}  // namespace dream::docker
