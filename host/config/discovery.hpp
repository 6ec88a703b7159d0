#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/open_file.hpp"
#include "base/result.hpp"
#include "config/file_rule.hpp"
#include "plan/workspace.hpp"

namespace dream::config {

/// Where a configuration was looked for, and where one was found.
struct Discovery {
  std::optional<std::filesystem::path> file;     ///< absolute, without dots
  std::shared_ptr<const FoundFile> opened;       ///< what is to be read; there with `file`
  FileRule rule;                                 ///< for this workspace's other files
  std::vector<std::filesystem::path> looked_in;  ///< the folder asked for first, then upwards
};

/// Whose files are obeyed.
enum class Obeyed : std::uint8_t {
  by_rule,    ///< those that FileRule takes, others only where `trusts` says so
  everybody,  ///< --trust
};

/// The dream.json of `folder`, which is absolute, or of the nearest folder above it: above it as the path has
/// it, over symbolic links, and if there is none, as the system has it. Fails when `folder` is none, and when
/// the file isn't one that is obeyed.
[[nodiscard]] Result<Discovery> discover(const std::filesystem::path& folder, Obeyed obeyed = Obeyed::by_rule,
                                         FileRule::Trusts trusts = {});

/// The error for a Discovery without a file.
[[nodiscard]] Error no_configuration(const Discovery& discovery);

/// The project that a folder belongs to: the nearest one, the folder itself or above it, that the
/// configuration names anywhere; else the folder itself. Looked at are both the path as it is given
/// (absolute) and the real one; the nearer project counts. Fails when the folder doesn't exist or lies
/// outside the workspace.
[[nodiscard]] Result<std::string> project_of_folder(const Workspace& workspace,
                                                    const std::filesystem::path& folder);

}  // namespace dream::config
