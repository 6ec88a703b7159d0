#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plugin/search_path.hpp"

/// Where runs listen: sockets in the user's own folder (runtime/socket_path.hpp), never in a workspace.
namespace dream::control {

/// Where the run with this session listens. Error{io}.
[[nodiscard]] Result<std::filesystem::path> socket_of(const std::string& session,
                                                      const plugin::EnvironmentLookup& lookup);

/// The id of the run with this socket.
[[nodiscard]] std::string run_of(const std::filesystem::path& socket);

/// The sockets of all runs of this user, of killed ones too. Empty where there is no folder for them that is
/// the user's alone.
[[nodiscard]] std::vector<std::filesystem::path> sockets_of_runs(const plugin::EnvironmentLookup& lookup);

}  // namespace dream::control
