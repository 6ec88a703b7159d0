#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "select/changes.hpp"
#include "select/git.hpp"

namespace dream::select {

/// Collects what has changed in a repository and in its submodules, which are repositories of their own: git
/// itself would run in them what they name.
class ChangeScan {
 public:
  /// `root` is of the workspace. `environment` outlives the scan.
  ChangeScan(std::string root, const std::vector<std::string>& environment)
      : root_(std::move(root)), environment_(environment) {}

  /// All that differs from `since`, a commit: in `head`, the index and the working tree of the repository.
  [[nodiscard]] Result<void> look(const Git& git, const std::string& since, const std::string& head);
  /// Nobody can tell what has changed.
  void take_everything() { folders_.emplace(); }
  /// Fills in files, folders and outside.
  void hand_over(Changes& changes) const;

 private:
  /// A path that stands for another repository: the commits of it that were there before, where one was.
  using Links = std::map<std::string, std::string, std::less<>>;

  [[nodiscard]] Result<void> look_at_commits(const Git& git, const std::string& since,
                                             const std::string& head);
  [[nodiscard]] Result<void> look_at_files(const Git& git);
  [[nodiscard]] Result<void> look_at_links(const Git& git);
  [[nodiscard]] Result<bool> look_into(const std::string& link, const std::string& since);
  void take(const Git& git, std::string_view path);
  void take_outside(const Git& git, std::string_view path);
  void take_link(const Git& git, std::string_view path, std::string_view before);

  std::string root_;
  const std::vector<std::string>& environment_;
  std::string
      below_;  ///< of the repository that is looked at: its place in the workspace, with a final slash
  Links changed_links_;
  std::set<std::string, std::less<>> files_;
  std::set<std::string, std::less<>> folders_;
  std::set<std::string, std::less<>> outside_;
};

}  // namespace dream::select
