#pragma once

#include <map>
#include <optional>
#include <string>

#include "shared/variables.hpp"
#include "transport.hpp"

namespace dream::docker {

/// The endpoint of an address: unix://PATH, tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/SOCKET].
[[nodiscard]] Result<Endpoint> parse_endpoint(const std::string& address, const Variables& variables);

/// The endpoint to use: `option` (the plugin's option `host`) before DOCKER_HOST, DOCKER_CONTEXT, the current
/// context of docker's configuration, and the sockets that docker and podman have by default.
[[nodiscard]] Result<Endpoint> find_endpoint(const std::optional<std::string>& option,
                                             const Variables& variables);

/// The folder of docker's own configuration.
[[nodiscard]] std::string configuration_folder(const Variables& variables);

/// The variables that docker's configuration in this folder sets for containers and builds of the engine with
/// this address: each proxy twice, HTTP_PROXY and http_proxy.
[[nodiscard]] std::map<std::string, std::string> proxies_of(const std::string& folder,
                                                            const std::string& address);

}  // namespace dream::docker
