#pragma once

#include <string>
#include <string_view>

#include "names.hpp"

/// What API servers refuse, in words that say what to do.
namespace dream::kubernetes {

/// No connection to the API server could be made.
[[nodiscard]] Failure unreachable(const Endpoint& endpoint, const error_code& error,
                                  const std::string& complaint);

/// The API server was there, and is no more.
[[nodiscard]] Failure connection_lost(const Endpoint& endpoint, const error_code& error,
                                      const std::string& complaint);

/// The API server answered that it can't: `what` is what was asked for: "create the Pod".
[[nodiscard]] Failure refused(const Endpoint& endpoint, std::string_view what, unsigned status,
                              std::string_view body);

/// For the connection to it.
inline constexpr http::Words server_words{
    .engine = "the API server",
    .tls_files =
        "the kubeconfig says whom to trust (certificate-authority) and who dream is "
        "(client-certificate, client-key)",
    .tls_library = "install OpenSSL 3, the package libssl3 or openssl-libs",
    .unreachable = unreachable,
    .lost = connection_lost};

}  // namespace dream::kubernetes
