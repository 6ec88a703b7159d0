#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "process/start_cleaner.hpp"
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

/// What the guardian does after the host, and how long it is patient.
struct GuardianSettings {
  CleaningOrder cleaning;  ///< after the run, if its record is still there
  /// How long a plugin's function may run on once a signal has asked the host to stop.
  Duration hang_limit = std::chrono::seconds(5);
  /// How long what the host has left behind may take to die. A process of another user can't be killed.
  Duration kill_limit = std::chrono::seconds(5);
};

/// Splits this program in two. Returns in the child, the host, with a socket on which ForwardedSignals
/// arrive, and whose end means that the guardian is gone. An error: the system refused, and there is no
/// guardian. The parent, which keeps the pid the user knows, never returns: it waits for the host, ends
/// everything that the host leaves behind, puts the terminal back, cleans up what isn't a process, and ends
/// as the host did or wants (70 after a crash or a hang, whose CrashNote it tells).
///
/// To be called before any thread is started and any plugin is loaded.
[[nodiscard]] Result<Descriptor> split_off_guardian(const GuardianSettings& settings,
                                                    const TerminalState& terminal);

/// Tells the guardian that this process, the host, reads its socket from now on. Until then a signal that the
/// guardian gets and that asks dream to end ends the host.
void tell_guardian_that_signals_are_read(int socket);

/// Tells the guardian that this process, the host, is about to exit, and to die of this signal if that is
/// then with 128 + n; 0: of none. A host that exits without a word, after it has read the guardian's
/// messages, was ended by a plugin's exit().
void tell_guardian_how_to_end(int socket, int signal);

/// Stops this process, the host, and its guardian as Ctrl-Z does, once the tasks are stopped. Returns when it
/// has been continued. `socket`: -1 when there is no guardian.
void suspend_with_guardian(int socket, int signal);

}  // namespace dream::process
