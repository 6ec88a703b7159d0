#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include "base/descriptor.hpp"
#include "probe/endpoints.hpp"
#include "probe/kind.hpp"
#include "support/free_port.hpp"

namespace dream::probe {
namespace {

/// A socket of this process that is bound to a free port and doesn't listen yet. The other family's same
/// number is free, too.
struct TcpServer {
  explicit TcpServer(int family)
      : socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)), port(free_port()) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    four.sin_port = six.sin6_port = htons(port);
    const auto* address = family == AF_INET ? reinterpret_cast<const sockaddr*>(&four)
                                            : reinterpret_cast<const sockaddr*>(&six);
    const socklen_t size = family == AF_INET ? sizeof four : sizeof six;
    EXPECT_EQ(::bind(socket.get(), address, size), 0);
  }
  void listen() const { EXPECT_EQ(::listen(socket.get(), 4), 0); }

  Descriptor socket;
  std::uint16_t port;
};

class KindsTest : public testing::Test {
 protected:
  template <class Probe>
  Finding look(const Probe& probe, int pid) {
    const Subject subject{.context = context,
                          .clock = clock,
                          .supervisor = supervisor,
                          .pid = [pid] { return pid; },
                          .directory = "/",
                          .environment = std::make_shared<const std::vector<std::string>>(environment)};
    const std::unique_ptr<Kind> kind = make(probe, subject);
    std::optional<Finding> found;
    kind->look([&](Finding finding) { found = std::move(finding); });
    context.restart();
    while (!found) context.run_one();
    return *found;
  }
  static std::string words(const Finding& finding) {
    return finding.verdict == Finding::Verdict::passed ? "passed" : finding.error.message;
  }

  std::vector<std::string> environment;
  boost::asio::io_context context;
  SteadyClock clock{context};
  process::Supervisor supervisor{context};
};

TEST_F(KindsTest, port_is_a_listener_of_the_tree_of_either_family) {
  for (const int family : {AF_INET, AF_INET6}) {
    const TcpServer server(family);
    const PortProbe probe{{server.port}};
    EXPECT_EQ(words(look(probe, ::getpid())), "port " + std::to_string(server.port) + " isn't listened on");
    server.listen();
    EXPECT_EQ(words(look(probe, ::getpid())), "passed");
  }
}

TEST_F(KindsTest, port_that_nobody_listens_on_is_told_with_those_that_the_step_does_listen_on) {
  const TcpServer meant(AF_INET);
  const TcpServer other(AF_INET);
  other.listen();
  const Subject subject{.context = context,
                        .clock = clock,
                        .supervisor = supervisor,
                        .pid = [] { return ::getpid(); },
                        .directory = "/",
                        .environment = std::make_shared<const std::vector<std::string>>(environment)};
  const std::unique_ptr<Kind> kind = make(PortProbe{{meant.port}}, subject);
  std::string found;
  for (int look = 0; look < 8; ++look) kind->look([&](const Finding& finding) { found = words(finding); });
  EXPECT_EQ(found, "port " + std::to_string(meant.port) + " isn't listened on; the step listens on " +
                       std::to_string(other.port));
}

TEST_F(KindsTest, port_means_all_of_several) {
  const TcpServer one(AF_INET);
  const TcpServer other(AF_INET6);
  one.listen();
  const PortProbe probe{{one.port, other.port}};
  EXPECT_EQ(words(look(probe, ::getpid())), "port " + std::to_string(other.port) + " isn't listened on");
  other.listen();
  EXPECT_EQ(words(look(probe, ::getpid())), "passed");
}

TEST_F(KindsTest, port_of_a_stranger_is_told_and_not_taken) {
  const TcpServer server(AF_INET);
  server.listen();
  // The tree of a child that has no sockets; this process is the stranger.
  int gate[2];
  ASSERT_EQ(::pipe(gate), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(gate[1]);
    ::close(server.socket.get());
    char byte = 0;
    static_cast<void>(::read(gate[0], &byte, 1));
    ::_exit(0);
  }
  ::close(gate[0]);
  const PortProbe probe{{server.port}};
  // Until the child has closed its copy the port is its own.
  Finding finding = look(probe, child);
  while (finding.verdict == Finding::Verdict::passed) finding = look(probe, child);
  EXPECT_NE(words(finding).find("is listened on by pid " + std::to_string(::getpid()) + " ("),
            std::string::npos)
      << words(finding);
  EXPECT_NE(finding.warning.find("\"tcp\": \"localhost:" + std::to_string(server.port) + "\""),
            std::string::npos);
  ::close(gate[1]);
}

