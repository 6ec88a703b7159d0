#pragma once

#include <string>

#include "base/descriptor.hpp"

namespace dream {

/// flock(2), whatever signals come. False: with LOCK_NB somebody else has it; or it can't be had.
[[nodiscard]] bool lock_file(const Descriptor& file, int how);

/// A new file of the folder that is open, for this user alone, and locked. Another dream that sees it before
/// it is locked takes it for one that a crash left. None, with errno set.
[[nodiscard]] Descriptor create_locked(const Descriptor& folder, const std::string& name);

}  // namespace dream
