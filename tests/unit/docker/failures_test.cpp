#include "failures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dream/sdk/executor.hpp>

namespace dream::docker {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Endpoint endpoint{.address = "unix:///e.sock"};

std::string message(const std::string& text) {
  return R"({"message": ")" + text + "\"}";
}

TEST(DockerFailures, the_codes_of_a_command_are_those_of_a_shell) {
  const auto code = [](const std::string& text) {
    return sdk::Exit::failed_start(refused(endpoint, "start the container", 400, message(text))).value;
  };
  EXPECT_EQ(code("exec: \\\"x\\\": executable file not found in $PATH: unknown"), 127);
  EXPECT_EQ(code("exec: \\\"/x\\\": stat /x: no such file or directory: unknown"), 127);
  EXPECT_EQ(code("exec: \\\"/etc\\\": permission denied: unknown"), 126);
  EXPECT_EQ(code("exec /x: exec format error: unknown"), 126);
  EXPECT_EQ(code("something else"), 125);
}

TEST(DockerFailures, of_a_build_are_none_of_the_step_s_program) {
  for (const char* text :
       {"exec: \\\"x\\\": executable file not found in $PATH: unknown", "exec format error"}) {
    const Failure failure = refused(endpoint, "build the image", 200, message(text));
    EXPECT_EQ(sdk::Exit::failed_start(failure).value, 125) << text;
    EXPECT_EQ(failure.hint, "");
  }
  EXPECT_THAT(refused(endpoint, "pull the image x", 404, message("pull access denied")).hint,
              HasSubstr("docker login"));
}

TEST(DockerFailures, of_a_constraint_show_how_one_is_written) {
  const Failure failure =
      refused(endpoint, "create the service", 500,
              message("rpc error: code = Unknown desc = constraint expected one operator from ==, !="));
  EXPECT_EQ(failure.hint, R"(write `constraints` like "node.role==worker" or "node.labels.disk!=ssd")");
}

TEST(DockerFailures, of_a_machine_without_a_network_are_none_of_a_network_of_containers) {
  const auto hint = [](const std::string& what, const std::string& text) {
    return refused(endpoint, what, 500, message(text)).hint;
  };
  for (const char* why :
       {"tcp 1.2.3.4:443: connect: network is unreachable", "tcp: lookup r.io: no such host"})
    EXPECT_THAT(hint("pull the image x", std::string("Get https://r.io/v2/: dial ") + why),
                HasSubstr("the engine's machine"));
  EXPECT_EQ(hint("start the container", "the network is down"), "");
  for (const char* text :
       {"network x not found", "unable to find network with name or ID x: network not found"})
    EXPECT_THAT(hint("create the container", text), HasSubstr("docker network ls"));
}

TEST(DockerFailures, say_what_where_and_what_to_do) {
  const auto exit =
      sdk::Exit::failed_start(refused(endpoint, "start the container", 500,
                                      message("Bind for 0.0.0.0:80 failed: port is already allocated")));
  EXPECT_EQ(
      exit.text,
      "the container engine can't start the container: Bind for 0.0.0.0:80 failed: port is already "
      "allocated (unix:///e.sock); another program or container has this port: end it, or change `ports`");
}

TEST(DockerFailures, a_name_in_use_may_be_of_another_step_of_dream) {
  const std::string hint =
      refused(endpoint, "x", 409, message("The container name \\\"/a\\\" is already in use by container b."))
          .hint;
  EXPECT_THAT(hint, HasSubstr("docker ps -a"));
  EXPECT_THAT(hint, Not(HasSubstr("docker rm")));
}

TEST(DockerFailures, an_answer_that_is_no_json_is_shown_as_it_is) {
  EXPECT_EQ(refused(endpoint, "x", 502, "Bad Gateway\n").message,
            "the container engine can't x: Bad Gateway");
  EXPECT_EQ(refused(endpoint, "x", 500, "").message, "the container engine can't x: status 500");
}

TEST(DockerFailures, no_engine_says_how_to_get_one) {
  const error_code missing(ENOENT, boost::system::system_category());
  EXPECT_THAT(unreachable(endpoint, missing).hint, HasSubstr("apt-get install docker.io"));
  const error_code denied(EACCES, boost::system::system_category());
  EXPECT_THAT(unreachable(endpoint, denied).hint, HasSubstr("group docker"));
}

TEST(DockerFailures, a_program_that_is_a_connection_is_quoted) {
  const Endpoint ssh{.kind = Endpoint::Kind::program, .address = "ssh://box"};
  EXPECT_THAT(unreachable(ssh, asio::error::eof, "Permission denied (publickey)").message,
              HasSubstr("Permission denied (publickey)"));
}

}  // namespace
}  // namespace dream::docker
