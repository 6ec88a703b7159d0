#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "names.hpp"

namespace dream::kubernetes {

/// A folder as a tar archive, without what has one of these names, at any depth. Fails when it is longer than
/// `limit`.
[[nodiscard]] Result<std::string> archive_of(const std::filesystem::path& folder,
                                             const std::vector<std::string>& excluded, std::size_t limit);

}  // namespace dream::kubernetes
