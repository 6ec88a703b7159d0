#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

/// Looking at processes and signalling them, with /proc. What a task started hangs below its root, or, as
/// soon as the parent of it has ended, below this process, which is the only subreaper: no task is given
/// strangers to reap.
namespace dream::process {

/// A process for all time: a pid is reused, a pid with its start time is not.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  ///< clock ticks since boot

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 mistakes what the compiler makes of it
  auto operator<=>(const ProcessIdentity&) const = default;
};

/// What guardians call themselves.
inline constexpr const char* guardian_name = "guardian";

/// In the environment of every task, the child that a process belongs to, whatever it did to its parents and
/// session: "HOST.NUMBER". What plugins start by themselves has the number 0.
inline constexpr const char* child_mark_name = "DREAM_CHILD";

/// What the kernel knows of a process.
struct ProcessStatus {
  ProcessIdentity identity;
  char state = 'X';  ///< as in /proc/PID/stat; of the first thread
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  bool has_terminal = false;  ///< that signals of keys may come from
  int threads = 1;
  std::uint64_t processor_ticks = 0;  ///< the time on processors, in clock ticks
  std::uint64_t resident_pages = 0;   ///< of memory, its own and shared ones
  bool named_guardian = false;        ///< as the guardian of a run is
  bool named_shell = false;           ///< as one that reads lines for others is
  std::uint64_t ignored = 0;          ///< signals: the lowest bit is number 1

  /// /proc doesn't show it (hidepid): only its pid, group and session are known, and that it exists.
  [[nodiscard]] bool hidden() const noexcept { return identity.start_time == 0; }
  [[nodiscard]] bool ignores(int signal) const noexcept { return ((ignored >> (signal - 1)) & 1U) != 0; }
  /// A first thread that has ended is dead (Z, X); its process lives as long as any other thread does.
  [[nodiscard]] bool alive() const noexcept { return threads > 1 || (state != 'Z' && state != 'X'); }
  /// By a signal or by a debugger.
  [[nodiscard]] bool stopped() const noexcept { return state == 'T' || state == 't'; }
};

/// What the kernel says of a process now; none when there is none.
[[nodiscard]] std::optional<ProcessStatus> process_status(pid_t pid);

/// The signals that wait to be taken by a process, of the whole or of its first thread: the lowest bit is
/// number 1.
[[nodiscard]] std::uint64_t pending_signals(pid_t pid);

/// Those that don't have their usual effect on a process: it catches or ignores them, or its first thread
/// blocks them, as what reads a signalfd does. None where that may not be read.
[[nodiscard]] std::uint64_t handled_signals(pid_t pid);

/// An error: /proc is missing, or another pid namespace's, where the same numbers are other processes.
[[nodiscard]] Result<void> check_proc();

/// The children of a process now. May miss one that is being re-parented at this moment: look again until
/// nothing new turns up.
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);

/// Whether this process has any child, dead or alive. Exact, however many are just being re-parented.
[[nodiscard]] bool has_children();

/// What a look at this process's orphans found.
struct Orphans {
  std::vector<pid_t> pids;
  /// `busy`: the system is out of descriptors or memory, and nothing may be concluded. `never`: this kernel
  /// tells nobody's children (CONFIG_PROC_CHILDREN).
  enum class Known : std::uint8_t { yes, busy, never } known = Known::yes;
};

/// What has been orphaned to this process and was not reaped yet: all of it, for one leaves the list only
/// when this process reaps it. Also the children that the first thread of this process has itself
/// (first_thread.hpp).
[[nodiscard]] Orphans own_orphans();

/// `root` and everything below it, parents first, the dead included: a zombie may still have a place in the
/// tree.
[[nodiscard]] std::vector<ProcessStatus> tree_below(pid_t root);

/// Whether the processes of a tree that have children have still those that it shows, and no others.
[[nodiscard]] bool is_unchanged(const std::vector<ProcessStatus>& tree);
/// A tree is looked at until it is unchanged, but no more often than this.
inline constexpr int most_looks = 8;

/// `tree` without what other runs of this program in it have started: a run that is asked to end asks its
/// own.
[[nodiscard]] std::vector<ProcessStatus> without_inner_runs(std::vector<ProcessStatus> tree);

/// The value of a variable in the environment a process was started with; none when it has none, or may not
/// be read.
[[nodiscard]] std::optional<std::string> environment_value(pid_t pid, const std::string& name);

/// The folder that a process stands in; empty: it has ended, or may not be looked at.
[[nodiscard]] std::filesystem::path folder_of(pid_t pid);

/// Whether a process has an environment that may be read, and is not empty.
[[nodiscard]] bool has_environment(pid_t pid);

/// Whether a process runs the same program as this one.
[[nodiscard]] bool runs_this_program(pid_t pid);

/// The command line of a process as /proc has it: each word ends with a NUL. Empty when it may not be read.
[[nodiscard]] std::string command_line(pid_t pid);

/// "4711 (sleep 60)", for people; of a long command line the begin, with a `…`.
[[nodiscard]] std::string describe_process(pid_t pid);

/// What became of a signal.
enum class Delivery : std::uint8_t {
  sent,
  gone,       ///< there is no such process any more
  forbidden,  ///< it is another user's
  failed,     ///< the system is out of descriptors or memory: try again
};

/// Sends a signal to exactly this process, never to another one that got its pid since; `follow_up` after it,
/// if it isn't 0.
Delivery send_signal(const ProcessIdentity& process, int signal, int follow_up = 0);
/// To the process that the pidfd stands for; by its pid where a sandbox refuses that, or the pidfd is none.
Delivery send_signal(pid_t pid, int pidfd, int signal, int follow_up = 0);

/// Kills all processes of its group at once, unless that is this process's own: what forks all the time is
/// faster than any look at it, but not than the kernel. To be called right after the process was looked at,
/// while it keeps the group's number from being anybody else's.
void kill_group_of(const ProcessStatus& process);

}  // namespace dream::process
