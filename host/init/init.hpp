#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"

/// A first dream.json for a repository that has none.
namespace dream::init {

/// The text of a dream.json for what lies in `folder`: manifests of packages, stacks of containers and
/// processes, files of task runners; with `from`, for that one file alone. Fails when there is nothing of
/// that.
[[nodiscard]] Result<std::string> make_configuration(const std::filesystem::path& folder,
                                                     const std::optional<std::string>& from);

/// Writes the file; one that is there already is an error, and stays as it is.
[[nodiscard]] Result<void> write_new_file(const std::filesystem::path& file, const std::string& text);

}  // namespace dream::init
