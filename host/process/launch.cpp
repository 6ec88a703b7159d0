#include "process/launch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <exception>
#include <system_error>
#include <utility>

#include "base/descriptor.hpp"
#include "process/child_environment.hpp"
#include "process/signals.hpp"
#include "process/wait_for_end.hpp"

namespace dream::process {

namespace {

/// What the child was doing when it failed.
enum class Stage : int { process, stdio, session, limits, directory, exec };

struct Failure {
  Stage stage = Stage::process;
  int error = 0;  ///< errno; 0: none
};

/// The signals that aren't as a child is to find them. To ask of all of them costs more than the rest of a
/// start, so it is done once. A plugin that is loaded later may install handlers, but what reaches a process
/// as young as a child before its exec is sent to its group, and is always among them; so is SIGPIPE, which
/// libraries like to ignore.
SignalSet altered_signals() {
  SignalSet altered = inherited_signals().ignored | ~default_signals();
  for (const int signal :
       {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH, SIGUSR1, SIGUSR2, SIGPIPE}) {
    altered |= set_of(signal);
  }
  return altered;
}

/// Of descriptors, both ends belong to it.
struct Range {
  unsigned first;
  unsigned last;
};

constexpr unsigned set_close_on_exec = 4;  // CLOSE_RANGE_CLOEXEC

/// All but the standard ones and these; each open one by itself where the kernel marks no range: before Linux
/// 5.11.
std::vector<Range> all_but(const std::vector<int>& descriptors) {
  std::vector<Range> ranges;
  if (::syscall(SYS_close_range, ~0U, ~0U, set_close_on_exec) != 0) {
    for (const int descriptor : open_descriptors())
      if (!std::ranges::binary_search(descriptors, descriptor))
        ranges.push_back({static_cast<unsigned>(descriptor), static_cast<unsigned>(descriptor)});
    return ranges;
  }
  unsigned first = STDERR_FILENO + 1;
  for (const int descriptor : descriptors) {
    const auto number = static_cast<unsigned>(descriptor);
    if (number > first) ranges.push_back({first, number - 1});
    first = number + 1;
  }
  ranges.push_back({first, ~0U});
  return ranges;
}

/// Prepared by the parent: between clone and exec the child may not allocate.
struct ChildImage {
  const char* executable;
  char* const* argv;
  char* const* environment;
  const char* directory;
  std::array<int, 3> descriptors;
  bool own_session;
  bool controls_terminal;
  rlimit file_limit;
  SignalSet altered;           ///< signals that are to be set as the caller of dream had them
  InheritedSignals inherited;  ///< what it had ignored and blocked
  const Range* closed;         ///< descriptors that it doesn't get
  std::size_t closed_count;
  char* own_pid;  ///< where it writes its pid; null: nowhere
  pid_t parent;
  Failure failure;  ///< written by the child, into the parent's memory
};

constexpr long signal_set_size = sizeof(SignalSet);

// The child runs in the parent's memory until exec. It must not touch what libraries and sanitizers keep
// there, so it makes system calls and nothing else, those that are commonly intercepted directly.
#define DREAM_IN_CHILD __attribute__((no_sanitize("address", "thread", "undefined")))

/// Puts the three descriptors onto 0, 1 and 2. They may be 0, 1 or 2 themselves in another order, so each is
/// first moved out of the way.
DREAM_IN_CHILD bool place_descriptors(const int* descriptors) {
  int moved[3];
  for (int at = 0; at < 3; ++at) {
    moved[at] = ::fcntl(descriptors[at], F_DUPFD_CLOEXEC, 3);
    if (moved[at] < 0) return false;
  }
  for (int at = 0; at < 3; ++at) {
    if (::syscall(SYS_dup3, moved[at], at, 0) < 0) return false;
  }
  return true;
}

/// What the host ignores or blocks is its own business, and what its caller did is the child's, too; exec
/// hands on what there is. Handlers end with exec, but one that a plugin's runtime installed would run before
/// that, in the host's memory, for a signal that came meanwhile: so they are reset while everything is still
/// blocked.
DREAM_IN_CHILD void restore_signals(SignalSet altered, const InheritedSignals& inherited) {
  // The kernel's struct sigaction, which begins with the handler.
  const unsigned long long default_action[8] = {};
  const unsigned long long ignore_action[8] = {1};
  for (int signal = 1; altered != 0; ++signal, altered >>= 1U) {
    if ((altered & 1U) == 0) continue;
    const bool ignore = ((inherited.ignored >> static_cast<unsigned>(signal - 1)) & 1U) != 0;
    ::syscall(SYS_rt_sigaction, signal, ignore ? ignore_action : default_action, nullptr, signal_set_size);
  }
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &inherited.blocked, nullptr, signal_set_size);
}

/// In a session of its own: what has come before that was sent to the group of this process, which acts on it
/// itself.
DREAM_IN_CHILD void discard_signals() {
  const SignalSet all = ~SignalSet{0};
  const timespec at_once{};
  while (::syscall(SYS_rt_sigtimedwait, &all, nullptr, &at_once, signal_set_size) > 0) {
  }
}

/// In decimal, with a NUL behind it.
DREAM_IN_CHILD void write_number(char* place, pid_t number) {
  char* end = place;
  for (pid_t rest = number; rest > 0; rest /= 10) ++end;
  *end = 0;
  for (; number > 0; number /= 10) *--end = static_cast<char>('0' + number % 10);
}

/// The child. Returns only when something failed.
DREAM_IN_CHILD Failure become(const ChildImage& image) {
  if (!place_descriptors(&image.descriptors.front())) return {Stage::stdio, errno};
  if (image.own_session) {
    if (::setsid() < 0) return {Stage::session, errno};
    discard_signals();
  }
  if (image.controls_terminal && ::ioctl(STDIN_FILENO, TIOCSCTTY, 0) != 0) return {Stage::session, errno};
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return {Stage::session, errno};
  if (::getppid() != image.parent) return {Stage::session, ESRCH};
  if (::setrlimit(RLIMIT_NOFILE, &image.file_limit) != 0) return {Stage::limits, errno};
  if (::chdir(image.directory) != 0) return {Stage::directory, errno};
  // Also what a plugin left open, and sockets of Asio, which doesn't mark them.
  for (std::size_t at = 0; at < image.closed_count; ++at) {
    const Range& range = image.closed[at];
    if (::syscall(SYS_close_range, range.first, range.last, set_close_on_exec) != 0)
      ::fcntl(static_cast<int>(range.first), F_SETFD, FD_CLOEXEC);
  }
  if (image.own_pid != nullptr) write_number(image.own_pid, ::getpid());
  restore_signals(image.altered, image.inherited);
  ::execve(image.executable, image.argv, image.environment);
  return {Stage::exec, errno};
}

DREAM_IN_CHILD int run_child(void* argument) {
  auto& image = *static_cast<ChildImage*>(argument);
  image.failure = become(image);
  return 127;
}

#ifdef __SANITIZE_THREAD__
// The sanitizer's clone() takes the child for one with memory of its own, and ignores from then on what this
// thread does.
extern "C" int __clone(int (*run)(void*), void* stack, int flags, void* argument, ...);  // NOLINT
constexpr auto clone_process = __clone;
#else
constexpr auto clone_process = ::clone;
#endif

struct Spawned {
  pid_t pid = -1;  ///< -1: image.failure says why, and no child is left
  Descriptor pidfd;
};

/// Like vfork: the parent waits until the child has exec'd or ended, at a cost that doesn't grow with the
/// parent's size. Signals are blocked meanwhile: no handler of the parent may run in the child.
Spawned spawn(ChildImage& image) {
  constexpr std::size_t stack_size = std::size_t{64} * 1024;
  alignas(std::max_align_t) std::array<std::byte, stack_size> stack;
  Spawned spawned;
  int pidfd = -1;
  sigset_t all;
  sigset_t previous;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &previous);
  spawned.pid = clone_process(run_child, stack.data() + stack.size(),
                              CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &image, &pidfd);
  if (spawned.pid < 0) image.failure = {Stage::process, errno};
  ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  spawned.pidfd = Descriptor(pidfd);
  if (spawned.pid >= 0 && image.failure.error != 0) {
    reap(spawned.pid);
    spawned.pid = -1;
  }
  return spawned;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> array;
  array.reserve(strings.size() + 1);
  for (const std::string& text : strings) array.push_back(const_cast<char*>(text.c_str()));
  array.push_back(nullptr);
  return array;
}

