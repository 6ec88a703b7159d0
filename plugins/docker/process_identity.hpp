#pragma once

#include <string>

namespace dream::docker {

/// This process among all that ever ran on this machine: boot, pid namespace, pid and start time. Empty where
/// the system can't tell.
[[nodiscard]] std::string own_identity();

/// The process was one of this machine, and of this pid namespace, and is no more. False when in doubt: then
/// it is somebody else's.
[[nodiscard]] bool is_dead(const std::string& identity);

}  // namespace dream::docker
