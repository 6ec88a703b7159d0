#pragma once

#include <cstdint>

namespace dream {

/// A supervised local process, among all that this dream has started.
enum class ChildId : std::uint64_t {};

}  // namespace dream
