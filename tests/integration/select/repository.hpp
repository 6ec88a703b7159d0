#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "select/changes.hpp"

namespace dream::select {

using Words = std::vector<std::string>;

/// The environment of every git here: nothing of the user's own configuration counts.
[[nodiscard]] Words git_environment();

/// Runs git in a folder and returns its stdout; throws with what it complained about where it fails.
std::string run_git(const std::filesystem::path& folder, const Words& arguments);

/// A repository with a working tree in a folder.
class Repository {
 public:
  /// Makes one with the branch main.
  explicit Repository(std::filesystem::path folder);

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  std::string git(const Words& arguments) const { return run_git(folder_, arguments); }
  /// Writes a file, with the folders above it.
  void write(const std::string& name, std::string_view bytes = "x\n") const;
  void remove(const std::string& name) const;
  /// Stages all that there is and commits it; its id.
  std::string commit() const;

 private:
  std::filesystem::path folder_;
};

/// What has changed in a workspace; throws where that can't be told.
[[nodiscard]] Changes changes_in(const std::filesystem::path& root,
                                 const std::optional<std::string>& base = std::nullopt);
/// Why it can't be told.
[[nodiscard]] Error refusal_in(const std::filesystem::path& root,
                               const std::optional<std::string>& base = std::nullopt);

}  // namespace dream::select
