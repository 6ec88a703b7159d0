#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
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

  /// While the host lives, whatever is below this process but not below the host is a stranger: the run's own
  /// orphans go to the host. To be called whenever there is time, for an orphan comes without a word if its
  /// parent was no child of this process. What has ended is forgotten.
  void look_again(pid_t host);
  /// When that is due; none: there are no strangers, and none can come.
  [[nodiscard]] std::optional<Duration> look_interval() const;

  /// The host has ended, and whatever was the run's before.
  void expect_nothing_of_the_run() { run_has_ended_ = true; }
  /// Whether a child of this process is one, with all that is below it (`tree`, from the child on): those are
  /// strangers from now on. Which it is whether it was seen before, or is in the session of one that was.
  /// Nobody saw the others come: they came with the end of the host, and are the run's. Only where that had
  /// nothing left does their environment tell: a process of the run has a mark in it, or has an empty one.
  [[nodiscard]] bool take(const std::vector<ProcessStatus>& tree);

 private:
  [[nodiscard]] bool include(const ProcessStatus& child) const;
  void add(const std::vector<ProcessStatus>& tree);

  std::map<ProcessIdentity, pid_t> sessions_;  ///< those that were seen, and their sessions
  std::optional<std::string> own_mark_;        ///< of this process, which a dream above it may have started
  bool run_has_ended_ = false;
};

/// Kills everything below this process but strangers, round by round until nothing turns up, and reaps it.
/// Returns what can't be ended: what still lives after `limit`.
[[nodiscard]] std::vector<ProcessStatus> end_descendants(Strangers strangers, Duration limit);

}  // namespace dream::process
