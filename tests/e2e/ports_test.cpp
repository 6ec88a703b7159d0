#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "base/descriptor.hpp"
#include "e2e/dream_run.hpp"
#include "support/free_port.hpp"

/// Ports that dream.json gives to tasks.
namespace dream::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A socket of the test itself on a port of the loopback address.
class Stranger {
 public:
  explicit Stranger(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
  }

 private:
  Descriptor socket_;
};

/// ./a:dev with ports, before ./b:dev.
Workspace with_ports(int port, const std::string& command, const std::string& other = "echo b runs",
                     const std::string& more = {}) {
  return Workspace(R"({"workspace": {"./b": {"dev": [{"projectPath": "./a", "async": true}]}}, "projects": {
      "./a": {"ports": {"PORT": )" +
                   std::to_string(port) + R"(}, "tasks": {"dev": {"command": ")" + command + "\"" + more +
                   R"(}}}, "./b": {"tasks": {"dev": {"command": ")" + other + R"("}}}}})");
}

Launch dev(std::vector<std::string> more = {}) {
  more.insert(more.begin(), "dev");
  return {.arguments = std::move(more), .folder = "b"};
}

TEST(Ports, are_given_to_the_task_and_free_when_it_starts) {
  const int port = free_port();
  const Workspace workspace =
      with_ports(port, "echo port $PORT; exec server $PORT 4", "read word < $ROOT/nobody",
                 R"(, "service": true, "ready": {"port": "PORT"})");
  const Gate nobody(workspace, "nobody");
  DreamRun dream(workspace, dev());
  dream.await_out("port " + std::to_string(port) + "\n");
  dream.await_out("server: listening");
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM) << dream.err();
}

TEST(Ports, are_kept_free_until_then) {
  const int port = free_port();
  const Workspace workspace(R"({"workspace": {"./b": {"dev": ["./a"]}}, "projects": {
      "./a": {"tasks": {"dev": {"command": "server )" +
                            std::to_string(port) + R"( 4"}}},
      "./b": {"tasks": {"dev": {"command": "echo b", "ports": {"PORT": )" +
                            std::to_string(port) + "}}}}}}");
  const Finished finished = run(workspace, dev());
  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.out + finished.err, HasSubstr("Address already in use"));
}

TEST(Ports, that_are_taken_are_told_with_their_holder_before_anything_runs) {
  const int port = free_port();
  const Stranger stranger(port);
  const Finished finished = run(with_ports(port, "echo a runs"), dev());
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.out, IsEmpty());
  EXPECT_THAT(finished.err,
              AllOf(HasSubstr("port " + std::to_string(port) + " (PORT of ./a:dev) is taken by pid " +
                              std::to_string(::getpid())),
                    HasSubstr("--ports auto")));
}

TEST(Ports, that_another_dream_uses_are_told_as_its_own) {
  const int port = free_port();
  const Workspace workspace = with_ports(port, "exec server $PORT 4", "read word < $ROOT/nobody",
                                         R"(, "service": true, "ready": {"port": "PORT"})");
  const Gate nobody(workspace, "nobody");
  DreamRun dream(workspace, dev());
  dream.await_out("server: listening");
  const Workspace other = with_ports(port, "echo a runs");
  DreamRun second(other, dev());
  EXPECT_EQ(second.exit_code_beside_others(), 2);
  EXPECT_THAT(second.err(),
              AllOf(HasSubstr("(server " + std::to_string(port)), HasSubstr("which the dream with pid")));
  dream.send(SIGTERM);
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM);
}

