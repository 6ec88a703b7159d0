#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plugin/search_path.hpp"

namespace dream::runtime {

/// Begins the name of a socket that doesn't listen yet.
inline constexpr const char* unnamed_prefix = "new-";

/// The folder of dream's sockets, into which nobody but this user can look: `dream` in $XDG_RUNTIME_DIR, or
/// /tmp/dream-UID where there is none that is the user's own, or the path of a socket whose name has so many
/// bytes would be longer than the kernel takes. Error{io}.
[[nodiscard]] Result<std::filesystem::path> socket_folder(const plugin::EnvironmentLookup& lookup,
                                                          std::size_t name_size);

/// Where sockets of this user's runs may lie: a run that cron, sudo or another login has started may have had
/// another $XDG_RUNTIME_DIR, or none.
[[nodiscard]] std::vector<std::filesystem::path> socket_folders(const plugin::EnvironmentLookup& lookup);

/// Removes what runs that were killed have left in such a folder, but for the sockets by which they could be
/// asked: those go when somebody looks for runs.
void remove_stale_sockets(const std::filesystem::path& folder);

/// A path there for a new socket of this run. Error{io}.
[[nodiscard]] Result<std::string> new_socket_path(const plugin::EnvironmentLookup& lookup);
/// The same for the named pipe of its jobserver.
[[nodiscard]] Result<std::string> new_jobserver_path(const plugin::EnvironmentLookup& lookup);

}  // namespace dream::runtime
