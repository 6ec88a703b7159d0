#include "e2e/process_list.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace dream::e2e {

namespace {

namespace fs = std::filesystem;

std::string read_all(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  std::error_code ignored;
  const fs::path threads = fs::path("/proc") / std::to_string(parent) / "task";
  for (fs::directory_iterator at(threads, ignored), end; at != end; at.increment(ignored)) {
    std::istringstream words(read_all(at->path() / "children"));
    for (pid_t child = 0; words >> child;) children.push_back(child);
    if (ignored) break;
  }
  return children;
}

/// X: there is none.
char state_of(pid_t pid) {
  const std::string status = read_all(fs::path("/proc") / std::to_string(pid) / "stat");
  const std::size_t name_end = status.rfind(')');
  return name_end == std::string::npos || name_end + 2 >= status.size() ? 'X' : status[name_end + 2];
}

bool is_alive(pid_t pid) {
  return state_of(pid) != 'Z' && state_of(pid) != 'X';
}

void await_state(pid_t pid, char state) {
  while (state_of(pid) != state) {
    if (!is_alive(pid)) throw std::runtime_error("process " + std::to_string(pid) + " has ended");
    ::sched_yield();
  }
}

std::vector<pid_t> tree_below(pid_t parent) {
  std::vector<pid_t> tree = children_of(parent);
  for (std::size_t at = 0; at < tree.size(); ++at) {
    for (const pid_t child : children_of(tree[at])) tree.push_back(child);
  }
  return tree;
}

std::string command_line(pid_t pid) {
  std::string words = read_all(fs::path("/proc") / std::to_string(pid) / "cmdline");
  for (char& c : words) {
    if (c == '\0') c = ' ';
  }
  return words;
}

}  // namespace

void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

std::vector<std::string> living_below(pid_t parent) {
  std::vector<std::string> living;
  for (const pid_t pid : tree_below(parent)) {
    if (is_alive(pid)) living.push_back(std::to_string(pid) + ": " + command_line(pid));
  }
  return living;
}

pid_t host_of(pid_t guardian) {
  const auto program_of = [](pid_t pid) {
    std::error_code ended;
    return fs::read_symlink(fs::path("/proc") / std::to_string(pid) / "exe", ended);
  };
  for (const pid_t child : children_of(guardian)) {
    if (is_alive(child) && program_of(child) == program_of(guardian)) return child;
  }
  throw std::runtime_error("no host below process " + std::to_string(guardian));
}

void kill_with_host(pid_t guardian) {
  const pid_t host = host_of(guardian);
  for (const int signal : {SIGSTOP, SIGKILL})
    for (const pid_t pid : {host, guardian}) ::kill(pid, signal);
}

pid_t find_below(pid_t parent, const std::string& text) {
  pid_t found = 0;
  for (const pid_t pid : tree_below(parent)) {
    if (!is_alive(pid) || command_line(pid).find(text) == std::string::npos) continue;
    if (found != 0) throw std::runtime_error("more than one process with " + text);
    found = pid;
  }
  if (found == 0) throw std::runtime_error("no process with " + text);
  return found;
}

pid_t find_program_below(pid_t parent, const std::string& text) {
  for (const std::string& process : living_below(parent)) {
    if (process.find(text) != std::string::npos) return std::stoi(process);
  }
  throw std::runtime_error("no process " + text);
}

pid_t find_anywhere(const std::string& text) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::stoi(name);
    if (command_line(pid).starts_with(text) && is_alive(pid)) return pid;
  }
  return 0;
}

void await_stopped(pid_t pid) {
  await_state(pid, 'T');
}

void await_asleep(pid_t pid) {
  await_state(pid, 'S');
}

void await_that_waits_for_a_child(pid_t pid) {
  const fs::path folder = fs::path("/proc") / std::to_string(pid);
  for (std::string where; where != "do_wait";) {
    std::ifstream(folder / "wchan") >> where;
    if (!is_alive(pid)) throw std::runtime_error("process " + std::to_string(pid) + " has ended");
    ::sched_yield();
  }
}

void await_reaped(pid_t pid) {
  pollfd end{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), POLLIN, 0};
  if (end.fd < 0) return;
  ::poll(&end, 1, -1);
  ::close(end.fd);
  while (::kill(pid, 0) == 0) ::sched_yield();  // a pidfd tells of the end only
}

std::size_t peak_memory_kib(pid_t pid) {
  const std::string label = "VmHWM:";
  std::ifstream status(fs::path("/proc") / std::to_string(pid) / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(label)) return std::stoul(line.substr(label.size()));
  }
  throw std::runtime_error("no process " + std::to_string(pid));
}

/// All that is left becomes a child of the test sooner or later: waiting for the children one by one is
/// enough.
bool await_all_ended(pid_t except) {
  constexpr int hung_after_ms = 60'000;
  const auto others = [except] {
    std::vector<pid_t> children = children_of(::getpid());
    std::erase(children, except);
    return children;
  };
  for (std::vector<pid_t> children; !(children = others()).empty();) {
    pollfd child{static_cast<int>(::syscall(SYS_pidfd_open, children.front(), 0)), POLLIN, 0};
    const bool ended = child.fd >= 0 && ::poll(&child, 1, hung_after_ms) == 1;
    ::close(child.fd);
    if (!ended) return false;
    ::waitpid(children.front(), nullptr, 0);
  }
  return true;
}

void kill_everything_below() {
  for (bool any = true; any;) {
    any = false;
    for (const pid_t pid : tree_below(::getpid())) any = ::kill(pid, SIGKILL) == 0 || any;
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

}  // namespace dream::e2e
