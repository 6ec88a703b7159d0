#include "probe/listeners.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/descriptor.hpp"
#include "probe/socket_table.hpp"

namespace dream::probe {
namespace {

/// A socket of this process that listens on a port that the kernel picks.
class Listening {
 public:
  explicit Listening(int family) : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in6 address{};
    address.sin6_family = static_cast<sa_family_t>(family);
    socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), any, size), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
    EXPECT_EQ(::getsockname(socket_.get(), any, &size), 0);
    listener_.port = ntohs(address.sin6_port);  // where an IPv4 address has it, too
    struct stat file {};
    EXPECT_EQ(::fstat(socket_.get(), &file), 0);
    listener_.inode = file.st_ino;
    listener_.user = ::geteuid();
  }
  [[nodiscard]] bool is_among(const std::vector<Listener>& all) const {
    return std::ranges::any_of(all, [&](const Listener& one) {
      return one.port == listener_.port && one.inode == listener_.inode && one.user == listener_.user;
    });
  }

 private:
  Descriptor socket_;
  Listener listener_;
};

TEST(Listeners, of_a_process_are_found_in_both_families) {
  const Listening four(AF_INET);
  const Listening six(AF_INET6);
  const auto self = process::process_status(::getpid());
  ASSERT_TRUE(self.has_value());
  const Sockets sockets = sockets_of({*self});
  EXPECT_TRUE(four.is_among(sockets.listeners));
  EXPECT_TRUE(six.is_among(sockets.listeners));
  const auto asked = listeners_of_own_namespace();
  EXPECT_TRUE(!asked || (four.is_among(*asked) && six.is_among(*asked))) << "or this kernel tells nobody";
}

TEST(Listeners, are_the_rows_that_listen) {
  const auto listeners = listeners_in(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 00000000:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0\n"
      "   1: 0100007F:1538 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0\n"
      "   2: 00000000000000000000000001000000:FFFF 00000000000000000000000000000000:0000 0A "
      "00000000:00000000 00:00000000 00000000     0        0 4713 1 0\n");
  ASSERT_EQ(listeners.size(), 2U);
  EXPECT_EQ(listeners[0].port, 5432);
  EXPECT_EQ(listeners[0].inode, 4711U);
  EXPECT_EQ(listeners[0].user, 1000U);
  EXPECT_EQ(listeners[1].port, 65535);
  EXPECT_EQ(listeners[1].inode, 4713U);
}

TEST(Listeners, of_what_is_no_table_are_none) {
  EXPECT_TRUE(listeners_in("").empty());
  EXPECT_TRUE(listeners_in("a\nb c d 0A\n\n").empty());
}

}  // namespace
}  // namespace dream::probe
