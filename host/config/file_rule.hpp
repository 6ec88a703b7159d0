#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <functional>

#include "base/open_file.hpp"
#include "base/result.hpp"

namespace dream::config {

/// Whose dream.json and env files are obeyed: they say what is run, with all rights of the user, and a
/// dream.json is taken from any folder above. Those of the user, of root, and of the owner of the folder that
/// one stands in (as in a container, where root works on the files of the host's user), unless everybody may
/// write to them. Any file of a workspace that the user trusts.
class FileRule {
 public:
  /// Whether the user trusts the workspace in this folder. Asked only about what would be refused.
  using Trusts = std::function<bool(const std::filesystem::path& root)>;

  /// Takes anything.
  FileRule() = default;
  /// For somebody who stands in this folder.
  FileRule(const FoundFile& standing, Trusts trusts);

  /// The same for the dream.json in `folder` and everything that it is merged with.
  [[nodiscard]] FileRule of_workspace(const std::filesystem::path& folder) const;

  /// Finds a file; every link on the way to it has to be of somebody who is obeyed, too. Errors have the code
  /// configuration.
  [[nodiscard]] Result<std::optional<FoundFile>> find(const std::filesystem::path& file) const;

  /// Judges one place on the way to a file, as find() does.
  [[nodiscard]] Result<void> judge(const FoundFile& place) const;

 private:
  bool judges_ = false;
  uid_t standing_owner_ = 0;
  bool standing_is_open_ = false;  ///< everybody may write into the folder
  Trusts trusts_;
  std::filesystem::path root_;
};

}  // namespace dream::config
