#include "program.hpp"

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
// Boost.Process v2 of 1.81 with std::filesystem doesn't include all that it uses: these come first.
#include <boost/asio/detail/throw_error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/optional.hpp>
#include <boost/type_traits.hpp>
#include <boost/utility/string_view.hpp>
//
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <filesystem>

#include "shared/programs.hpp"

namespace dream::http {

namespace {

namespace process = boost::process::v2;

constexpr std::size_t longest_complaint = std::size_t{64} * 1024;

error_code last_error() {
  return {errno, boost::system::system_category()};
}

/// This process's variables, with those of `more`: NAME=VALUE.
std::vector<const char*> environment_with(const std::vector<std::string>& more) {
  const auto name_of = [](std::string_view entry) { return entry.substr(0, entry.find('=')); };
  const auto is_set = [&](std::string_view entry) {
    return std::ranges::any_of(more, [&](const auto& one) { return name_of(one) == name_of(entry); });
  };
  std::vector<const char*> all;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    if (!is_set(*entry)) all.push_back(*entry);
  }
  for (const std::string& entry : more) all.push_back(entry.c_str());
  all.push_back(nullptr);
  return all;
}

/// What a child is to be between fork and exec, besides its standard streams.
struct Manners {
  const char* const* environment;
  pid_t parent = ::getpid();

  /// Its variables; a process group of its own, so that a Ctrl-C on the terminal doesn't cut the connection
  /// that the end is told through; an end with the thread that has started it, however that ends; and none of
  /// the signals that this thread blocks.
  template <class Launcher>
  error_code on_exec_setup(Launcher& launcher, const std::filesystem::path& /*file*/,
                           const char* const* /*argv*/) const {
    launcher.env = environment;
    sigset_t none;
    ::sigemptyset(&none);
    if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
        ::sigprocmask(SIG_SETMASK, &none, nullptr) != 0)
      return last_error();
    if (::getppid() != parent) ::_exit(127);
    return {};
  }
  /// Without this, the child would run what the parent has registered for its own end. Boost 1.81 looks for a
  /// function with one parameter more, and then calls this one.
  template <class Launcher>
  void on_exec_error(Launcher& launcher, const error_code& code, const std::filesystem::path& file,
                     const char* const* argv, const error_code& error) const;
  template <class Launcher>
  void on_exec_error(Launcher& /*launcher*/, const std::filesystem::path& /*file*/,
                     const char* const* /*argv*/, const error_code& /*error*/) const {
    ::_exit(127);
  }
  /// Nothing of it is left behind. Here Boost looks for another one, too.
  template <class Launcher>
  void on_error(Launcher& launcher, const error_code& code, const std::filesystem::path& file,
                const char* const* argv, const error_code& error) const;
  template <class Launcher>
  void on_error(Launcher& launcher, const std::filesystem::path& /*file*/, const char* const* /*argv*/,
                const error_code& /*error*/) const {
    if (launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);
  }
};

/// A file in memory of a fixed size: who writes more than fits fails.
int make_complaints() {
  const int file = ::memfd_create("complaints", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file >= 0 &&
      (::ftruncate(file, longest_complaint) != 0 || ::fcntl(file, F_ADD_SEALS, F_SEAL_GROW) != 0)) {
    ::close(file);
    return -1;
  }
  return file;
}

}  // namespace

struct Program::Child {
  process::process handle;
};

Program::Program() = default;

Program::~Program() {
  // The handle kills and waits for the program alone.
  if (child_ != nullptr) ::kill(-child_->handle.id(), SIGKILL);
  if (complaints_ >= 0) ::close(complaints_);
}

error_code Program::start(const std::vector<std::string>& command, Socket& socket,
                          const std::vector<std::string>& variables) {
  const std::filesystem::path file = plugins::find_program(command.front(), plugins::own_search_path());
  if (file.empty()) return {ENOENT, boost::system::system_category()};
  complaints_ = make_complaints();
  if (complaints_ < 0) return last_error();
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return last_error();
  const std::vector<std::string> arguments(command.begin() + 1, command.end());
  const std::vector<const char*> environment = environment_with(variables);
  error_code error;
  process::process child = process::posix::default_launcher()(
      socket.get_executor(), error, file, arguments,
      process::process_stdio{.in = ends[1], .out = ends[1], .err = complaints_}, Manners{environment.data()});
  ::close(ends[1]);
  if (!error) child_ = std::make_unique<Child>(Child{std::move(child)});
  if (!error) socket.assign(asio::generic::stream_protocol(AF_UNIX, 0), ends[0], error);
  if (error) ::close(ends[0]);
  return error;
}

Async<std::optional<int>> Program::exit_code(std::chrono::milliseconds limit) const {
  using namespace asio::experimental::awaitable_operators;  // NOLINT(google-build-using-namespace): ||
  if (child_ == nullptr) co_return std::nullopt;
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, child_->handle.id(), 0));
  if (descriptor < 0) co_return std::nullopt;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::posix::stream_descriptor end(executor, descriptor);
  asio::steady_timer timer(executor, limit);
  co_await (end.async_wait(asio::posix::stream_descriptor::wait_read, answered) ||
            timer.async_wait(answered));
  // It stays to be waited for, so that nobody else has its number before its group is killed.
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(child_->handle.id()), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0)
    co_return std::nullopt;
  constexpr int by_signal = 128;
  co_return info.si_code == CLD_EXITED ? info.si_status : by_signal + info.si_status;
}

std::string Program::complaint() const {
  std::string text(longest_complaint, '\0');
  const ssize_t size = complaints_ < 0 ? 0 : ::pread(complaints_, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  text.resize(text.find('\0') == std::string::npos ? text.size() : text.find('\0'));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

}  // namespace dream::http