/// What runs a text without a #! line, as it runs when typed into a shell; empty when this failure is
/// another.
std::vector<std::string> script_words(const Failure& failure, const LaunchSpec& spec) {
  if (failure.stage != Stage::exec || failure.error != ENOEXEC || !is_text(spec.executable.path)) return {};
  std::vector<std::string> words{"/bin/sh", spec.executable.written};
  words.insert(words.end(), spec.argv.begin() + 1, spec.argv.end());
  return words;
}

/// The kernel takes all of them up to a size that a user may raise, and none above one that nobody may.
Error explain_length(const LaunchSpec& spec) {
  constexpr std::size_t pages_of_one = 32;
  constexpr std::size_t most_of_a_name = 100;
  const std::size_t most = pages_of_one * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto is_too_long = [&](const std::string& text) { return text.size() >= most; };
  const auto told = [&](const std::string& what, std::size_t size) {
    return Error{ErrorCode::not_executable,
                 fmt::format("{} is too long: {} bytes, and the system takes {}", what, size, most - 1),
                 spec.executable.path,
                 {}};
  };
  for (const std::vector<std::string>* variables : {&spec.environment, &spec.variables})
    if (const auto one = std::ranges::find_if(*variables, is_too_long); one != variables->end())
      return told("the variable " + one->substr(0, std::min(one->find('='), most_of_a_name)), one->size());
  if (const auto one = std::ranges::find_if(spec.argv, is_too_long); one != spec.argv.end())
    return told(fmt::format("argument {}", one - spec.argv.begin()), one->size());
  return {ErrorCode::not_executable, "its arguments and environment are too long", spec.executable.path, {}};
}

