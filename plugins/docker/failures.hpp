#pragma once

#include <dream/sdk/result.hpp>
#include <string>
#include <string_view>

#include "endpoint.hpp"

/// What engines refuse, in words that say what to do.
namespace dream::docker {

/// No connection to the engine could be made.
[[nodiscard]] Failure unreachable(const Endpoint& endpoint, const error_code& error,
                                  const std::string& complaint = {});

/// The engine was there, and is no more.
[[nodiscard]] Failure connection_lost(const Endpoint& endpoint, const error_code& error,
                                      const std::string& complaint = {});

/// The engine answered that it can't: `status` and `body` are its answer's, `what` is what was asked for:
/// "create the container".
[[nodiscard]] Failure refused(const Endpoint& endpoint, std::string_view what, unsigned status,
                              std::string_view body);

/// For the connection to it.
inline constexpr http::Words engine_words{
    .engine = "the engine",
    .tls_files = "ca.pem, cert.pem and key.pem are searched in DOCKER_CERT_PATH, or else in ~/.docker",
    .tls_library =
        "install OpenSSL 3, the package libssl3 or openssl-libs, or use the engine of this machine",
    .unreachable = unreachable,
    .lost = connection_lost};

}  // namespace dream::docker
