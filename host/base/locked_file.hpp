#pragma once

#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace dream {

/// flock(2), whatever signals come. False: with LOCK_NB somebody else has it; or it can't be had.
[[nodiscard]] bool lock_file(const Descriptor& file, int how);

/// A new file of the folder that is open, for this user alone, and locked. Another dream that sees it before
/// it is locked takes it for one that a crash left. None, with errno set.
[[nodiscard]] Descriptor create_locked(const Descriptor& folder, const std::string& name);

/// Whether the file has this name in the folder, and no other one took its place.
[[nodiscard]] bool has_name(const Descriptor& file, const Descriptor& folder, const std::string& name);

/// Whether a file is on the disk before it has its name.
enum class Sync : bool { no, yes };

/// A file of the folder with this text, as create_locked() makes it, in the place of one that may be there:
/// under its name it appears locked and whole. Until then, and after a crash, it is called `name`.new. None,
/// with errno set.
[[nodiscard]] Descriptor publish_locked(const Descriptor& folder, const std::string& name,
                                        std::string_view text, Sync sync);

}  // namespace dream
