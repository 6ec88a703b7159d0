#pragma once

#include <chrono>
#include <dream/sdk/result.hpp>
#include <string>

#include "endpoint.hpp"

namespace dream::docker {

/// How long an engine may take for the first word. One that hangs would otherwise hold up each start of
/// dream, which tries again what could not be removed. A way to another machine takes a moment.
[[nodiscard]] std::chrono::milliseconds patience_with(const Endpoint& endpoint);

/// Removes every container and service of a run of dream and its networks from an engine, also those whose
/// creation was still on its way when the run died. Blocks, for `limit` at most, and for `patience` with an
/// engine that says nothing.
[[nodiscard]] Result<void> remove_all_of(const std::string& session, const Endpoint& endpoint,
                                         std::chrono::milliseconds limit, std::chrono::milliseconds patience);

}  // namespace dream::docker
