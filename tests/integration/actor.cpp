// A process that does what a test tells it to, over a socket: the way to have process trees of any shape, and
// to know at every moment what each of their members has done. Every member reports to the test by itself.

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration): not declared by every libc

namespace {

constexpr int failed = 99;

std::string stage_path;  // where the test listens
int connection = -1;     // to the test
volatile sig_atomic_t counts[NSIG];

void count_signal(int signal) {
  counts[signal] = counts[signal] + 1;
}

/// Connects to the test, as a member of its own.
void report() {
  if (connection >= 0) ::close(connection);
  connection = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, stage_path.c_str(), sizeof address.sun_path - 1);
  if (::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    ::_exit(failed);
}

void answer(const std::string& text) {
  ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
}

/// Waits until the test is gone. For members that nobody talks to.
[[noreturn]] void wait_quietly() {
  pollfd watched{connection, 0, 0};
  while (::poll(&watched, 1, -1) < 0 && errno == EINTR) {
  }
  ::_exit(0);
}

bool test_is_gone() {
  pollfd watched{connection, 0, 0};
  return ::poll(&watched, 1, 0) > 0;
}

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::write(descriptor, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) ::_exit(failed);
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

/// `count` lines: "0\n1\n2\n" and so on, in as few writes as can be.
void print_numbers(int descriptor, long count) {
  std::string text;
  for (long number = 0; number < count; ++number) {
    text += std::to_string(number) + "\n";
    if (text.size() < std::size_t{1} << 16U && number + 1 < count) continue;
    write_all(descriptor, text);
    text.clear();
  }
}

void fork_member() {
  const pid_t pid = ::fork();
  if (pid == 0) {
    report();
  } else {
    answer(std::to_string(pid));
  }
}

/// A daemon: the grandchild of a child that has ended, in a session of its own.
void fork_daemon() {
  const pid_t pid = ::fork();
  if (pid != 0) {
    answer("forked");
    return;
  }
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  report();
}

void fork_quiet(long count) {
  for (long made = 0; made < count; ++made) {
    if (::fork() == 0) wait_quietly();
  }
}

/// A chain, each the child of the one before, every second one in a session of its own.
void fork_chain(long depth) {
  for (long made = 0; made < depth; ++made) {
    if (::fork() != 0) {
      if (made == 0) return;
      wait_quietly();
    }
    if (made % 2 == 0) ::setsid();
  }
  answer("deep");
  wait_quietly();
}

/// Never the same process for long: forks, ends, and goes on as the child.
void hop() {
  if (::fork() != 0) return;
  while (!test_is_gone()) {
    if (::fork() != 0) ::_exit(0);
    ::setsid();
  }
  ::_exit(0);
}

std::string open_descriptors() {
  std::string list;
  for (int descriptor = 0; descriptor < 4096; ++descriptor) {
    if (descriptor == connection || ::fcntl(descriptor, F_GETFD) < 0) continue;
    list += (list.empty() ? "" : " ") + std::to_string(descriptor);
  }
  return list;
}

/// The signals that aren't at their default, and those that are blocked.
std::string unusual_signals() {
  std::string list;
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_DFL) {
      list += "not default " + std::to_string(signal) + ";";
    }
    if (::sigismember(&blocked, signal) == 1) list += "blocked " + std::to_string(signal) + ";";
  }
  return list;
}

void send_standard_output() {
  char byte = 'x';
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  constexpr int standard_output = STDOUT_FILENO;
  std::memcpy(CMSG_DATA(header), &standard_output, sizeof(int));
  ::sendmsg(connection, &message, MSG_NOSIGNAL);
}

/// What stands in its own standard input goes to its standard output, like `tee` and `cat`.
void copy_input() {
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(STDIN_FILENO, buffer.data(), buffer.size())) > 0;) {
    write_all(STDOUT_FILENO, std::string_view(buffer.data(), static_cast<std::size_t>(size)));
  }
  ::_exit(0);
}

/// `exec > >(tee)`: from now on a helper that nobody waits for writes what this process prints.
void print_through_helper() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) ::_exit(failed);
  if (::fork() == 0) {
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::close(connection);
    copy_input();
  }
  ::dup2(ends[1], STDOUT_FILENO);
  ::close(ends[0]);
  ::close(ends[1]);
  answer("done");
}

/// Ends the first thread; the process goes on in another one.
[[noreturn]] void leave_to_a_thread() {
  std::thread([] {
    answer("done");
    wait_quietly();
  }).detach();
  ::pthread_exit(nullptr);
}

/// The same process with an empty environment: nothing tells where it comes from.
[[noreturn]] void forget_environment() {
  std::string path = std::filesystem::read_symlink("/proc/self/exe");
  std::string name = "actor";
  std::array<char*, 3> arguments{name.data(), stage_path.data(), nullptr};
  std::array<char*, 1> nothing{nullptr};
  ::execve(path.c_str(), arguments.data(), nothing.data());
  ::_exit(failed);
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "(none)" : value;
}

std::string file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return std::to_string(limit.rlim_cur);
}

void obey(const std::string& command) {
  std::istringstream words(command);
  std::string verb;
  long number = 0;
  words >> verb;
  if (verb == "variable") {
    std::string name;
    words >> name;
    return answer(variable(name));
  }
  words >> number;
  const int signal = static_cast<int>(number);
  if (verb == "exit") ::_exit(signal);
  if (verb == "raise") ::raise(signal);
  if (verb == "fork") return fork_member();
  if (verb == "daemon") return fork_daemon();
  if (verb == "chain") return fork_chain(number);
  if (verb == "forget_environment") forget_environment();
  if (verb == "leave_to_a_thread") leave_to_a_thread();
  if (verb == "print_through_helper") return print_through_helper();
  if (verb == "send_output") return send_standard_output();
  if (verb == "descriptors") return answer(open_descriptors());
  if (verb == "signals") return answer(unusual_signals());
  if (verb == "file_limit") return answer(file_limit());
  if (verb == "session") return answer(std::to_string(::getsid(0)) + " " + std::to_string(::getpgrp()));
  if (verb == "counted") return answer(std::to_string(counts[signal]));
  if (verb == "print_and_exit") {
    print_numbers(STDOUT_FILENO, number);
    ::_exit(0);
  }
  if (verb == "print") print_numbers(STDOUT_FILENO, number);
  if (verb == "print_error") print_numbers(STDERR_FILENO, number);
  if (verb == "long_line")
    write_all(STDOUT_FILENO, std::string(static_cast<std::size_t>(number), 'x') + "\n");
  if (verb == "ignore") std::signal(signal, SIG_IGN);
  if (verb == "count") std::signal(signal, count_signal);
  if (verb == "quiet") fork_quiet(number);
  if (verb == "hop") hop();
  if (verb == "setsid") ::setsid();
  if (verb == "close_output") {
    ::close(STDOUT_FILENO);
    ::close(STDERR_FILENO);
  }
  answer("done");
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) return failed;
  stage_path = arguments[1];
  report();
  std::array<char, 256> buffer{};
  while (true) {
    const ssize_t size = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return failed;  // the test is gone
    obey(std::string(buffer.data(), static_cast<std::size_t>(size)));
  }
}
