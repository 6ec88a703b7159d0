#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "process/reaper.hpp"
#include "process/terminal_state.hpp"

/// The guardian: a small process that is the ancestor of everything a run starts, so that whatever dies, the
/// other side ends what is left. docs/architecture.md, "How a process tree ends".
namespace dream::process {

/// A signal that the guardian got, and the host should hear of.
struct ForwardedSignal {
  std::int32_t number = 0;
  std::int32_t code = 0;    ///< si_code: who sent it
  std::int32_t sender = 0;  ///< pid
};

/// Splits this program in two. Returns in the child, the host, with a socket on which ForwardedSignals
/// arrive, and whose end means that the guardian is gone; -1: the system refused, and there is no guardian.
/// The parent, which keeps the pid the user knows, never returns: it waits for the host, ends everything that
/// the host leaves behind, puts the terminal back, cleans up by the host's record if that is still there
/// (reaper.hpp), and exits as the host did (70 after a crash, whose CrashNote it tells).
///
/// To be called before any thread is started and any plugin is loaded.
[[nodiscard]] int split_off_guardian(ReapOrder to_reap, const TerminalState& terminal);

}  // namespace dream::process
