// docs/examples/four-executors: a container, npm, deno and a shell in one run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "e2e/dream_run.hpp"
#include "e2e/http.hpp"
#include "e2e/process_list.hpp"
#include "support/free_port.hpp"
#include "test_engine.hpp"

namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// The example with ports of its own, the image that the tests' engine has, and a label by which its
/// containers are told from those of other tests.
class FourExecutors : public ::testing::Test {
 protected:
  FourExecutors() {
    std::string configuration = workspace_.read("dream.json");
    const std::string image = R"("image": "busybox")";
    const std::size_t at = configuration.find(image);
    if (at == std::string::npos) throw std::runtime_error("the example has no image");
    configuration.replace(at, image.size(), R"("image": "box", "labels": {"mark": ")" + label() + R"("})");
    workspace_.write("dream.json", configuration);
    workspace_.write("ports.env", "DATABASE_PORT=" + std::to_string(database_port_) +
                                      "\nGREETER_PORT=" + std::to_string(free_port()) +
                                      "\nQUOTES_PORT=" + std::to_string(free_port()) +
                                      "\nAPI_PORT=" + std::to_string(api_port_) + "\n");
  }

  [[nodiscard]] Launch launch() const {
    return {.arguments = {"dev"}, .folder = "api", .environment = {{"DOCKER_HOST", engine_}}};
  }
  [[nodiscard]] std::string label() const { return "four" + std::to_string(database_port_); }
  [[nodiscard]] std::vector<std::string> containers() const {
    return docker::testing::containers_with(engine_, "mark=" + label());
  }

  static void await_ready(DreamRun& dream) {
    dream.await_out("database: opens on port");
    for (const char* name : {"greeter", "quotes", "api"})
      dream.await_out(std::string(name) + ": ready on port");
  }

  /// The program of a service, whatever runs it.
  [[nodiscard]] pid_t program_of(const std::string& service, const DreamRun& dream) const {
    if (service == "greeter") return find_program_below(dream.pid(), ": node server.js");
    if (service == "quotes") return find_program_below(dream.pid(), "deno/deno run");
    if (service == "api") return find_below(dream.pid(), "api.py");
    const std::string database = "httpd -f -p 127.0.0.1:" + std::to_string(database_port_) + " ";
    pid_t program = 0;
    while ((program = find_anywhere(database)) == 0) {
    }
    return program;
  }

  std::string engine_ = docker::testing::shared_engine().address();
  int database_port_ = free_port();
  int api_port_ = free_port();
  Workspace workspace_{Example{"four-executors"}};
};

TEST_F(FourExecutors, come_up_in_order_and_serve_and_ctrl_c_leaves_neither_process_nor_container) {
  DreamRun dream(workspace_, launch());
  await_ready(dream);
  EXPECT_THAT(dream.err(), ContainsRegex("./database:start started(.|\n)*./greeter:dev started(.|\n)*"
                                         "./quotes:dev started(.|\n)*./api:dev started"));
  EXPECT_EQ(body_of(ask(api_port_, "GET /ada")), "hello, Ada Lovelace\nwell begun is half done\n");
  EXPECT_EQ(body_of(ask(api_port_, "GET /nobody")), "hello, stranger\nmany hands make light work\n");
  EXPECT_THAT(containers(), SizeIs(1));
  EXPECT_NE(program_of("database", dream), 0);
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_THAT(dream.out(), AllOf(HasSubstr("greeter: closed\n"), HasSubstr("quotes: closed\n"),
                                 HasSubstr("api: closed\n")))
      << dream.err();
  EXPECT_THAT(dream.err(), HasSubstr("4 terminated in"));
  EXPECT_THAT(containers(), IsEmpty());
  EXPECT_EQ(find_anywhere("httpd -f -p 127.0.0.1:" + std::to_string(database_port_)), 0);
}

class OneOfFour : public FourExecutors, public ::testing::WithParamInterface<const char*> {};

TEST_P(OneOfFour, takes_the_others_down_when_it_fails) {
  DreamRun dream(workspace_, launch());
  await_ready(dream);
  ::kill(program_of(GetParam(), dream), SIGKILL);
  EXPECT_EQ(dream.exit_code(), 137) << dream.err();
  const std::string task = GetParam() == std::string("database") ? ":start" : ":dev";
  EXPECT_THAT(dream.err(), AllOf(HasSubstr("stopping: required step ./" + (GetParam() + task) + " failed"),
                                 HasSubstr("1 failed, 3 terminated in")));
  for (const std::string name : {"greeter", "quotes", "api"}) {
    if (name == GetParam()) continue;
    EXPECT_THAT(dream.out(), HasSubstr(name + ": closed\n"));
  }
  EXPECT_THAT(containers(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(FourExecutors, OneOfFour, ::testing::Values("database", "greeter", "quotes", "api"),
                         [](const auto& what) { return std::string(what.param); });

TEST_F(FourExecutors, leave_neither_process_nor_container_when_dream_is_killed) {
  DreamRun dream(workspace_, launch());
  await_ready(dream);
  ::kill(host_of(dream.pid()), SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_THAT(containers(), IsEmpty());
}

TEST_F(FourExecutors, leave_neither_process_nor_container_when_the_process_the_user_started_is_killed) {
  DreamRun dream(workspace_, launch());
  await_ready(dream);
  dream.send(SIGKILL);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 137);
  EXPECT_THAT(containers(), IsEmpty());
}

// Here, since all that any example needs is here.
TEST(Examples, have_no_problems) {
  const std::string engine = docker::testing::shared_engine().address();
  std::size_t examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(DREAM_EXAMPLES)) {
    if (!entry.is_directory()) continue;
    const Workspace workspace(Example{entry.path().filename().string()});
    const Finished finished = run(workspace, {.arguments = {"validate"}});
    EXPECT_EQ(finished.code, 0) << entry.path() << "\n" << finished.out;
    const Finished listed = run(workspace, {.arguments = {"list"}, .environment = {{"DOCKER_HOST", engine}}});
    const bool has_all_it_needs = entry.path().filename() != "cluster";  // no cluster runs here
    if (has_all_it_needs) {
      EXPECT_THAT(listed.out, Not(HasSubstr("warning"))) << entry.path();
    }
    ++examples;
  }
  EXPECT_GE(examples, 13U);
}

}  // namespace
}  // namespace dream::e2e
