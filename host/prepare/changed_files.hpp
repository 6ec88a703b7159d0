#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/file_stamp.hpp"
#include "prepare/workspace.hpp"

namespace dream::prepare {

/// Finds the files that a workspace was made of and that aren't now as they were.
class ChangedFiles {
 public:
  /// It must outlive this.
  explicit ChangedFiles(const LoadedWorkspace& loaded);

  /// By their paths from the root, and a dream.local.json that has come. Reads none again whose stamp tells
  /// that it is as it was at the last look.
  [[nodiscard]] std::vector<std::string> look(std::chrono::system_clock::time_point now);

 private:
  struct Seen {
    FileStamp stamp;
    bool has_changed = false;
  };
  [[nodiscard]] bool has_changed(std::size_t at, std::chrono::system_clock::time_point now);

  const LoadedWorkspace& loaded_;
  std::vector<std::optional<Seen>> seen_;  ///< of each source; none: the stamp told nothing
};

}  // namespace dream::prepare