TEST_F(KindsTest, port_that_dream_itself_has_is_of_no_task_but_of_one_that_is_told) {
  const TcpServer server(AF_INET);
  server.listen();
  int gate[2];
  ASSERT_EQ(::pipe(gate), 0);
  const pid_t child = ::fork();  // with a copy of it
  if (child == 0) {
    ::close(gate[1]);
    char byte = 0;
    static_cast<void>(::read(gate[0], &byte, 1));
    ::_exit(0);
  }
  ::close(gate[0]);
  const PortProbe probe{{server.port}};
  EXPECT_NE(words(look(probe, child)).find("which isn't this step's"), std::string::npos);
  environment = {"LISTEN_FDS=1"};
  EXPECT_EQ(words(look(probe, child)), "passed");
  ::close(gate[1]);
}

TEST_F(KindsTest, a_connection_that_meets_itself_is_none) {
  using boost::asio::ip::tcp;
  tcp::socket socket(context, {boost::asio::ip::address_v4::loopback(), 0});
  socket.connect(socket.local_endpoint());
  EXPECT_TRUE(is_connected_to_itself(socket));
  const TcpServer server(AF_INET);
  server.listen();
  tcp::socket other(context);
  other.connect({boost::asio::ip::address_v4::loopback(), server.port});
  EXPECT_FALSE(is_connected_to_itself(other));
}

TEST_F(KindsTest, tcp_connects_to_every_address_of_localhost) {
  for (const int family : {AF_INET, AF_INET6}) {
    const TcpServer server(family);
    EXPECT_EQ(look(TcpProbe{"localhost", server.port}, 0).verdict, Finding::Verdict::not_yet);
    server.listen();
    EXPECT_EQ(words(look(TcpProbe{"localhost", server.port}, 0)), "passed");
    EXPECT_EQ(words(look(TcpProbe{family == AF_INET ? "127.0.0.1" : "::1", server.port}, 0)), "passed");
    EXPECT_EQ(look(TcpProbe{family == AF_INET ? "::1" : "127.0.0.1", server.port}, 0).verdict,
              Finding::Verdict::not_yet);
  }
}

TEST_F(KindsTest, port_without_a_local_process_is_a_connection_that_stays) {
  const TcpServer server(AF_INET);
  EXPECT_EQ(look(PortProbe{{server.port}}, 0).verdict, Finding::Verdict::not_yet);
  server.listen();
  EXPECT_EQ(words(look(PortProbe{{server.port}}, 0)), "passed");
}

TEST_F(KindsTest, exec_passes_with_0_and_says_what_went_wrong) {
  EXPECT_EQ(words(look(ExecProbe{"exit 0"}, 0)), "passed");
  EXPECT_EQ(words(look(ExecProbe{"echo one; echo two >&2; exit 3"}, 0)),
            "\"echo one; echo two >&2; exit 3\" ends with exit code 3: two");
}

TEST_F(KindsTest, exec_of_a_missing_tool_is_no_reason_to_wait) {
  const Finding by_shell = look(ExecProbe{"/no/such/tool"}, 0);
  EXPECT_EQ(by_shell.verdict, Finding::Verdict::never);
  EXPECT_EQ(by_shell.error.code, ErrorCode::not_found);
  const Finding by_argv = look(ExecProbe{std::vector<std::string>{"/no/such/tool"}}, 0);
  EXPECT_EQ(by_argv.verdict, Finding::Verdict::never);
  EXPECT_EQ(by_argv.error.code, ErrorCode::not_found);
  EXPECT_EQ(look(ExecProbe{std::vector<std::string>{"/etc/passwd"}}, 0).error.code,
            ErrorCode::not_executable);
}

}  // namespace
}  // namespace dream::probe
