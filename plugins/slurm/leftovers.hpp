#pragma once

#include <chrono>
#include <dream/sdk.hpp>
#include <string>
#include <vector>

namespace dream::slurm {

/// What the names of all jobs of a run of dream begin with.
[[nodiscard]] std::string job_prefix(const std::string& session);

/// With which variables the programs of Slurm find the cluster of a step, as a note for the reaper.
[[nodiscard]] std::string note_of(const std::vector<std::string>& environment);

/// Cancels the jobs and job steps of a dead run that are left, waiting jobs, too. `note` is that of its
/// steps; empty: the variables are this process's own. Blocks, no longer than `limit`.
[[nodiscard]] sdk::Result<void> cancel_jobs_of(const std::string& session, const std::string& note,
                                               std::chrono::milliseconds limit);

}  // namespace dream::slurm
