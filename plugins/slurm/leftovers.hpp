#pragma once

#include <chrono>
#include <dream/sdk.hpp>
#include <string>

namespace dream::slurm {

/// What the names of all jobs of a run of dream begin with.
[[nodiscard]] std::string job_prefix(const std::string& session);

/// Cancels the jobs of a dead run that are left, waiting ones, too. Blocks, no longer than `limit`.
[[nodiscard]] sdk::Result<void> cancel_jobs_of(const std::string& session, std::chrono::milliseconds limit);

}  // namespace dream::slurm
