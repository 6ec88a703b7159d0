// guarded HANG_MS KILL_MS [refuse-signals|few-files|full-stderr|stranger|stranger-with-kin]: a program with a
// guardian, whose host does what the lines on its stdin tell it, and says what it has done on stdout. What
// lives holds stdout open.

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "base/crash_note.hpp"
#include "process/guardian.hpp"
#include "support/refused_call.hpp"

namespace {

using namespace dream;  // NOLINT(google-build-using-namespace): a program of one file

constexpr int failed = 99;

void say(const std::string& words, pid_t pid = ::getpid()) {
  std::printf("%s %d\n", words.c_str(), pid);
  std::fflush(stdout);
}

void await_gate(const char* gate) {
  std::string line;
  std::ifstream file(std::string(std::getenv("ROOT")) + "/" + gate);  // NOLINT(concurrency-mt-unsafe)
  std::getline(file, line);
}

/// A helper as a plugin forks it: a copy of the host with all its descriptors.
void fork_helper() {
  if (::fork() != 0) return;
  say("helper");
  await_gate("helper");
  ::_exit(0);
}

/// An orphan to be, in a session of its own and with another program.
void start_orphan(const std::string& name, const std::string& first = "") {
  if (::fork() != 0) return;
  ::setsid();
  const std::string script = "echo " + name + " $$; " + first + "read go < $ROOT/orphan";
  ::execlp("sh", "sh", "-c", script.c_str(), nullptr);
  ::_exit(failed);
}

/// A daemon of the run's, without a parent and a word of the run in its environment. The host keeps it.
void start_daemon() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (::fork() != 0) return;
  if (::fork() != 0) ::_exit(0);
  ::setsid();
  const std::string root = std::string("ROOT=") + std::getenv("ROOT");  // NOLINT(concurrency-mt-unsafe)
  ::execle("/bin/sh", "sh", "-c", "echo daemon $$; read go < $ROOT/daemon", nullptr,
           std::array{root.c_str(), static_cast<const char*>(nullptr)}.data());
  ::_exit(failed);
}

/// Was there before the run, and starts others while it goes on: first by a child, whose end nobody but
/// itself hears of, then itself before it ends. With `kin` the first starts one more in its session, as
/// quietly.
void fork_stranger(bool kin) {
  if (const pid_t stranger = ::fork(); stranger != 0) return say("stranger", stranger);
  await_gate("unseen");
  const pid_t child = ::fork();
  if (child == 0) {
    start_orphan("unseen", kin ? "read go < $ROOT/kin; sh -c 'sh -c \"echo kin \\$\\$; read go < "
                                 "$ROOT/orphan\" & exit'; "
                               : "");
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  await_gate("stranger");
  start_orphan("seen");
  ::_exit(0);
}

/// As for processes of another user: no signal gets through.
void refuse_signals() {
  for (const long call : {SYS_pidfd_send_signal, SYS_kill}) refuse_call(static_cast<unsigned>(call), EPERM);
}

/// A pipe that nobody reads, and both ends of which everybody here has, so that none ends by a lost reader.
void fill_stderr() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0 || ::dup2(ends[1], STDERR_FILENO) < 0) ::_exit(failed);
  const std::string much(static_cast<std::size_t>(::fcntl(ends[1], F_GETPIPE_SZ)), 'x');
  if (::write(ends[1], much.data(), much.size()) != static_cast<ssize_t>(much.size())) ::_exit(failed);
}

void obey(const std::string& line, int socket) {
  static CrashNote* note = nullptr;
  if (line == "listen") {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    process::tell_guardian_that_signals_are_read(socket);
  } else if (line == "hear") {
    process::ForwardedSignal message;
    if (::recv(socket, &message, sizeof message, 0) != sizeof message) ::_exit(failed);
    return say("heard " + std::to_string(message.number));
  } else if (line == "close") {
    ::close(socket);
  } else if (line == "call") {
    note = new CrashNote("acme", "terminate", "./web:dev", read_clock());
  } else if (line == "return") {
    delete note;
  } else if (line == "help") {
    return fork_helper();
  } else if (line == "daemon") {
    return start_daemon();
  } else if (line == "abort") {
    std::abort();
  } else if (line.starts_with("exit ")) {
    process::tell_guardian_how_to_end(socket, 0);
    ::_exit(std::stoi(line.substr(5)));
  } else if (line == "exit_without_a_word") {
    ::_exit(0);
  } else {
    ::_exit(failed);
  }
  say(line);
}

}  // namespace

/// In the place of the C library's, for split_off_guardian: the guardian's end, the first, gets the least
/// room that a socket can have, whatever this system gives to others.
int socketpair(int domain, int type, int protocol, int* ends) noexcept {
  const auto result = static_cast<int>(::syscall(SYS_socketpair, domain, type, protocol, ends));
  const int least = 1;
  if (result == 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
  return result;
}

int main(int count, char** arguments) {
  if (count < 3) return failed;
  const std::string mode = count > 3 ? arguments[3] : "";
  if (mode == "refuse-signals") refuse_signals();
  if (mode == "full-stderr") fill_stderr();
  if (mode.starts_with("stranger")) fork_stranger(mode == "stranger-with-kin");
  if (mode == "few-files") {
    const rlimit none{4, 4};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  const process::TerminalState terminal;
  const process::GuardianSettings settings{.cleaning = {.record = {}},
                                           .hang_limit = std::chrono::milliseconds(std::atoi(arguments[1])),
                                           .kill_limit = std::chrono::milliseconds(std::atoi(arguments[2]))};
  const Result<Descriptor> guardian = process::split_off_guardian(settings, terminal);
  if (!guardian) {
    std::puts(to_string(guardian.error()).c_str());
    std::fflush(stdout);
    ::_exit(0);  // at an end as usual a sanitizer would look for leaks, and needs files for that
  }
  say("host");
  for (std::string line; std::getline(std::cin, line);) obey(line, guardian->get());
}
