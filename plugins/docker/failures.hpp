#pragma once

#include <dream/sdk/executor.hpp>
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

/// A failure as the end of a run: 127 where the command was not found in the container, 126 where it can't be
/// executed, else 125; with a text, which the container's own codes don't have.
[[nodiscard]] sdk::Exit exit_of(const Failure& failure);

}  // namespace dream::docker
