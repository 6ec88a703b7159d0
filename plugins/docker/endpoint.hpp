#pragma once

#include <dream/sdk/result.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dream::docker {

using sdk::Failure;
using sdk::Result;

/// The value of a variable of dream's own environment.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// What a TLS connection is made with: paths of PEM files, each may be empty.
struct TlsFiles {
  std::string authority;    ///< who may have signed the engine's certificate; empty: the system's own list
  std::string certificate;  ///< the client's
  std::string key;
  bool verify = true;  ///< false: whoever answers is believed
};

/// Where an engine listens and how it is spoken to.
struct Endpoint {
  enum class Kind : std::uint8_t { local, tcp, program };

  Kind kind = Kind::local;
  std::string address;                    ///< for people: "unix:///var/run/docker.sock"
  std::string path = {};                  ///< local: of the socket
  std::string host = {}, port = {};       ///< tcp
  std::optional<TlsFiles> tls = {};       ///< tcp
  std::vector<std::string> command = {};  ///< program: its standard input and output are the connection

  /// The engine sees the files of this machine.
  [[nodiscard]] bool is_local() const { return kind == Kind::local; }
};

/// The endpoint of an address: unix://PATH, tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/SOCKET].
[[nodiscard]] Result<Endpoint> parse_endpoint(const std::string& address, const Variables& variables);

/// The endpoint to use: `option` (the plugin's option `host`) before DOCKER_CONTEXT, DOCKER_HOST, the current
/// context of docker's configuration, and the sockets that docker and podman have by default.
[[nodiscard]] Result<Endpoint> find_endpoint(const std::optional<std::string>& option,
                                             const Variables& variables);

/// The folder of docker's own configuration.
[[nodiscard]] std::string configuration_folder(const Variables& variables);

/// The variables of this process.
[[nodiscard]] Variables own_variables();

}  // namespace dream::docker
