#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace dream::e2e {

/// Whatever a run leaves behind becomes a child of the test, not of init. Call before the first run.
void adopt_orphans();

/// The living processes below `parent`, at any depth, as "pid: command line".
[[nodiscard]] std::vector<std::string> living_below(pid_t parent);

/// The host of a run: of the living children of `guardian`, which is the process that was started, the first
/// that runs the same program.
[[nodiscard]] pid_t host_of(pid_t guardian);

/// Kills the guardian of a run and its host, neither of which sees the other's end.
void kill_with_host(pid_t guardian);

/// The pid of the one living process below `parent` whose command line contains `text`.
[[nodiscard]] pid_t find_below(pid_t parent, const std::string& text);

/// The same for a program that a shell with the same words may stand above: the first process below `parent`,
/// from the top, with `text` in "pid: command line".
[[nodiscard]] pid_t find_program_below(pid_t parent, const std::string& text);

/// The process of this machine whose command line begins with `text`; 0: none. What runs in a container is
/// nobody's child here.
[[nodiscard]] pid_t find_anywhere(const std::string& text);

/// Blocks until a signal has stopped a process that lives.
void await_stopped(pid_t pid);
/// Waits until a process that lives sleeps.
void await_asleep(pid_t pid);
/// Waits until a process does nothing but wait for the end of another.
void await_that_waits_for_a_child(pid_t pid);

/// Waits until a process that is another's child has ended, and its parent has taken note.
void await_reaped(pid_t pid);

/// The most memory that a living process ever had resident, in KiB.
[[nodiscard]] std::size_t peak_memory_kib(pid_t pid);

/// Blocks until every process below the test has ended, but for the child `except`. False when one lives on
/// for ever.
[[nodiscard]] bool await_all_ended(pid_t except = 0);

/// Kills everything below the test itself, so that one failed test does not disturb the next.
void kill_everything_below();

}  // namespace dream::e2e
