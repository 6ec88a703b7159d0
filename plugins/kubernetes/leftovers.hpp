#pragma once

#include <chrono>
#include <string>

#include "kubeconfig.hpp"

namespace dream::kubernetes {

/// Removes every Pod, Secret and Service of a run of dream from a namespace, also those whose creation was
/// still on its way when the run died. Blocks, for `limit` at most.
[[nodiscard]] Result<void> remove_all_of(const std::string& session, const Access& access,
                                         std::chrono::milliseconds limit);

}  // namespace dream::kubernetes
