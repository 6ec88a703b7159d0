#pragma once

#include <chrono>
#include <dream/sdk/result.hpp>
#include <string>

#include "endpoint.hpp"

namespace dream::docker {

/// Removes every container of a run of dream from an engine, also those whose creation was still on its way
/// when the run died. Blocks.
[[nodiscard]] Result<void> remove_all_of(const std::string& session, const Endpoint& endpoint,
                                         std::chrono::milliseconds limit);

}  // namespace dream::docker
