#include "process/launch.hpp"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>

namespace dream::process {

namespace {

/// What the child was doing when it failed.
enum class Stage : int { stdio, session, limits, directory, exec };

struct Failure {
  Stage stage;
  int error;  ///< errno; 0: none
};

/// Prepared by the parent: between vfork and exec the child may not allocate.
struct ChildImage {
  const char* executable;
  char* const* argv;
  char* const* environment;
  const char* directory;
  std::array<int, 3> descriptors;
  rlimit file_limit;
  pid_t parent;
};

/// Puts the three descriptors onto 0, 1 and 2. They may be 0, 1 or 2 themselves in another order, so each is
/// first moved out of the way.
int place_descriptors(const std::array<int, 3>& descriptors) {
  std::array<int, 3> moved{};
  for (std::size_t at = 0; at < moved.size(); ++at) {
    moved[at] = ::fcntl(descriptors[at], F_DUPFD_CLOEXEC, 3);
    if (moved[at] < 0) return errno;
  }
  for (std::size_t at = 0; at < moved.size(); ++at) {
    if (::dup2(moved[at], static_cast<int>(at)) < 0) return errno;
  }
  return 0;
}

void restore_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Runs in the child, in the parent's memory: system calls only. Returns what failed.
Failure become(const ChildImage& image) {
  if (const int error = place_descriptors(image.descriptors); error != 0) return {Stage::stdio, error};
  if (::setsid() < 0) return {Stage::session, errno};
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return {Stage::session, errno};
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return {Stage::session, errno};
  if (::getppid() != image.parent) return {Stage::session, ESRCH};
  if (::setrlimit(RLIMIT_NOFILE, &image.file_limit) != 0) return {Stage::limits, errno};
  if (::chdir(image.directory) != 0) return {Stage::directory, errno};
  ::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
  restore_signals();
  ::execve(image.executable, image.argv, image.environment);
  return {Stage::exec, errno};
}

/// The child's pid, or -1 with `failure` set; then no child is left. Signals are blocked meanwhile: no
/// handler of the parent may run in the child, which shares its memory.
__attribute__((noinline)) pid_t spawn(const ChildImage& image, volatile Failure& failure) {
  sigset_t all;
  sigset_t previous;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &previous);
  const pid_t pid = ::vfork();
  if (pid == 0) {
    const Failure failed = become(image);
    failure.stage = failed.stage;
    failure.error = failed.error;
    ::_exit(127);
  }
  const int vfork_error = errno;
  ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  if (pid < 0) {
    failure.stage = Stage::session;
    failure.error = vfork_error;
    return -1;
  }
  if (failure.error == 0) return pid;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return -1;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> array;
  array.reserve(strings.size() + 1);
  for (const std::string& text : strings) array.push_back(const_cast<char*>(text.c_str()));
  array.push_back(nullptr);
  return array;
}

Error explain(const Failure& failure, const LaunchSpec& spec) {
  const std::string reason = std::strerror(failure.error);
  switch (failure.stage) {
    case Stage::directory:
      return {failure.error == EACCES ? ErrorCode::not_executable : ErrorCode::not_found,
              "the folder can't be entered: " + reason,
              spec.directory,
              {}};
    case Stage::exec:
      if (failure.error == ENOENT) {
        return {ErrorCode::not_found,
                "the interpreter that its first line names was not found",
                spec.executable,
                {}};
      }
      if (failure.error == ENOEXEC) {
        return {ErrorCode::not_executable, "this is neither a program nor a script with a #! line",
                spec.executable, "begin it with #!/bin/sh"};
      }
      return {ErrorCode::not_executable, "it can't be executed: " + reason, spec.executable, {}};
    case Stage::stdio:
    case Stage::session:
    case Stage::limits:
      break;
  }
  return {ErrorCode::io, "the system refused a new process: " + reason, spec.executable,
          "the limits on processes and open files may be reached (ulimit -u, ulimit -n)"};
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

Result<std::unique_ptr<ProcessHandle>> launch(const boost::asio::any_io_executor& executor,
                                              const LaunchSpec& spec, const rlimit& file_limit) {
  const std::vector<char*> argv = pointers(spec.argv);
  const std::vector<char*> environment = pointers(spec.environment);
  const ChildImage image{.executable = spec.executable.c_str(),
                         .argv = argv.data(),
                         .environment = environment.data(),
                         .directory = spec.directory.c_str(),
                         .descriptors = {spec.standard_input, spec.standard_output, spec.standard_error},
                         .file_limit = file_limit,
                         .parent = ::getpid()};
  volatile Failure failure{Stage::stdio, 0};
  const pid_t pid = spawn(image, failure);
  if (pid < 0) return explain({failure.stage, failure.error}, spec);
  try {
    return std::make_unique<ProcessHandle>(executor, pid);
  } catch (const std::exception& exception) {  // no pidfd: out of descriptors
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return Error{ErrorCode::io, std::string("the process can't be watched: ") + exception.what(),
                 spec.executable, "the limit on open files may be reached (ulimit -n)"};
  }
}

}  // namespace dream::process
