#include "ports/held_ports.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "ports/offset.hpp"
#include "support/free_port.hpp"

namespace dream::ports {
namespace {

using testing::HasSubstr;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* any(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Descriptor bound(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  return ::bind(socket.get(), any(address), sizeof address) == 0 ? std::move(socket) : Descriptor();
}

Plan plan_with(std::uint16_t first, std::uint16_t second) {
  Plan plan;
  plan.steps.resize(2);
  plan.steps[0].id = {"./a", "dev"};
  plan.steps[0].ports = {{"PORT", first, {}}};
  plan.steps[1].id = {"./b", "dev"};
  plan.steps[1].ports = {{"PORT", second, {}}};
  return plan;
}

TEST(HeldPorts, are_nobodys_until_they_are_let_go) {
  const std::uint16_t first = free_port();
  const std::uint16_t second = free_port();
  const Plan plan = plan_with(first, second);
  Result<HeldPorts> held = HeldPorts::hold(plan);
  ASSERT_TRUE(held) << to_string(held.error());
  EXPECT_FALSE(bound(first).is_open());
  EXPECT_FALSE(is_free(second));
  held->let_go(StepIndex(0));
  EXPECT_TRUE(bound(first).is_open());
  EXPECT_FALSE(bound(second).is_open());
}

TEST(HeldPorts, that_are_taken_are_told_with_their_owner) {
  const std::uint16_t port = free_port();
  const Descriptor listener = bound(port);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  const Result<HeldPorts> held = HeldPorts::hold(plan_with(free_port(), port));
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, ErrorCode::plan);
  EXPECT_THAT(held.error().message,
              HasSubstr("(PORT of ./b:dev) is taken by pid " + std::to_string(::getpid())));
}

TEST(HeldPorts, that_another_dream_holds_are_taken_too) {
  const std::uint16_t port = free_port();
  Plan plan = plan_with(port, port);
  const Result<HeldPorts> held = HeldPorts::hold(plan);
  ASSERT_TRUE(held);
  const Result<HeldPorts> again = HeldPorts::hold(plan);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("another dream that starts"));
}

/// The server has closed first: its side of the connection stays for a while.
TEST(HeldPorts, may_have_had_connections_a_moment_ago) {
  Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  constexpr int as_servers_do = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &as_servers_do, sizeof as_servers_do);
  const std::uint16_t port = free_port();
  const sockaddr_in address = loopback(port);
  ASSERT_EQ(::bind(listener.get(), any(address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  const Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), any(address), sizeof address), 0);
  Descriptor served(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  ASSERT_TRUE(served.is_open());
  ASSERT_EQ(served.close(), 0);
  ASSERT_EQ(listener.close(), 0);
  EXPECT_FALSE(bound(port).is_open()) << "the connection is gone too soon for this test";
  EXPECT_TRUE(HeldPorts::hold(plan_with(port, free_port())));
}

TEST(Offset, is_that_of_the_folder_and_keeps_ports_in_their_range) {
  std::set<int> offsets;
  for (const char* root : {"/one", "/two", "/three", "/four", "/five"}) {
    const Plan plan = plan_with(80, 3000);
    const Result<int> offset = offset_for(plan, root);
    ASSERT_TRUE(offset) << to_string(offset.error());
    EXPECT_EQ(*offset % 100, 0);
    EXPECT_GE(80 + *offset, 1024);
    EXPECT_LE(3000 + *offset, 65535);
    offsets.insert(*offset);
  }
  EXPECT_GT(offsets.size(), 1U);
  EXPECT_EQ(*offset_for(Plan{}, "/one"), 0);
  EXPECT_FALSE(offset_for(plan_with(1, 65500), "/one"));
}

}  // namespace
}  // namespace dream::ports
