#pragma once

#include <sys/types.h>

#include "base/process.hpp"
#include "base/time.hpp"

namespace dream::process {

/// Waits until a child of this process has ended, but no longer than `limit`, and leaves it to be reaped.
/// False: it still runs, or the system is out of descriptors and can't tell.
[[nodiscard]] bool wait_for_end(pid_t child, Duration limit);

/// Whether a child of this process has ended, and is still to be reaped. Needs no descriptor.
[[nodiscard]] bool has_ended(pid_t child);

/// What the system says of how a process has ended, as waitpid() hands it over.
[[nodiscard]] ExitStatus exit_status_of(int status);

/// Waits for a child without a limit and reaps it. Its status as of waitpid; -1: there is no such child.
int reap(pid_t child);

}  // namespace dream::process
