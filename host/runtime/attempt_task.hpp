#pragma once

#include <cstdint>

#include "plugin/executor.hpp"

namespace dream::runtime {

/// The task of a step that may be started again, as its attempt of this number gets it: with DREAM_ATTEMPT in
/// both environments, whatever was there of that name.
[[nodiscard]] plugin::TaskSpec task_of_attempt(plugin::TaskSpec task, std::uint32_t number);

}  // namespace dream::runtime
