#include "process/process_tree.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/cut_off.hpp"
#include "base/descriptor.hpp"
#include "base/folder_stream.hpp"
#include "base/open_file.hpp"
#include "base/text.hpp"

namespace dream::process {

namespace {

bool out_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM;
}

/// A file of /proc as a whole; empty when it can't be read. `error` becomes the errno of a failure.
std::string read_file(const std::string& path, int* error = nullptr) {
  std::string content;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    if (error != nullptr) *error = errno;
    return content;
  }
  std::array<char, 4096> buffer;
  // It fills the buffer as far as whole entries fit: when half of it is empty, that was all.
  for (std::size_t got = buffer.size(); got > buffer.size() / 2;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    got = count > 0 ? static_cast<std::size_t>(count) : 0;
    content.append(buffer.data(), got);
  }
  return content;
}

std::string proc_path(pid_t pid, std::string_view name) {
  std::string path;
  path.reserve(64);
  return path.append("/proc/").append(std::to_string(pid)).append("/").append(name);
}

/// The next space-separated word of `text`, which loses it.
std::string_view next_word(std::string_view& text) {
  const std::size_t begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return text = {};
  text.remove_prefix(begin);
  const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

template <class Number>
Number number(std::string_view word) {
  Number value{};
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value;
}

/// The numbers of a list of pids.
std::vector<pid_t> numbers(std::string_view text) {
  std::vector<pid_t> all;
  for (std::string_view word; !(word = next_word(text)).empty();) all.push_back(number<pid_t>(word));
  return all;
}

/// Of /proc/PID/status, those in any of these lines.
std::uint64_t signals_in(std::string_view status, std::initializer_list<std::string_view> lines) {
  std::uint64_t signals = 0;
  for (const std::string_view line : lines) {
    const std::size_t at = status.find(line);
    if (at == std::string_view::npos) continue;
    std::uint64_t some = 0;
    std::from_chars(status.data() + at + line.size(), status.data() + status.size(), some, 16);
    signals |= some;
  }
  return signals;
}

constexpr std::array<std::string_view, 4> shells{"sh", "bash", "dash", "zsh"};

/// The children of all threads of a process. `error` becomes the errno of a failure.
std::vector<pid_t> children_of(const ProcessStatus& process, int* error = nullptr) {
  std::vector<pid_t> children;
  const auto append = [&](const std::string& path) {
    const std::vector<pid_t> more = numbers(read_file(path, error));
    children.insert(children.end(), more.begin(), more.end());
  };
  const pid_t pid = process.identity.pid;
  const std::string threads = proc_path(pid, "task");
  if (process.threads <= 1) {
    append(threads + "/" + std::to_string(pid) + "/children");
    return children;
  }
  const FolderStream folder(::opendir(threads.c_str()));
  if (folder == nullptr) {
    if (error != nullptr) *error = errno;
    return children;
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a folder of our own
  while (const dirent* entry = ::readdir(folder.get())) {
    if (entry->d_name[0] != '.') append(threads + "/" + entry->d_name + "/children");
  }
  return children;
}

/// The file name of the program that a process runs.
std::string program_of(const std::string& pid) {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/" + pid + "/exe", ignored).filename().string();
}

/// What can be known of a process that /proc doesn't show: with hidepid, one that others must not look into,
/// as a setuid program.
std::optional<ProcessStatus> hidden_process(pid_t pid) {
  if (pid <= 0 || (::kill(pid, 0) != 0 && errno != EPERM)) return std::nullopt;
  ProcessStatus status;
  status.identity.pid = pid;
  status.state = 'S';
  status.group = ::getpgid(pid);
  status.session = ::getsid(pid);
  return status;
}

/// A sandbox may refuse what it doesn't know. (An old one answers EPERM, as the kernel does for another
/// user's.)
bool is_refused(int error) {
  return error == ENOSYS || error == EPERM;
}

Delivery delivery_failure(int error) {
  if (error == ESRCH) return Delivery::gone;
  return error == EPERM ? Delivery::forbidden : Delivery::failed;
}

}  // namespace

std::optional<ProcessStatus> process_status(pid_t pid) {
  std::array<char, 2048> buffer;  // more than the line can have, and the kernel gives it as a whole
  const Descriptor file(::open(proc_path(pid, "stat").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return errno == ENOENT ? hidden_process(pid) : std::nullopt;
  const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
  std::string_view rest(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  const std::size_t name_end = rest.rfind(')');  // the name may itself hold spaces and parentheses
  if (name_end == std::string_view::npos) return std::nullopt;
  ProcessStatus status;
  const std::string_view name = rest.substr(0, name_end).substr(rest.find('(') + 1);
  status.named_guardian = name == guardian_name;
  status.named_shell = std::ranges::find(shells, name) != shells.end();
  rest.remove_prefix(name_end + 1);
  status.identity.pid = pid;
  constexpr int first_field = 3;
  constexpr int last_field = 33;
  for (int field = first_field; field <= last_field; ++field) {  // numbered as in proc(5)
    const std::string_view word = next_word(rest);
    if (field == 3 && !word.empty()) status.state = word.front();
    if (field == 4) status.parent = number<pid_t>(word);
    if (field == 5) status.group = number<pid_t>(word);
    if (field == 6) status.session = number<pid_t>(word);
    if (field == 7) status.has_terminal = number<int>(word) != 0;
    if (field == 14 || field == 15) status.processor_ticks += number<std::uint64_t>(word);  // user and system
    if (field == 20) status.threads = number<int>(word);
    if (field == 22) status.identity.start_time = number<std::uint64_t>(word);
    if (field == 24) status.resident_pages = number<std::uint64_t>(word);
    if (field == 33) status.ignored = number<std::uint64_t>(word);
  }
  return status;
}

std::uint64_t pending_signals(pid_t pid) {
  return signals_in(read_file(proc_path(pid, "status")), {"\nSigPnd:\t", "\nShdPnd:\t"});
}

std::uint64_t handled_signals(pid_t pid) {
  return signals_in(read_file(proc_path(pid, "status")), {"\nSigBlk:\t", "\nSigIgn:\t", "\nSigCgt:\t"});
}

Result<void> check_proc() {
  std::array<char, 32> target{};
  if (::readlink("/proc/self", target.data(), target.size() - 1) < 0) {
    Unread missing = unread(errno);
    return Error{ErrorCode::io, std::move(missing.why), {}, std::move(missing.remedy)};
  }
  if (number<pid_t>(target.data()) == ::getpid()) return {};
  return Error{ErrorCode::io,
               "/proc shows the processes of another pid namespace, and dream would take them for its own",
               {},
               "mount -t proc proc /proc (of bwrap: --proc /proc)"};
}

std::vector<pid_t> children_of(pid_t pid) {
  const std::optional<ProcessStatus> status = process_status(pid);
  return status ? children_of(*status) : std::vector<pid_t>{};
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 || errno != ECHILD;
}

Orphans own_orphans() {
  // The kernel gives an orphan to the first thread of its new parent that lives.
  const std::string self = std::to_string(::getpid());
  int error = 0;
  const std::string content = read_file("/proc/self/task/" + self + "/children", &error);
  if (out_of_resources(error)) return {{}, Orphans::Known::busy};
  if (error != 0) return {{}, has_children() ? Orphans::Known::never : Orphans::Known::yes};
  return {numbers(content), Orphans::Known::yes};
}

std::vector<ProcessStatus> tree_below(pid_t root) {
  std::vector<ProcessStatus> tree;
  const std::optional<ProcessStatus> top = process_status(root);
  if (!top) return tree;
  tree.push_back(*top);
  for (std::size_t at = 0; at < tree.size(); ++at) {
    for (const pid_t child : children_of(tree[at])) {
      std::optional<ProcessStatus> status = process_status(child);
      if (!status) continue;
      if (status->hidden()) status->parent = tree[at].identity.pid;
      tree.push_back(*status);
    }
  }
  return tree;
}

bool is_unchanged(const std::vector<ProcessStatus>& tree) {
  std::unordered_set<pid_t> known;
  std::unordered_set<pid_t> parents;
  for (const ProcessStatus& process : tree) {
    known.insert(process.identity.pid);
    parents.insert(process.parent);
  }
  if (!tree.empty()) parents.insert(tree.front().identity.pid);
  std::size_t seen = tree.empty() ? 0 : 1;  // the root is nobody's child here
  for (const ProcessStatus& process : tree) {
    if (!parents.contains(process.identity.pid)) continue;
    for (const pid_t child : children_of(process)) {
      if (!known.contains(child)) return false;
      ++seen;
    }
  }
  return seen == tree.size();
}

std::vector<ProcessStatus> without_inner_runs(std::vector<ProcessStatus> tree) {
  if (std::ranges::none_of(tree, &ProcessStatus::named_guardian)) return tree;
  std::unordered_set<pid_t> guardians;
  std::unordered_set<pid_t> closed;  // what they started is left out
  std::vector<ProcessStatus> rest;
  for (const ProcessStatus& process : tree) {
    const pid_t pid = process.identity.pid;
    if (closed.contains(process.parent)) {
      closed.insert(pid);
      continue;
    }
    rest.push_back(process);
    if (process.named_guardian && runs_this_program(pid)) guardians.insert(pid);
    if (guardians.contains(process.parent) && runs_this_program(pid)) closed.insert(pid);
  }
  return rest;
}

std::optional<std::string> environment_value(pid_t pid, const std::string& name) {
  const std::string content = read_file(proc_path(pid, "environ"));
  std::string_view rest = content;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('=')) {
      return std::string(entry.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

std::filesystem::path folder_of(pid_t pid) {
  std::error_code unknown;
  return std::filesystem::read_symlink(proc_path(pid, "cwd"), unknown);
}

bool has_environment(pid_t pid) {
  return !read_file(proc_path(pid, "environ")).empty();
}

bool runs_this_program(pid_t pid) {
  return program_of(std::to_string(pid)) == program_of("self");
}

std::string command_line(pid_t pid) {
  return read_file(proc_path(pid, "cmdline"));
}

std::string describe_process(pid_t pid) {
  constexpr std::size_t longest_command = 80;
  std::string command = command_line(pid);
  std::ranges::replace(command, '\0', ' ');
  while (command.ends_with(' ')) command.pop_back();
  return std::to_string(pid) +
         (command.empty() ? "" : " (" + printable(cut_off(command, longest_command)) + ")");
}

Delivery send_signal(const ProcessIdentity& process, int signal, int follow_up) {
  const Descriptor descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
  if (!descriptor.is_open() && !is_refused(errno)) return delivery_failure(errno);
  // The pidfd holds whoever has the pid now; only after that is it worth asking who that is.
  const std::optional<ProcessStatus> now = process_status(process.pid);
  if (!now) return Delivery::failed;
  if (now->identity != process) return Delivery::gone;
  return send_signal(process.pid, descriptor.get(), signal, follow_up);
}

Delivery send_signal(pid_t pid, int pidfd, int signal, int follow_up) {
  if (pidfd < 0 || ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) != 0) {
    const bool refused = pidfd < 0 || is_refused(errno);
    if (!refused || ::kill(pid, signal) != 0) return delivery_failure(errno);
  }
  if (follow_up != 0) static_cast<void>(send_signal(pid, pidfd, follow_up, 0));
  return Delivery::sent;
}

void kill_group_of(const ProcessStatus& process) {
  if (process.group > 1 && process.group != ::getpgrp()) ::kill(-process.group, SIGKILL);
}

}  // namespace dream::process
