#include "probe/socket_table.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/descriptor.hpp"

namespace dream::probe {

namespace {

struct Request {
  nlmsghdr header;
  inet_diag_req_v2 what;
};

bool ask(int socket, int family) {
  Request request{};
  request.header = {.nlmsg_len = sizeof request,
                    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                    .nlmsg_seq = 0,
                    .nlmsg_pid = 0};
  request.what.sdiag_family = static_cast<std::uint8_t>(family);
  request.what.sdiag_protocol = IPPROTO_TCP;
  request.what.idiag_states = 1U << TCP_LISTEN;
  return ::send(socket, &request, sizeof request, 0) == sizeof request;
}

enum class More : std::uint8_t { expected, none, refused };

/// The messages of one datagram of the answer.
More take(const std::byte* bytes, std::size_t size, std::vector<Listener>& listeners) {
  nlmsghdr header{};
  while (size >= sizeof header) {
    std::memcpy(&header, bytes, sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > size) return More::refused;
    if (header.nlmsg_type == NLMSG_DONE) return More::none;
    if (header.nlmsg_type == NLMSG_ERROR) return More::refused;
    inet_diag_msg message{};
    if (header.nlmsg_len < sizeof header + sizeof message) return More::refused;
    std::memcpy(&message, bytes + sizeof header, sizeof message);
    listeners.push_back(
        {.port = ntohs(message.id.idiag_sport), .inode = message.idiag_inode, .user = message.idiag_uid});
    const std::size_t whole = std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), size);
    bytes += whole;
    size -= whole;
  }
  return More::expected;
}

bool add_listeners(int socket, int family, std::vector<Listener>& listeners) {
  if (!ask(socket, family)) return false;
  std::array<std::byte, 32768> answer{};  // the kernel's own size of a piece
  while (true) {
    const ssize_t size = ::recv(socket, answer.data(), answer.size(), 0);
    if (size <= 0) return false;
    const More more = take(answer.data(), static_cast<std::size_t>(size), listeners);
    if (more != More::expected) return more == More::none;
  }
}

}  // namespace

std::optional<std::vector<Listener>> listeners_of_own_namespace() {
  const Descriptor socket(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!socket.is_open()) return std::nullopt;
  const timeval soon{.tv_sec = 1, .tv_usec = 0};  // it answers at once, or not at all
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
  std::vector<Listener> listeners;
  for (const int family : {AF_INET, AF_INET6})
    if (!add_listeners(socket.get(), family, listeners)) return std::nullopt;
  return listeners;
}

}  // namespace dream::probe
