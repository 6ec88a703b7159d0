#include "e2e/dream_run.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "e2e/process_list.hpp"
#include "support/pipe.hpp"

namespace dream::e2e {

namespace {

std::vector<std::string> environment_of(const Workspace& workspace, const Launch& launch) {
  std::map<std::string, std::string> variables{
      {"PATH", DREAM_HELPERS ":" DREAM_TOOLS ":/usr/local/bin:/usr/bin:/bin"},
      {"HOME", workspace.root().string()},
      {"ROOT", workspace.root().string()},
      {"LC_ALL", "C.UTF-8"}};
  for (const char* sanitizer : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* options = std::getenv(sanitizer)) variables[sanitizer] = options;
  }
  // One that explained a crash would end dream as if it had not crashed.
  for (const char* sanitizer : {"ASAN_OPTIONS", "TSAN_OPTIONS"}) {
    variables[sanitizer] += ":handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0";
  }
  for (const auto& [name, value] : launch.environment) variables[name] = value;
  std::vector<std::string> entries;
  entries.reserve(variables.size());
  for (const auto& [name, value] : variables) entries.emplace_back(name).append("=").append(value);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> array;
  array.reserve(strings.size() + 1);
  for (std::string& text : strings) array.push_back(text.data());
  array.push_back(nullptr);
  return array;
}

}  // namespace

StartWords::StartWords(const Workspace& workspace, const Launch& launch)
    : words_{launch.program.empty() ? DREAM_BINARY : launch.program},
      variables_(environment_of(workspace, launch)),
      folder_((workspace.root() / launch.folder).string()) {
  words_.insert(words_.end(), launch.arguments.begin(), launch.arguments.end());
  argv_ = pointers(words_);
  environment_ = pointers(variables_);
}

void hear_all_signals() {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) ::signal(signal, SIG_DFL);
}

DreamRun::DreamRun(const Workspace& workspace, const Launch& launch)
    : hangs_after_ms_(launch.hangs_after_ms) {
  adopt_orphans();
  this->launch(workspace, launch);
}

DreamRun::DreamRun(const Workspace& workspace)
    : DreamRun(workspace, Launch{.arguments = {"go"}, .folder = workspace.requested()}) {}

void DreamRun::launch(const Workspace& workspace, const Launch& launch) {
  const StartWords words(workspace, launch);
  Pipe in{::open("/dev/null", O_RDONLY | O_CLOEXEC), -1};
  if (launch.standard_input) {
    ::close(in.read);
    in = make_pipe();
  }
  const Pipe out = launch.out_is_socket ? make_socket() : make_pipe();
  if (launch.out_is_nonblocking) ::fcntl(out.write, F_SETFL, O_NONBLOCK);
  const Pipe err = make_pipe();
  const std::string out_file = (workspace.root() / launch.out_file).string();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    hear_all_signals();
    if (launch.own_session) ::setsid();
    for (const int signal : launch.ignored_signals) ::signal(signal, SIG_IGN);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (const int signal : launch.blocked_signals) ::sigaddset(&blocked, signal);
    ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
    int out_end = out.write;
    if (!launch.out_file.empty()) out_end = ::open(out_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ::dup2(in.read, STDIN_FILENO);
    ::dup2(out_end, STDOUT_FILENO);
    ::dup2(launch.merged ? out_end : err.write, STDERR_FILENO);
    if (::chdir(words.folder()) == 0) ::execve(words.argv()[0], words.argv(), words.environment());
    ::_exit(125);
  }
  ::close(in.read);
  ::close(out.write);
  ::close(err.write);
  if (pid_ < 0) throw std::runtime_error("can't fork");
  in_ = in.write;
  out_descriptor_ = out.read;
  err_descriptor_ = err.read;
  ::fcntl(out.read, F_SETFL, O_NONBLOCK);
  ::fcntl(err.read, F_SETFL, O_NONBLOCK);
  pid_descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
}

DreamRun::~DreamRun() {
  if (!ended_) kill_everything_below();
  for (int* descriptor : {&in_, &out_descriptor_, &err_descriptor_, &pid_descriptor_})
    close_descriptor(*descriptor);
}

void DreamRun::await_full_out(int enough) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(hangs_after_ms_);
  const int room = std::min(::fcntl(out_descriptor_, F_GETPIPE_SZ), enough);
  for (int kept = 0; kept < room; ::ioctl(out_descriptor_, FIONREAD, &kept)) {
    if (std::chrono::steady_clock::now() > deadline) give_up("a full pipe");
    std::this_thread::yield();
  }
}