TEST(Ports, of_a_run_that_is_being_stopped_are_free_soon) {
  const int port = free_port();
  const Workspace workspace = with_ports(
      port, "trap '' TERM; server $PORT 4 & read word < $ROOT/gate; kill -9 $!", "read word < $ROOT/nobody",
      R"(, "service": true, "ready": {"port": "PORT"}, "stop": {"grace": "50s"})");
  const Gate nobody(workspace, "nobody");
  const Gate gate(workspace, "gate");
  DreamRun dream(workspace, dev());
  dream.await_out("server: listening");
  dream.send(SIGTERM);
  dream.await_err("stopping");
  const Workspace other = with_ports(port, "echo a runs");
  DreamRun second(other, dev());
  EXPECT_EQ(second.exit_code_beside_others(), 2);
  EXPECT_THAT(second.err(),
              AllOf(HasSubstr(" is stopping, so nothing is run"),
                    HasSubstr("(try again when that run has ended, or run with --ports auto)")));
  gate.open();
  EXPECT_EQ(dream.exit_code_once_all_ended(), 128 + SIGTERM);
}

TEST(Ports, move_by_one_offset_with_auto) {
  const int port = free_port();
  const Stranger stranger(port);
  const std::string number = std::to_string(port);
  const Workspace workspace(R"({"workspace": {"./b": {"dev": ["./a"]}}, "projects": {
      "./a": {"tasks": {"dev": {"command": ["echo", "argv {port:PORT}"], "ports": {"PORT": )" +
                            number + R"(}}}},
      "./b": {"env": {"A": "http://localhost:{port:./a:dev:PORT}/", "SCRIPT": "{port:80}"},
              "tasks": {"dev": {"command": "echo env $A $SCRIPT"}}}}})");
  EXPECT_EQ(run(workspace, dev()).code, 2);
  const Finished finished = run(workspace, dev({"--ports", "auto"}));
  EXPECT_EQ(finished.code, 0) << finished.err;
  const std::size_t at = finished.out.find("argv ") + 5;
  const std::string moved = finished.out.substr(at, finished.out.find('\n', at) - at);
  EXPECT_NE(moved, number);
  EXPECT_EQ((std::stoi(moved) - port) % 100, 0);
  EXPECT_THAT(finished.err,
              HasSubstr("dream: the ports are moved by " + std::to_string(std::stoi(moved) - port) +
                        ": ./a:dev PORT " + moved + "\n"));
  EXPECT_THAT(finished.out, HasSubstr("env http://localhost:" + moved + "/ {port:80}\n"));
}

TEST(Ports, with_the_same_number_are_refused_where_both_may_run) {
  const std::string number = std::to_string(free_port());
  const auto workspace = [&](const std::string& async) {
    return Workspace(R"({"workspace": {"./b": {"dev": [{"projectPath": "./a", "async": )" + async +
                     R"(}]}}, "tasks": {"dev": {"command": "echo $PORT", "ports": {"PORT": )" + number +
                     "}}}}");
  };
  const Finished refused = run(workspace("true"), dev());
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("is that of ./a:dev and of ./b:dev"),
                                 HasSubstr("write that into the task that listens there (others say "
                                           "{port:./a:dev:PORT}), or give each a number of its own")));
  const Finished judged = run(workspace("true"), {.arguments = {"validate"}});
  EXPECT_EQ(judged.code, 2);
  EXPECT_THAT(judged.out, HasSubstr("is that of ./a:dev and of ./b:dev"));
  EXPECT_EQ(run(workspace("false"), {.arguments = {"validate"}}).code, 0);
  EXPECT_EQ(run(workspace("false"), dev()).code, 0);
}

TEST(Ports, that_nobody_has_are_an_error) {
  const Finished finished =
      run(with_ports(free_port(), "echo", "echo", R"(, "env": {"X": "{port:OTHER}"})"), dev());
  EXPECT_EQ(finished.code, 2);
  EXPECT_THAT(finished.err, AllOf(HasSubstr(R"(no port is called "OTHER")"), HasSubstr("its own are PORT")));
  const Finished odd = run(Workspace(R"({"projects": {"./b": {"ports": {"a b": 1, "P": 70000}}}})"), dev());
  EXPECT_EQ(odd.code, 2);
  EXPECT_THAT(odd.err, AllOf(HasSubstr("can't be the name of a port"), HasSubstr("70000")));
}

}  // namespace
}  // namespace dream::e2e