Error explain_exec(int error, const LaunchSpec& spec) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
      return lacks_interpreter(spec.executable.path);
    case ENOEXEC:
      return {ErrorCode::not_executable, "this is neither a program for this machine nor a script",
              spec.executable.path, "was it built for another kind of processor?"};
    case E2BIG:
      return explain_length(spec);
    default:
      return {ErrorCode::not_executable,
              std::string("it can't be executed: ") + std::strerror(error),
              spec.executable.path,
              {}};
  }
}

Error explain(const Failure& failure, const LaunchSpec& spec) {
  const std::string reason = std::strerror(failure.error);
  const bool out_of_something = failure.error == ENOMEM || failure.error == EAGAIN ||
                                failure.error == EMFILE || failure.error == ENFILE;
  if (failure.stage == Stage::directory && !out_of_something) {
    return {failure.error == EACCES ? ErrorCode::not_executable : ErrorCode::not_found,
            "the folder can't be entered: " + reason,
            spec.directory,
            {}};
  }
  if (failure.stage == Stage::exec && !out_of_something) return explain_exec(failure.error, spec);
  return {ErrorCode::io, "the system refused a new process: " + reason, spec.executable.path,
          "the limits on processes, open files and memory may be reached (ulimit -a)"};
}

/// Throws when it can't be had.
void watch_through_copy(boost::asio::posix::stream_descriptor& watch, int descriptor) {
  Descriptor copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
  if (!copy.is_open()) throw std::system_error(errno, std::generic_category());
  boost::system::error_code error;
  watch.assign(copy.get(), error);
  if (error) throw std::system_error(error.value(), std::generic_category());
  static_cast<void>(copy.release());
}

}  // namespace

rlimit raise_file_limit() {
  rlimit previous{};
  ::getrlimit(RLIMIT_NOFILE, &previous);
  rlimit raised = previous;
  raised.rlim_cur = raised.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &raised);
  return previous;
}

Result<Launched> launch(const boost::asio::any_io_executor& executor, const LaunchSpec& spec) {
  static const SignalSet altered = altered_signals();
  const std::vector<char*> argv = pointers(spec.argv);
  const ChildEnvironment environment(spec.environment, spec.variables, spec.directory,
                                     spec.inheritance.listen_pid);
  const std::vector<Range> closed = all_but(spec.inheritance.descriptors);
  ChildImage image{.executable = spec.executable.written.c_str(),
                   .argv = argv.data(),
                   .environment = environment.data(),
                   .directory = spec.directory.c_str(),
                   .descriptors = {spec.standard_input, spec.standard_output, spec.standard_error},
                   .own_session = spec.own_session,
                   .controls_terminal = spec.controls_terminal,
                   .file_limit = spec.file_limit,
                   .altered = altered,
                   .inherited = inherited_signals(),
                   .closed = closed.data(),
                   .closed_count = closed.size(),
                   .own_pid = environment.place_of_pid(),
                   .parent = ::getpid(),
                   .failure = {}};
  Spawned spawned = spawn(image);
  const std::vector<std::string> script = script_words(image.failure, spec);
  const std::vector<char*> script_argv = pointers(script);
  if (!script.empty()) {
    image.executable = script.front().c_str();
    image.argv = script_argv.data();
    image.failure = {};
    spawned = spawn(image);
  }
  if (spawned.pid < 0) return explain(image.failure, spec);
  try {
    boost::asio::posix::stream_descriptor end(executor);
    watch_through_copy(end, spawned.pidfd.get());
    auto handle = std::make_unique<ProcessHandle>(executor, spawned.pid, spawned.pidfd.get());
    static_cast<void>(spawned.pidfd.release());
    return Launched{std::move(handle), std::move(end)};
  } catch (const std::exception& exception) {  // no more descriptors, or the event loop takes no more
    ::kill(spawned.pid, SIGKILL);
    reap(spawned.pid);
    return Error{ErrorCode::io,
                 std::string("the process can't be watched: ") + exception.what(),
                 spec.executable.path,
                 {}};
  }
}

}  // namespace dream::process