void DreamRun::give_up(const std::string& what) const {
  throw std::runtime_error("waited in vain for " + what + "\n--- stdout:\n" + out_.substr(0, 4000) +
                           "\n--- stderr:\n" + err_);
}

/// Reads what is there; closes the descriptor at its end.
bool DreamRun::read_from(int& descriptor, std::string& text) {
  static std::array<char, 65536> buffer;
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
      return true;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) close_descriptor(descriptor);
    return false;
  }
}

/// Blocks until something was said, an output is over, or dream has ended.
void DreamRun::pump_until_more(const char* what) {
  std::array<pollfd, 3> sources{pollfd{reads_out_ ? out_descriptor_ : -1, POLLIN, 0},
                                pollfd{err_descriptor_, POLLIN, 0}, pollfd{pid_descriptor_, POLLIN, 0}};
  const int ready = ::poll(sources.data(), sources.size(), hangs_after_ms_);
  if (ready < 0 && errno != EINTR) throw std::runtime_error("can't poll");
  if (ready == 0) give_up(what);
  if (sources[0].revents != 0) read_from(out_descriptor_, out_);
  if (sources[1].revents != 0) read_from(err_descriptor_, err_);
  if (sources[2].revents == 0) return;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  ended_ = true;
  died_ = WIFSIGNALED(status);
  code_ = died_ ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  close_descriptor(pid_descriptor_);
  while (reads_out_ && out_descriptor_ >= 0 && read_from(out_descriptor_, out_)) {
  }
  while (err_descriptor_ >= 0 && read_from(err_descriptor_, err_)) {
  }
}

void DreamRun::await_out(std::string_view text) {
  while (out_.find(text) == std::string::npos) {
    if (ended_) give_up("\"" + std::string(text) + "\" on stdout");
    pump_until_more(std::string(text).c_str());
  }
}

void DreamRun::await_err(std::string_view text) {
  while (err_.find(text) == std::string::npos) {
    if (ended_) give_up("\"" + std::string(text) + "\" on stderr");
    pump_until_more(std::string(text).c_str());
  }
}

void DreamRun::send(int signal) const {
  if (::kill(pid_, signal) != 0) throw std::runtime_error("dream has ended already");
}

void DreamRun::write_input(std::string_view text) const {
  if (::write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("can't write to dream's stdin");
}

void DreamRun::close_input() {
  close_descriptor(in_);
}

void DreamRun::close_out() {
  close_descriptor(out_descriptor_);
}

void DreamRun::read_out(std::size_t size) {
  const std::size_t enough = out_.size() + size;
  while (out_.size() < enough) {
    pollfd source{out_descriptor_, POLLIN, 0};
    if (::poll(&source, 1, hangs_after_ms_) == 0) give_up("more of stdout");
    if (!read_from(out_descriptor_, out_)) give_up("more of stdout, which has ended");
  }
}

void DreamRun::await_end() {
  while (!ended_) pump_until_more("dream's end");
}

int DreamRun::exit_code_beside_others() {
  await_end();
  return code_;
}

int DreamRun::exit_code_once_all_ended() {
  await_end();
  EXPECT_TRUE(await_all_ended()) << living_below(::getpid()).front();
  kill_everything_below();
  return code_;
}

int DreamRun::exit_code() {
  await_end();
  const std::vector<std::string> left = living_below(::getpid());
  std::string names;
  for (const std::string& process : left) names += process + "\n";
  EXPECT_TRUE(left.empty()) << "still lives after the run:\n" << names;
  kill_everything_below();
  return code_;
}

namespace {

/// No test is about it here, and any may meet it.
std::string without_remarks_on_slowness(const std::string& text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::min(text.find('\n', at), text.size() - 1) + 1 - at;
    const std::string_view line = std::string_view(text).substr(at, size);
    if (line.find("everything else waits for a plugin's function") == std::string_view::npos) kept += line;
    at += size;
  }
  return kept;
}

}  // namespace

Finished run(const Workspace& workspace, const Launch& launch) {
  DreamRun dream(workspace, launch);
  const int code = dream.exit_code();
  return {code, dream.out(), without_remarks_on_slowness(dream.err())};
}

Finished run(const Workspace& workspace) {
  return run(workspace, Launch{.arguments = {"go"}, .folder = workspace.requested()});
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t times = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++times;
  return times;
}

std::string on_one_line(std::string_view json) {
  std::string line;
  bool indents = true;
  for (const char c : json) {
    indents = c == '\n' || (indents && c == ' ');
    if (!indents) line += c;
  }
  return line;
}

}  // namespace dream::e2e
