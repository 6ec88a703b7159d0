#pragma once

#include <sys/types.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "process/process_tree.hpp"

/// What is below the guardian when the host has ended.
namespace dream::process {

/// Those below this process that are none of the run's: children that it had before it became dream
/// (`sh -c 'x & exec dream …'`), and what these start.
class Strangers {
 public:
  /// To be made before the host: whatever is below this process then is a stranger.
  Strangers();

  /// What was orphaned to this process while the host lives is a stranger's, since the run's own orphans go
  /// to the host. To be called when a child of this process has ended: orphans come with the end of a parent.
  void look_again(pid_t host);

  /// Whether a child of this process is one. If nobody saw it come, its environment tells: a process
  /// of the run has a mark in it, or has an empty one.
  [[nodiscard]] bool include(const ProcessStatus& child) const;

 private:
  std::set<ProcessIdentity> known_;
  std::optional<std::string> own_mark_;  ///< of this process, which a dream above it may have started
};

/// Kills everything below this process but strangers, round by round until nothing turns up, and reaps it.
/// Returns what can't be ended: what still lives after `limit`.
[[nodiscard]] std::vector<ProcessStatus> end_descendants(const Strangers& strangers, Duration limit);

}  // namespace dream::process
