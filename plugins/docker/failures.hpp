#pragma once

#include <dream/sdk/result.hpp>
#include <string>
#include <string_view>

#include "asio.hpp"
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

}  // namespace dream::docker
