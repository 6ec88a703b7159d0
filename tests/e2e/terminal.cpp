#include "e2e/terminal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "e2e/process_list.hpp"
#include "support/pipe.hpp"

namespace dream::e2e {

namespace {

winsize system_size(WindowSize size) {
  winsize result{};
  result.ws_row = size.rows;
  result.ws_col = size.columns;
  return result;
}

/// Nobody waits in vain for an end of file because the shell, which doesn't exec, still holds the other side.
void close_all_but(int one, int other) {
  constexpr int most = 1024;
  for (int descriptor = 3; descriptor < most; ++descriptor) {
    if (descriptor != one && descriptor != other) ::close(descriptor);
  }
}

/// What the session leader needs; all prepared before the fork.
struct ShellPlan {
  const char* terminal;
  const char* folder;
  char* const* argv;
  char* const* environment;
  int reports;
  int orders;
};

[[noreturn]] void become_job(const ShellPlan& plan) {
  ::setpgid(0, 0);
  ::tcsetpgrp(STDIN_FILENO, ::getpid());
  ::signal(SIGTTOU, SIG_DFL);
  hear_all_signals();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (::chdir(plan.folder) == 0) ::execve(plan.argv[0], plan.argv, plan.environment);
  ::_exit(125);
}

/// What a shell with job control does for its foreground job, and nothing else. Its own end is the end of the
/// session.
[[noreturn]] void become_shell(const ShellPlan& plan) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGTTOU, SIG_IGN);
  hear_all_signals();
  sigset_t child_changes;
  ::sigemptyset(&child_changes);
  ::sigaddset(&child_changes, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child_changes, nullptr);
  const int changes = ::signalfd(-1, &child_changes, SFD_CLOEXEC);
  ::setsid();
  const int terminal = ::open(plan.terminal, O_RDWR);  // becomes the session's
  for (int standard = 0; standard < 3; ++standard) ::dup2(terminal, standard);
  if (terminal > 2) ::close(terminal);
  const pid_t job = ::fork();
  if (job == 0) become_job(plan);
  ::setpgid(job, job);
  ::tcsetpgrp(STDIN_FILENO, job);
  if (::write(plan.reports, &job, sizeof job) < 0) ::_exit(1);
  while (true) {
    std::array<pollfd, 2> sources{pollfd{changes, POLLIN, 0}, pollfd{plan.orders, POLLIN, 0}};
    if (::poll(sources.data(), sources.size(), -1) < 0) continue;
    if (sources[0].revents != 0) {
      signalfd_siginfo ignored{};
      if (::read(changes, &ignored, sizeof ignored) < 0) ::_exit(1);
      int status = 0;
      while (::waitpid(job, &status, WNOHANG | WUNTRACED) > 0) {
        if (WIFSTOPPED(status)) ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
        if (::write(plan.reports, &status, sizeof status) < 0) ::_exit(1);
      }
    }
    if (sources[1].revents != 0) {
      char order = 0;
      if (::read(plan.orders, &order, 1) != 1) ::_exit(0);
      ::tcsetpgrp(STDIN_FILENO, job);
      ::kill(-job, SIGCONT);
    }
  }
}

}  // namespace

Terminal::Terminal(const Workspace& workspace, const Launch& launch, WindowSize size)
    : hangs_after_ms_(launch.hangs_after_ms) {
  adopt_orphans();
  this->launch(workspace, launch, size);
}

void Terminal::launch(const Workspace& workspace, const Launch& launch, WindowSize size) {
  window_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  std::array<char, 64> name{};
  if (window_ < 0 || ::grantpt(window_) != 0 || ::unlockpt(window_) != 0 ||
      ::ptsname_r(window_, name.data(), name.size()) != 0)
    throw std::runtime_error("no terminal");
  name_ = name.data();
  resize(size);
  modes_at_first_ = modes();
  ::fcntl(window_, F_SETFL, O_RDWR | O_NONBLOCK);
  StartWords words(workspace, launch);
  const Pipe reports = make_pipe();
  const Pipe orders = make_pipe();
  const ShellPlan plan{name.data(),         words.folder(), words.argv(),
                       words.environment(), reports.write,  orders.read};
  shell_ = ::fork();
  if (shell_ == 0) {
    close_all_but(reports.write, orders.read);
    become_shell(plan);
  }
  ::close(reports.write);
  ::close(orders.read);
  reports_ = reports.read;
  orders_ = orders.write;
  if (shell_ < 0) throw std::runtime_error("can't fork");
  if (::read(reports_, &job_, sizeof job_) != sizeof job_) throw std::runtime_error("no job on the terminal");
}

Terminal::~Terminal() {
  if (!ended_) kill_everything_below();
  for (int* descriptor : {&orders_, &reports_, &window_}) close_descriptor(*descriptor);
  ::waitpid(shell_, nullptr, 0);
}

void Terminal::give_up(const std::string& what) const {
  throw std::runtime_error("waited in vain for " + what + "\n--- screen:\n" + screen_.substr(0, 8000));
}

