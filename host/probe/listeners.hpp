#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "process/process_tree.hpp"

/// Who listens on TCP ports, as the kernel knows it. Nothing connects.
namespace dream::probe {

/// A socket that listens.
struct Listener {
  std::uint16_t port = 0;
  std::uint64_t inode = 0;
  uid_t user = 0;
};

/// The listeners that a table of /proc/PID/net (`tcp`, `tcp6`) has.
[[nodiscard]] std::vector<Listener> listeners_in(const std::string& table);

/// What is known of the sockets of some processes.
struct Sockets {
  std::vector<Listener> listeners;  ///< in the network namespaces of these processes, whosever they are
  std::set<std::uint64_t> own;      ///< inodes of their own sockets, if somebody listens
  bool whole = true;                ///< every process could be looked into
};
/// `ports`: those of interest; none: all.
[[nodiscard]] Sockets sockets_of(const std::vector<process::ProcessStatus>& processes,
                                 const std::optional<std::vector<std::uint16_t>>& ports = {});

/// Who listens: "pid 17 (postgres -D data)", or of whom it is a process that can't be looked into.
[[nodiscard]] std::string describe_owner(const Listener& listener);

/// Whether a process has a socket; false also of one that may not be looked into.
[[nodiscard]] bool has_socket(pid_t pid, std::uint64_t inode);

/// Who has a socket, of all processes that may be looked into.
[[nodiscard]] std::optional<pid_t> owner_of(std::uint64_t inode);

}  // namespace dream::probe
