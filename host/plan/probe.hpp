#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"

/// The ways in which one can tell that a step is ready, and stays well (docs/functional-specification.md,
/// section 3.7).
namespace dream {

/// A line for a shell, or an argument vector that runs without one.
using Command = std::variant<std::string, std::vector<std::string>>;

/// A process of the step's own tree listens on each of these TCP ports.
struct PortProbe {
  std::vector<std::uint16_t> ports = {};
  std::vector<std::string> names = {};  ///< of `ports` of the step: numbers once set_ports() was called
  bool operator==(const PortProbe&) const = default;
};
/// A connect succeeds to some address of the host.
struct TcpProbe {
  std::string host;  ///< an address of IPv6 without its brackets
  std::uint16_t port = 0;
  std::string port_name = {};  ///< what stands between the braces of "{port:NAME}" in its place
  bool operator==(const TcpProbe&) const = default;
};
/// A line of its output contains this text, in which `*` is anything, and `\*` a star.
struct LogProbe {
  std::string text;
  bool operator==(const LogProbe&) const = default;
};
/// This file was made or changed since the attempt began; relative to the project's folder.
struct FileProbe {
  std::string path;
  bool operator==(const FileProbe&) const = default;
};
/// This exits with 0, run in the project's folder with the step's environment.
struct ExecProbe {
  Command command;
  bool operator==(const ExecProbe&) const = default;
};
/// It says so itself, on the socket that its NOTIFY_SOCKET names (the protocol of sd_notify): READY=1, and of
/// its health WATCHDOG=1 again and again.
struct NotifyProbe {
  bool operator==(const NotifyProbe&) const = default;
};
/// A server answers this URL with one of these statuses.
struct HttpProbe {
  /// From the first to the last, both of them too.
  struct Statuses {
    std::uint16_t first = 200;
    std::uint16_t last = 399;
    bool operator==(const Statuses&) const = default;
  };
  std::string url = {};   ///< as it is written
  std::string host = {};  ///< an address of IPv6 without its brackets
  std::uint16_t port = 80;
  std::string port_name = {};  ///< as TcpProbe has it
  std::string target = "/";    ///< path and query
  std::vector<Statuses> statuses = {{}};
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool operator==(const HttpProbe&) const = default;
};
/// Its executor says so: the health check of a container's image.
struct HealthcheckProbe {
  bool operator==(const HealthcheckProbe&) const = default;
};
using Probe = std::variant<PortProbe, TcpProbe, LogProbe, FileProbe, ExecProbe, NotifyProbe, HttpProbe,
                           HealthcheckProbe>;

/// Probes that pass one after the other.
using Probes = std::vector<Probe>;
inline constexpr std::size_t most_probes = 8;

/// Whether a step that is ready stays well.
struct Health {
  Probe probe;  ///< none that counts from the attempt's begin
  Duration every = std::chrono::seconds(10);
  std::size_t failures = 3;  ///< so many tries in a row make it unhealthy
  bool operator==(const Health&) const = default;
};

/// Whether one of them is a `Kind`.
template <class Kind>
[[nodiscard]] bool has_probe(const Probes& probes) {
  return std::ranges::any_of(probes, [](const Probe& probe) { return std::holds_alternative<Kind>(probe); });
}

}  // namespace dream