void Terminal::read_screen() {
  std::array<char, 65536> buffer;
  while (window_ >= 0) {
    const ssize_t count = ::read(window_, buffer.data(), buffer.size());
    if (count > 0) screen_.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) return;
  }
}

void Terminal::take_status(int status) {
  stopped_ = WIFSTOPPED(status);
  if (stopped_) return;
  ended_ = true;
  code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  read_screen();
}

/// The end of the reports: the shell is dying of SIGHUP. Once it has died, the job is the test's own child.
void Terminal::read_report() {
  int status = 0;
  if (::read(reports_, &status, sizeof status) == sizeof status) {
    take_status(status);
    return;
  }
  siginfo_t death{};
  ::waitid(P_PID, static_cast<id_t>(shell_), &death, WEXITED | WNOWAIT);
  pollfd job{static_cast<int>(::syscall(SYS_pidfd_open, job_, 0)), POLLIN, 0};
  const bool over = ::poll(&job, 1, hangs_after_ms_) == 1;
  ::close(job.fd);
  if (!over) give_up("the end of the job after its shell's");
  ::waitpid(job_, &status, 0);
  take_status(status);
}

/// Blocks until something came out, or the job has stopped or ended.
void Terminal::pump(const char* what) {
  if (!pump_for(hangs_after_ms_)) give_up(what);
}

/// False: nothing happened.
bool Terminal::pump_for(int milliseconds) {
  std::array<pollfd, 2> sources{pollfd{window_, POLLIN, 0}, pollfd{reports_, POLLIN, 0}};
  const int ready = ::poll(sources.data(), sources.size(), milliseconds);
  if (ready < 0 && errno != EINTR) throw std::runtime_error("can't poll");
  if (sources[0].revents != 0) read_screen();
  if (sources[1].revents != 0) read_report();
  return ready != 0;
}

void Terminal::await_screen(std::string_view text) {
  while (screen_.find(text) == std::string::npos) {
    if (ended_) give_up("\"" + std::string(text) + "\" on the screen");
    pump(std::string(text).c_str());
  }
}

void Terminal::type(std::string_view keys) const {
  if (::write(window_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    throw std::runtime_error("can't type");
}

void Terminal::paste(std::string_view keys) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(hangs_after_ms_);
  while (!keys.empty() && !ended_) {
    if (std::chrono::steady_clock::now() > deadline) give_up("room for keys");
    pollfd window{window_, POLLIN | POLLOUT, 0};
    ::poll(&window, 1, hangs_after_ms_);
    if ((window.revents & POLLIN) != 0) read_screen();
    const ssize_t count = ::write(window_, keys.data(), keys.size());
    if (count > 0) keys.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Terminal::resize(WindowSize size) const {
  const winsize system = system_size(size);
  if (::ioctl(window_, TIOCSWINSZ, &system) != 0) throw std::runtime_error("can't resize");
}

void Terminal::hang_up() {
  read_screen();
  close_descriptor(window_);
}

void Terminal::await_stopped() {
  while (!stopped_) {
    if (ended_) give_up("the job to be stopped");
    pump("the job to be stopped");
  }
}

void Terminal::continue_job() {
  stopped_ = false;
  if (::write(orders_, "f", 1) != 1) throw std::runtime_error("the shell has ended");
}

void Terminal::send(int signal) const {
  if (::kill(job_, signal) != 0) throw std::runtime_error("the job has ended already");
}

void Terminal::await_end() {
  while (!ended_) pump("the job's end");
}

int Terminal::exit_code() {
  await_end();
  std::string names;
  for (const std::string& process : living_below(::getpid())) {
    if (!process.starts_with(std::to_string(shell_) + ":")) names += process + "\n";
  }
  EXPECT_EQ(names, "") << "still lives after the run";
  return code_;
}

int Terminal::exit_code_once_all_ended() {
  await_end();
  EXPECT_TRUE(await_all_ended(shell_)) << living_below(::getpid()).front();
  return code_;
}

int Terminal::exit_code_alone() {
  await_end();
  return code_;
}

bool Terminal::ends_within(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (!ended_) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pump_for(static_cast<int>(left.count()));
  }
  return true;
}

std::string Terminal::modes() const {
  termios modes{};
  if (::tcgetattr(window_, &modes) != 0) throw std::runtime_error("can't read the terminal's modes");
  std::string text;
  for (const tcflag_t flags : {modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag}) {
    text += std::to_string(flags) + " ";
  }
  for (const cc_t key : modes.c_cc) text += std::to_string(key) + " ";
  return text;
}

void Terminal::turn_echo_off() const {
  termios modes{};
  ::tcgetattr(window_, &modes);
  modes.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  if (::tcsetattr(window_, TCSANOW, &modes) != 0) throw std::runtime_error("can't set the terminal's modes");
}

pid_t Terminal::foreground_group() const {
  return ::tcgetpgrp(window_);
}

}  // namespace dream::e2e
