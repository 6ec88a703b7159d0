#pragma once

#include <string>
#include <vector>

namespace dream::process {

/// What whoever started this program has handed to it beside its standard streams, and meant for what runs
/// below it: a task gets it as if it had been started by hand.
struct Inheritance {
  /// From 3 up, in order: `<(…)` of a shell, a make's jobserver, sockets of a service manager.
  std::vector<int> descriptors = {};
  /// "LISTEN_PID=4711", where that names this program: the sockets are for it. Else empty.
  std::string listen_pid = {};
};

/// Looks which descriptors are open. To be called before this program opens any for itself. Without /proc
/// there are none.
[[nodiscard]] Inheritance take_inheritance();

/// From 3 up, in order. Without /proc there are none.
[[nodiscard]] std::vector<int> open_descriptors();

/// Closes every descriptor from 3 up except `kept`.
void close_all_but(int kept);

}  // namespace dream::process
