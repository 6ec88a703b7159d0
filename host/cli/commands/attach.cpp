#include "cli/commands/attach.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/write_all.hpp"
#include "cli/terminal.hpp"

namespace dream::cli {

namespace {

using control::Connection;
using control::Request;

constexpr char leave_key = 0x1d;  ///< Ctrl-]
constexpr char interrupt_key = 0x03;
constexpr int signal_base = 128;

/// The user's terminal while every key belongs to the step. Whatever the step has made of it is undone.
class RawTerminal {
 public:
  RawTerminal() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios raw = before_;
    ::cfmakeraw(&raw);
    is_raw_ = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
  }
  ~RawTerminal() {
    if (!is_raw_) return;
    // Out of another screen, the cursor shown; without pasted brackets, the mouse, colours.
    constexpr std::string_view usual =
        "\x1b[?1049l\x1b[?25h\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1l\x1b>\x1b[0m\r\n";
    if (::isatty(STDOUT_FILENO) != 0) static_cast<void>(write_all(STDOUT_FILENO, usual));
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  [[nodiscard]] bool is_raw() const { return is_raw_; }

 private:
  termios before_{};
  bool is_raw_ = false;
};

/// One visit to a step's terminal.
class Visit {
 public:
  Visit(Connection& run, const Request& request) : run_(run), request_(request) {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT}) ::sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    signals_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC));
  }

  int stay() {
    show(run_.take_rest());
    while (!over_) {
      std::array<pollfd, 3> watched{pollfd{run_.descriptor(), POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0},
                                    pollfd{signals_.get(), POLLIN, 0}};
      if (!reads_ || (request_.look && !terminal_.is_raw())) watched[1].fd = -1;
      if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return exit_internal;
      if (watched[2].revents != 0) take_signal();
      if (watched[1].revents != 0 && !over_) take_keys();
      if (watched[0].revents != 0) take_output();
    }
    return *over_;
  }

  /// The step's terminal is gone, rather than the user.
  [[nodiscard]] bool step_has_ended() const { return step_has_ended_; }

 private:
  void show(std::string_view bytes) {
    if (write_all(STDOUT_FILENO, bytes) != 0) over_ = 1;
  }

  void send(Request request) {
    request.id = request_.id + 1;
    if (!run_.send(request)) over_ = 0;
  }

  void take_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
    const auto signal = static_cast<int>(info.ssi_signo);
    if (signal != SIGWINCH) {
      over_ = signal_base + signal;
    } else if (!request_.look) {
      Request resize{.what = Request::What::resize};
      add_window(resize);
      send(std::move(resize));
    }
  }

  void take_keys() {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) return;
    if (size <= 0) {
      reads_ = false;
      if (!request_.look) leave();
      return;
    }
    std::string_view keys(buffer.data(), static_cast<std::size_t>(size));
    const std::size_t end = terminal_.is_raw() ? keys.find(leave_key) : std::string_view::npos;
    keys = keys.substr(0, end);
    const bool leaves = end != std::string_view::npos ||
                        (request_.look && keys.find(interrupt_key) != std::string_view::npos);
    if (!keys.empty() && !request_.look) send({.what = Request::What::type, .bytes = std::string(keys)});
    if (leaves) leave();
  }

  /// The run closes the connection once it has read what was typed. A socket that is closed before, with
  /// something unread, would take that away from it.
  void leave() {
    constexpr int patience_ms = 2000;
    if (!over_) over_ = 0;
    ::shutdown(run_.descriptor(), SHUT_WR);
    std::array<char, 65536> buffer{};
    pollfd end{run_.descriptor(), POLLIN, 0};
    while (::poll(&end, 1, patience_ms) > 0 &&
           ::recv(run_.descriptor(), buffer.data(), buffer.size(), 0) > 0) {
    }
  }

  void take_output() {
    std::array<char, 65536> buffer{};
    const ssize_t size = ::recv(run_.descriptor(), buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) return;
    if (size > 0) return show({buffer.data(), static_cast<std::size_t>(size)});
    step_has_ended_ = true;
    over_ = 0;
  }

  Connection& run_;
  const Request& request_;
  Descriptor signals_;
  RawTerminal terminal_;
  bool reads_ = true;
  bool step_has_ended_ = false;
  std::optional<int> over_;  ///< the exit code
};

}  // namespace

void add_window(Request& request) {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0) return;
  request.rows = window.ws_row;
  request.columns = window.ws_col;
}

int show_terminal(Connection& run, const Request& request) {
  int code = 0;
  bool ended = false;
  const bool tells = ::isatty(STDIN_FILENO) != 0;
  if (tells) print_words("dream: Ctrl-] leaves " + request.steps.front() + ", which runs on\n");
  {
    Visit visit(run, request);
    code = visit.stay();
    ended = visit.step_has_ended();
  }
  if (tells && code == 0)
    print_words("dream: " + request.steps.front() + (ended ? " has ended\n" : " runs on\n"));
  return code;
}

}  // namespace dream::cli
