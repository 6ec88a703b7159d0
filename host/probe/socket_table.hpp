#pragma once

#include <optional>
#include <vector>

#include "probe/listeners.hpp"

namespace dream::probe {

/// The listeners of dream's own network namespace, asked for by themselves: /proc/PID/net/tcp walks over
/// every connection, which takes a hundred times as long. None: this kernel tells nobody.
[[nodiscard]] std::optional<std::vector<Listener>> listeners_of_own_namespace();

}  // namespace dream::probe
