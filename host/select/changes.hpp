#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace dream::select {

/// What has changed in a workspace. Paths count from its root, without a leading `./`, in the bytes that the
/// file system has for them (which need not be UTF-8).
struct Changes {
  /// What the work is compared with: as it was given, or "origin/main" where it was looked for. Empty: the
  /// repository has no commit yet.
  std::string base;
  /// The commit where the work left the base, in hexadecimal. Empty as `base`.
  std::string merge_base;
  /// Changed, new and deleted files, sorted, each once. A submodule that has changed, or something in it,
  /// stands there by its own path, too.
  std::vector<std::string> files;
  /// Folders below which anything may have changed, as nobody can tell what has; sorted, each once. "" is the
  /// root.
  std::vector<std::string> folders;
  /// What has changed in the repository outside the workspace, sorted, each once: "../docs/page.md". One that
  /// is a repository of its own isn't looked into.
  std::vector<std::string> outside;
};

/// What has changed in the workspace since the merge base of HEAD with `base`: in commits, staged, unstaged,
/// and new files that aren't ignored. Without a base it is the first of: what origin/HEAD points to,
/// origin/main, origin/master, main, master.
///
/// `root`: absolute; the repository may begin there, above it, or in a submodule. `environment`: NAME=VALUE
/// of this program. Runs git, and nothing that the repository names; writes nothing; waits as long as git
/// takes.
///
/// Error{usage}: the base is no commit. Error{plan}: no git, no repository, one that git refuses or that
/// ignores `root`, no base, none in common.
[[nodiscard]] Result<Changes> changed_files(const std::filesystem::path& root,
                                            const std::optional<std::string>& base,
                                            const std::vector<std::string>& environment);

}  // namespace dream::select
