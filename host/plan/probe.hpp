#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// The ways in which one can tell that a step is ready (docs/functional-specification.md, section 3.7).
namespace dream {

/// A line for a shell, or an argument vector that runs without one.
using Command = std::variant<std::string, std::vector<std::string>>;

/// A process of the step's own tree listens on each of these TCP ports.
struct PortProbe {
  std::vector<std::uint16_t> ports;
  bool operator==(const PortProbe&) const = default;
};
/// A connect succeeds to some address of the host.
struct TcpProbe {
  std::string host;  ///< an address of IPv6 without its brackets
  std::uint16_t port = 0;
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
/// Its executor says so: the health check of a container's image.
struct HealthcheckProbe {
  bool operator==(const HealthcheckProbe&) const = default;
};
using Probe = std::variant<PortProbe, TcpProbe, LogProbe, FileProbe, ExecProbe, HealthcheckProbe>;

/// Probes that pass one after the other.
using Probes = std::vector<Probe>;
inline constexpr std::size_t most_probes = 8;

}  // namespace dream
