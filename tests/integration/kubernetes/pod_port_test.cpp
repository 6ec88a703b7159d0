// Ports of a Pod at 127.0.0.1, with a real cluster.
#include <gmock/gmock.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <string>
#include <thread>

#include "cluster_fixture.hpp"
#include "e2e/http.hpp"
#include "support/free_port.hpp"

namespace dream::kubernetes::testing {
namespace {

using boost::asio::ip::tcp;
using e2e::DreamRun;
using e2e::Finished;
using far::task;
using ::testing::HasSubstr;
using ::testing::Not;

boost::asio::io_context context;

tcp::endpoint here(int port) {
  return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
}

bool is_refused(int port) {
  tcp::socket socket(context);
  error_code error;
  socket.connect(here(port), error);
  return static_cast<bool>(error);
}

/// The answer of a server there; empty: the connection ended without one, or there was none.
std::string answer_of(int port) try {
  return e2e::ask(port, "GET /page");
} catch (const std::runtime_error&) {
  return {};
}

struct PodPort : ::testing::Test {
  Cluster cluster;
  int port = free_port();

  /// The option `ports`, which leads to the Pod's port 80.
  [[nodiscard]] std::string forwarded() const { return R"("ports": [")" + std::to_string(port) + ":80\"]"; }
};

TEST_F(PodPort, is_listened_on_only_when_the_pods_own_answers) {
  for (const std::string& probe :
       {R"({"tcp": "localhost:)" + std::to_string(port) + "\"}", R"({"port": )" + std::to_string(port) + "}",
        R"({"http": ":)" + std::to_string(port) + R"(/page"})"}) {
    const PodWorkspace workspace(
        task("up", "read x < /root/gate; echo is opened; httpd -f -p 127.0.0.1:80 -h /root",
             R"(, "service": true, "ready": )" + probe),
        forwarded() + ", " + with_folder("${ROOT}"),
        R"("./b": {"go": [{"projectPath": "./a", "task": "up", "async": true}]})");
    workspace.write("page", "this page");
    const e2e::Gate gate(workspace, "gate");
    DreamRun dream(workspace, workspace.launch({"go"}, "b"));
    dream.await_err("Connection refused (");
    gate.open();
    EXPECT_EQ(dream.exit_code(), 0) << dream.err();
    EXPECT_LT(dream.out().find("is opened"), dream.out().find("b runs")) << probe;
    EXPECT_TRUE(is_refused(port));
  }
  cluster.expect_nothing();
}

TEST_F(PodPort, that_stops_answering_is_listened_on_no_more) {
  const PodWorkspace workspace(task("up",
                                    "while read x; do httpd -f -p 80 -h /root & read x; kill $!; wait $!; "
                                    "echo stopped; done < /root/gate"),
                               forwarded() + ", " + with_folder("${ROOT}"));
  workspace.write("page", "this page");
  const e2e::Gate gate(workspace, "gate");
  DreamRun dream(workspace, workspace.launch({"up"}));
  for (int time = 0; time < 2; ++time) {
    gate.open();
    while (is_refused(port)) {
    }
    EXPECT_THAT(answer_of(port), HasSubstr("this page"));
    gate.open();
    dream.await_out("stopped");
    // One may be taken before it is known; it has no answer.
    while (!is_refused(port)) EXPECT_EQ(answer_of(port), "");
  }
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
  cluster.expect_nothing();
}

TEST_F(PodPort, carries_bytes_both_ways_and_ends_when_the_pod_ends_it) {
  const PodWorkspace workspace(task("up", "httpd -p 81 -h /root; nc -ll -p 80 -e cat"),
                               R"("ports": [")" + std::to_string(port) + R"(:80", ")" +
                                   std::to_string(port + 1) + ":81\"], " + with_folder("${ROOT}"));
  std::string data = far::fifty_megabytes().substr(0, 8'000'000);
  workspace.write("page", data);
  DreamRun dream(workspace, workspace.launch({"up"}));
  while (is_refused(port) || is_refused(port + 1)) {
  }
  EXPECT_TRUE(e2e::body_of(answer_of(port + 1)) == data);
  tcp::socket socket(context);
  socket.connect(here(port));
  std::thread writer([&] { boost::asio::write(socket, boost::asio::buffer(data)); });
  std::string back(data.size(), '\0');
  boost::asio::read(socket, boost::asio::buffer(back));
  writer.join();
  EXPECT_TRUE(back == data);
  // The end of the Pod is that of its connections.
  dream.send(SIGINT);
  std::array<char, 1> byte{};
  error_code error;
  socket.read_some(boost::asio::buffer(byte), error);
  EXPECT_TRUE(error);
  EXPECT_EQ(dream.exit_code(), 130);
  EXPECT_TRUE(is_refused(port));
  cluster.expect_nothing();
}

TEST_F(PodPort, is_taken_by_many_at_once) {
  const PodWorkspace workspace(task("up", "httpd -f -p 80 -h /root"),
                               forwarded() + ", " + with_folder("${ROOT}"));
  workspace.write("page", "this page");
  DreamRun dream(workspace, workspace.launch({"up"}));
  while (is_refused(port)) {
  }
  std::array<std::string, 20> answers;
  std::vector<std::thread> threads;
  for (std::string& answer : answers) threads.emplace_back([&] { answer = answer_of(port); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& answer : answers) EXPECT_THAT(answer, HasSubstr("this page"));
  dream.send(SIGINT);
  EXPECT_EQ(dream.exit_code(), 130);
}

TEST_F(PodPort, that_somebody_has_is_told_before_a_pod_is_made) {
  tcp::acceptor other(context, here(port));
  const PodWorkspace workspace(task("up", "echo runs"), forwarded());
  const Finished finished = run(workspace, workspace.launch({"up"}));
  EXPECT_EQ(finished.code, 125);
  EXPECT_THAT(finished.err, HasSubstr("port " + std::to_string(port) +
                                      " of this machine can't be listened on: Address already in use"));
  EXPECT_THAT(finished.out, Not(HasSubstr("runs")));
}

}  // namespace
}  // namespace dream::kubernetes::testing
