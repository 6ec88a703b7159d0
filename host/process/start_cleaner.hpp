#pragma once

#include <string>

/// Cleaning up after a run that died is done by this program itself, started anew: plugins crash and hang.
namespace dream::process {

/// The first argument of this program in that role; the second is the record of the dead run.
inline constexpr const char* cleaner_argument = "--reap-run";

/// Follows the record when the plugins of that run need no confirmation.
inline constexpr const char* cleaner_trust_argument = "--trust";

/// What a cleaner is to do.
struct CleaningOrder {
  std::string record;  ///< of the dead run, a path; empty: nothing
  bool trust = false;  ///< the user has said --trust
};

/// Starts this program to clean up after the run of a record, if there is such a file, and waits for it, but
/// not for ever. Should this process end meanwhile (Ctrl-C), the cleaner finishes its work.
/// True: nothing of the run is left.
bool start_cleaner(const CleaningOrder& order);

}  // namespace dream::process
