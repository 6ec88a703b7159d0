#pragma once

#include <string>

#include "base/result.hpp"
#include "plugin/search_path.hpp"

namespace dream::runtime {

/// A path for a new socket of this run, in a folder into which nobody but this user can look: `dream` in
/// $XDG_RUNTIME_DIR, or /tmp/dream-UID where there is none that is the user's own, or the path would be
/// longer than the kernel takes. Removes sockets there of runs that were killed. Error{io}.
[[nodiscard]] Result<std::string> new_socket_path(const plugin::EnvironmentLookup& lookup);

}  // namespace dream::runtime
