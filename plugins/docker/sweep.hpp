#pragma once

#include "engine.hpp"

namespace dream::docker {

// What dead processes of this machine have left is removed; whether that works or not, life goes on.

/// Their containers and networks on this engine.
[[nodiscard]] Async<void> sweep(Engine& engine);
/// Their services in its swarm.
[[nodiscard]] Async<void> sweep_services(Engine& engine);

}  // namespace dream::docker
