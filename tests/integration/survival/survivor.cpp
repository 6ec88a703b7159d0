// survivor FOLDER SHAPE [OPTION]: a task that leaves processes of a certain shape behind. FOLDER/life is a
// fifo that each of them holds open for writing, whatever else it closes: its reader sees the end of the file
// when the last one is gone. Into it each writes what happens to it, a line at a time: "up 123", "TERM 123".
//
// A process ends when it is asked to by SIGTERM, SIGINT or SIGHUP; with the option `stays`, or as the shape
// `ignores` or `forks`, it does not. The task's root ends with 0 when a byte comes through FOLDER/exit.
//
// The shape `tidies` cleans up before it ends: until a byte comes through FOLDER/tidied, or, with a number as
// the option, for so many milliseconds.

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr int failed = 99;
constexpr int whole_tree = 1000;

std::string folder;
int life = -1;
bool stays = false;

void record(const char* what) {
  std::array<char, 64> line{};
  const int size = std::snprintf(line.data(), line.size(), "%s %d\n", what, ::getpid());
  if (::write(life, line.data(), static_cast<std::size_t>(size)) != size) ::_exit(failed);
}

sigset_t endings() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, signal);
  return set;
}

/// Takes one signal and writes it down.
void take_signal(int signals) {
  signalfd_siginfo info{};
  if (::read(signals, &info, sizeof info) == sizeof info)
    record(::sigabbrev_np(static_cast<int>(info.ssi_signo)));
}

/// What only the test can end: the fifo has no reader any more.
pollfd watch_test() {
  return {life, 0, 0};
}

int open_signals() {
  const sigset_t set = endings();
  return ::signalfd(-1, &set, SFD_CLOEXEC);
}

/// Until a signal or, unless `gate` is -1, a byte of it ends this process.
[[noreturn]] void await_end(int gate = -1) {
  const int signals = open_signals();
  std::array<pollfd, 3> sources{pollfd{signals, POLLIN, 0}, pollfd{gate, POLLIN, 0}, watch_test()};
  while (true) {
    if (::poll(sources.data(), sources.size(), -1) < 0) continue;
    if (sources[2].revents != 0) ::_exit(failed);
    if (sources[1].revents != 0) ::_exit(0);
    take_signal(signals);
    if (!stays) ::_exit(0);
  }
}

int open_gate(const char* name) {
  return ::open((folder + "/" + name).c_str(), O_RDONLY | O_CLOEXEC);
}

[[noreturn]] void live() {
  record("up");
  await_end();
}

void close_output() {
  const int nothing = ::open("/dev/null", O_RDWR);
  for (int descriptor = 0; descriptor < 3; ++descriptor) ::dup2(nothing, descriptor);
  if (nothing > 2) ::close(nothing);
}

/// A child that lives on; `prepare` makes it what it is.
template <class Prepare>
pid_t fork_child(Prepare prepare) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  prepare();
  live();
}

void plain() {
  fork_child([] {});
}

void grandchild() {
  fork_child([] { fork_child(close_output); });
}

void new_session() {
  fork_child([] {
    fork_child([] {
      ::setsid();
      close_output();
    });
  });
}

/// The grandchild of a child that has ended, in a session of its own, with nothing of where it comes from.
void daemon() {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    fork_child([] {
      close_output();
      if (::chdir("/") != 0) ::_exit(failed);
    });
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

void ignores() {
  stays = true;
  fork_child([] { fork_child([] { ::setsid(); }); });
}

void stopped() {
  const pid_t child = ::fork();
  if (child == 0) {
    record("up");
    ::raise(SIGSTOP);
    await_end();
  }
  ::waitpid(child, nullptr, WUNTRACED);
}

/// Never the same process for long. Bounded, should nobody end it.
void forks() {
  constexpr int most = 1'000'000;
  stays = true;
  std::signal(SIGCHLD, SIG_IGN);  // the orphans come back to the root: nothing is left of them
  if (::fork() != 0) return;
  record("up");
  for (int count = 0; count < most; ++count) {
    pollfd test = watch_test();
    if (::fork() != 0 || ::poll(&test, 1, 0) > 0) ::_exit(0);
    if (count % 2 == 0) ::setsid();
  }
  ::_exit(0);
}

void holds_pipe() {
  fork_child([] { fork_child([] { ::setsid(); }); });
}

/// Gives the calling process so many descendants.
void spread(int descendants) {
  constexpr int branches = 10;
  for (int left = branches; left > 0 && descendants > 0; --left) {
    const int share = (descendants + left - 1) / left;
    descendants -= share;
    fork_child([&] {
      if (left == branches) ::setsid();
      spread(share - 1);
    });
  }
}

void tree() {
  spread(whole_tree - 1);
}

[[noreturn]] void tidy(const char* milliseconds) {
  const int signals = open_signals();
  std::array<pollfd, 2> sources{pollfd{signals, POLLIN, 0}, pollfd{-1, POLLIN, 0}};
  record("tidy");
  take_signal(signals);
  record("tidying");
  int timer = -1;
  if (milliseconds != nullptr) {
    timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const long duration = std::atol(milliseconds);
    const itimerspec once{{}, {duration / 1000, duration % 1000 * 1'000'000}};
    ::timerfd_settime(timer, 0, &once, nullptr);
  }
  sources[1].fd = timer >= 0 ? timer : open_gate("tidied");
  while (sources[1].revents == 0) {
    if (::poll(sources.data(), sources.size(), -1) > 0 && sources[0].revents != 0) take_signal(signals);
  }
  constexpr std::string_view last_line = "tidied up\n";
  std::signal(SIGPIPE, SIG_IGN);  // its reader may be gone
  if (::write(STDOUT_FILENO, last_line.data(), last_line.size()) < 0) record("unheard");
  record("tidied");
  ::_exit(0);
}

struct Shape {
  const char* name;
  void (*make)();
};
constexpr std::array shapes{Shape{"alone", [] {}},           Shape{"plain", plain},
                            Shape{"grandchild", grandchild}, Shape{"new_session", new_session},
                            Shape{"daemon", daemon},         Shape{"ignores", ignores},
                            Shape{"stopped", stopped},       Shape{"forks", forks},
                            Shape{"holds_pipe", holds_pipe}, Shape{"tree", tree}};

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count < 3) return failed;
  folder = arguments[1];
  const std::string shape = arguments[2];
  const char* option = argument_count > 3 ? arguments[3] : nullptr;
  life = ::open((folder + "/life").c_str(), O_WRONLY);
  if (life < 0) return failed;
  const sigset_t set = endings();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  if (shape == "tidies") tidy(option);
  stays = option != nullptr && std::string(option) == "stays";
  for (const Shape& known : shapes) {
    if (shape != known.name) continue;
    known.make();
    record("up");
    await_end(open_gate("exit"));
  }
  return failed;
}
