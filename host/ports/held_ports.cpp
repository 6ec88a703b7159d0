#include "ports/held_ports.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "probe/listeners.hpp"
#include "process/process_tree.hpp"

namespace dream::ports {

namespace {

enum class Taken : std::uint8_t { no, yes, not_allowed };

Taken bind_to(int socket, sa_family_t family, std::uint16_t port) {
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  const bool is_six = family == AF_INET6;
  // The one cast that sockets need. NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  const auto* address =
      is_six ? reinterpret_cast<const sockaddr*>(&six) : reinterpret_cast<const sockaddr*>(&four);
  if (::bind(socket, address, is_six ? sizeof six : sizeof four) == 0) return Taken::no;
  if (errno == EADDRINUSE) return Taken::yes;
  return errno == EACCES ? Taken::not_allowed : Taken::no;  // no such protocol here
}

/// One address family. What is left of connections that were closed a moment ago is in nobody's way: a socket
/// with SO_REUSEADDR sees it so, and still is kept out by whoever listens, or holds the port.
std::pair<Taken, Descriptor> hold_in(sa_family_t family, std::uint16_t port) {
  Taken taken = Taken::yes;
  for (const int reuses : {0, 1}) {
    Descriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) return {Taken::no, Descriptor()};
    constexpr int only = 1;
    if (family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &reuses, sizeof reuses);
    taken = bind_to(socket.get(), family, port);
    if (taken != Taken::yes) return {taken, taken == Taken::no ? std::move(socket) : Descriptor()};
  }
  return {taken, Descriptor()};
}

std::vector<probe::Listener> listeners_on(std::uint16_t port) {
  const process::ProcessStatus own = process::process_status(::getpid()).value_or(process::ProcessStatus{});
  return probe::sockets_of({own}, std::vector<std::uint16_t>{port}).listeners;
}

/// Both families; the sockets that hold it, if it isn't taken.
std::pair<Taken, std::vector<Descriptor>> hold_port(std::uint16_t port) {
  std::vector<Descriptor> sockets;
  for (const sa_family_t family : {sa_family_t{AF_INET}, sa_family_t{AF_INET6}}) {
    auto [taken, socket] = hold_in(family, port);
    if (taken == Taken::yes || (taken == Taken::not_allowed && !listeners_on(port).empty()))
      return {Taken::yes, std::vector<Descriptor>()};
    if (socket.is_open()) sockets.push_back(std::move(socket));
  }
  return {Taken::no, std::move(sockets)};
}

/// The pid of the dream whose step a process is.
std::optional<pid_t> run_of(pid_t pid) {
  const auto mark = process::environment_value(pid, process::child_mark_name);
  pid_t run = 0;
  if (!mark || std::from_chars(mark->data(), mark->data() + mark->size(), run).ec != std::errc()) return {};
  return run;
}

Error taken_by(const Step& step, const Port& port, const HeldPorts::IsStopping& is_stopping) {
  std::string who =
      "a socket that doesn't listen (another dream that starts, or a connection that was just closed)";
  const std::vector<probe::Listener> listeners = listeners_on(port.number);
  std::string hint = "end that process, or run with --ports auto";
  if (!listeners.empty()) {
    who = probe::describe_owner(listeners.front());
    const auto pid = probe::owner_of(listeners.front().inode);
    if (const std::string folder = pid ? process::folder_of(*pid) : ""; !folder.empty())
      who += " in " + folder;
    if (const auto run = pid ? run_of(*pid) : std::nullopt) {
      const bool stops = is_stopping && is_stopping(*run);
      who += fmt::format(", which the dream with pid {} {}", *run, stops ? "is stopping" : "runs");
      if (stops) hint = "try again when that run has ended, or run with --ports auto";
    }
  }
  return {ErrorCode::plan,
          fmt::format("port {} ({} of {}) is taken by {}, so nothing is run", port.number, port.name,
                      to_string(step.id), who),
          {},
          std::move(hint)};
}

}  // namespace

Result<HeldPorts> HeldPorts::hold(const Plan& plan, const IsStopping& is_stopping) {
  HeldPorts ports;
  std::set<std::uint16_t> known;  // of several that don't run at the same time the first one holds it
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    for (const Port& port : plan.steps[at].ports) {
      if (!known.insert(port.number).second) continue;
      auto [taken, sockets] = hold_port(port.number);
      if (taken == Taken::yes) return taken_by(plan.steps[at], port, is_stopping);
      for (Descriptor& socket : sockets) ports.held_.push_back({StepIndex(at), std::move(socket)});
    }
  }
  return ports;
}

void HeldPorts::let_go(StepIndex step) {
  std::erase_if(held_, [step](const Held& one) { return one.step == step; });
}

bool is_free(std::uint16_t port) {
  return hold_port(port).first == Taken::no;
}

}  // namespace dream::ports
