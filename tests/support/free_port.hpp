#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace dream {

namespace free_ports {

/// False: another test of this machine has it. A name that goes with this process, and is no file.
inline bool claim(std::uint16_t port) {
  const int holder = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::string name = "dream-test-port-" + std::to_string(port);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(name, address.sun_path + 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(holder, reinterpret_cast<const sockaddr*>(&address), size) == 0) return true;
  ::close(holder);
  return false;
}

inline bool has_nobody(const sockaddr* address, socklen_t size) {
  const int listener = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool taken = ::bind(listener, address, size) != 0 && errno == EADDRINUSE;
  ::close(listener);
  return !taken;
}

/// At the loopback address of either family.
inline bool has_nobody(std::uint16_t port) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_addr = in6addr_loopback;
  four.sin_port = six.sin6_port = htons(port);
  return has_nobody(reinterpret_cast<const sockaddr*>(&four), sizeof four) &&
         has_nobody(reinterpret_cast<const sockaddr*>(&six), sizeof six);
}

}  // namespace free_ports

/// A port that nobody listens on, and that no other test is given until this process ends. One of the
/// kernel's choice won't do: once it is closed, the kernel may give it to anybody.
[[nodiscard]] inline std::uint16_t free_port() {
  // Below those that the kernel gives. The servers in tests/integration have those between.
  constexpr std::uint16_t first = 10'240;
  constexpr std::uint16_t end = 30'240;
  static auto next = static_cast<std::uint16_t>(first + ::getpid() * 61 % (end - first));
  for (int tries = first; tries < end; ++tries) {
    const std::uint16_t port = next;
    next = static_cast<std::uint16_t>(port + 1 < end ? port + 1 : first);
    if (free_ports::claim(port) && free_ports::has_nobody(port)) return port;
  }
  throw std::runtime_error("no free port");
}

}  // namespace dream
