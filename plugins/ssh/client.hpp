#pragma once

#include <string>
#include <vector>

#include "options.hpp"

/// The command lines of the system's ssh and rsync.
namespace dream::ssh {

/// How the machine is reached, up to its name: what steps that share a connection have in common.
[[nodiscard]] std::vector<std::string> ssh_words(const Options& options);

/// Holds a connection that others use by this socket, and writes `ready` once they can.
[[nodiscard]] std::vector<std::string> master_words(const Options& options, const std::string& socket);

/// Runs `command` over there: through that socket, or, where it is empty, over a connection of its own, which
/// the forwarded ports need, since they last as long as it.
[[nodiscard]] std::vector<std::string> session_words(const Options& options, const std::string& socket,
                                                     const std::string& command);

/// Copies what is in `folder`, through that socket or, where it is empty, over a connection of its own.
[[nodiscard]] std::vector<std::string> rsync_words(const Options& options, const std::string& socket,
                                                   const std::string& folder);

}  // namespace dream::ssh
