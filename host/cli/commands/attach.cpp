#include "cli/commands/attach.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.hpp"
#include "base/time.hpp"
#include "base/write_all.hpp"
#include "cli/terminal.hpp"
#include "control/json.hpp"
#include "output/left_open.hpp"

namespace dream::cli {

namespace {

using control::Connection;
using control::Request;

/// Ctrl-], also as terminals write it whose keyboard a step has set up.
constexpr std::array<std::string_view, 2> leave_keys{"\x1d", "\x1b[93;5u"};
constexpr char interrupt_key = 0x03;
constexpr int signal_base = 128;
/// Of what the run hasn't taken. A terminal's further keys are lost, as a full terminal loses them: the one
/// that leaves must be seen. Other input waits.
constexpr std::size_t most_unsent = std::size_t{1} << 20U;
constexpr Duration patience_of_leaving = std::chrono::seconds(2);

/// The user's terminal while every key belongs to the step. Whatever the step has made of it is undone.
class RawTerminal {
 public:
  RawTerminal() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) { make_raw(); }
  ~RawTerminal() { give_back(); }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  /// What is written to stdout, whose end is perhaps another terminal, or none.
  void follow(std::string_view bytes) {
    if (obeys_) shown_.follow(bytes);
  }
  /// Again, too: whoever had it meanwhile has other modes.
  void take() {
    make_raw();
    if (std::exchange(is_given_back_, false)) static_cast<void>(write_all(STDOUT_FILENO, shown_.begin()));
  }
  void give_back() {
    is_given_back_ = obeys_;
    const bool goes_back = shown_.has_other_screen();  // and the cursor with it
    std::string usual = output::LeftOpen(shown_).take_end();
    if (is_raw_ && !goes_back) usual += "\r\n";
    if (obeys_) static_cast<void>(write_all(STDOUT_FILENO, usual));
    if (is_raw_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }

  [[nodiscard]] bool is_raw() const { return is_raw_; }
  [[nodiscard]] bool obeys() const { return obeys_; }

 private:
  void make_raw() {
    if (!is_terminal_) return;
    termios raw = before_;
    ::cfmakeraw(&raw);
    is_raw_ = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
  }

  termios before_{};
  bool is_terminal_;
  bool is_raw_ = false;
  bool obeys_ = can_rewrite_stdout();
  bool is_given_back_ = false;
  output::LeftOpen shown_;
};

/// As the signal does by itself, where anybody could continue it.
void stop_here() {
  sigset_t stop;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTSTP);
  ::raise(SIGTSTP);
  ::sigprocmask(SIG_UNBLOCK, &stop, nullptr);
  ::sigprocmask(SIG_BLOCK, &stop, nullptr);
}

/// One visit to a step's terminal.
class Visitor {
 public:
  Visitor(Connection& run, const Request& request) : run_(run), request_(request) {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT})
      ::sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    signals_ = Descriptor(::signalfd(-1, &set, SFD_CLOEXEC));
  }

  /// What became of it: a sentence, which may be empty, and the exit code.
  std::pair<std::string, int> stay(const std::string& answer) {
    const rapidjson::Document line = control::parse_line(answer);
    const control::Json& ok = *control::member_of(line, "ok");
    show(control::bytes_at(ok));
    if (terminal_.obeys()) show(control::text_at(ok, "modes"));
    while (!over_) turn();
    return *over_;
  }

 private:
  /// The run closes the connection once it has taken what was typed. A socket that is closed before, with
  /// something unread, would take that away from it. Who leaves a step that reads nothing leaves all the
  /// same: what the step writes is no reason to stay. A long text from elsewhere may take longer, as long as
  /// the run takes more of it.
  void turn() {
    const bool takes_keys =
        !leaving_ && (terminal_.is_raw() || (!request_.look && unsent_.size() < most_unsent));
    const short run_events = unsent_.empty() ? POLLIN : POLLIN | POLLOUT;
    std::array<pollfd, 4> watched{pollfd{run_.descriptor(), run_events, 0},
                                  pollfd{takes_keys ? STDIN_FILENO : -1, POLLIN, 0},
                                  pollfd{signals_.get(), POLLIN, 0}, pollfd{STDOUT_FILENO, 0, 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(gone_by_ - read_clock()).count();
    if (leaving_ && left <= 0) return give_up();
    const int wait = has_more_ ? 0 : leaving_ ? static_cast<int>(left) : -1;
    if (::poll(watched.data(), watched.size(), wait) < 0) return;
    if ((watched[3].revents & (POLLERR | POLLHUP)) != 0) return lose_reader();
    if (watched[2].revents != 0) take_signal();
    if (watched[1].revents != 0) take_keys();
    if ((watched[0].revents & POLLOUT) != 0) send_on();
    if ((watched[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0 || has_more_) take_lines();
  }

  void end(std::string words, int code) {
    if (!over_) over_ = {std::move(words), code};
  }

  void give_up() {
    end(unsent_.empty() ? "has not read yet what was typed, and receives it if it reads before it ends"
                        : "does not read what was typed; the end of it is lost",
        1);
  }

  /// As if something had been written to it.
  void lose_reader() {
    terminal_.give_back();
    std::raise(SIGPIPE);
    end({}, stdout_fails(EPIPE));  // where that signal is ignored
  }

  void leave(std::string words) {
    leaving_ = std::move(words);
    gone_by_ = read_clock() + patience_of_leaving;
    if (unsent_.empty()) ::shutdown(run_.descriptor(), SHUT_WR);
  }

  void show(std::string_view bytes) {
    terminal_.follow(bytes);
    if (const int problem = write_all(STDOUT_FILENO, bytes); problem != 0)
      end(std::string("can't be shown: can't write to stdout: ") + std::strerror(problem), exit_internal);
  }

  void send(Request request) {
    request.id = request_.id + 1;
    unsent_ += to_line(request);
    send_on();
  }

  void send_on() {
    const ssize_t sent =
        ::send(run_.descriptor(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
    if (sent > 0 && !terminal_.is_raw()) gone_by_ = read_clock() + patience_of_leaving;
    if (unsent_.empty() && leaving_) ::shutdown(run_.descriptor(), SHUT_WR);
  }

  void take_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
    const auto signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGTSTP) {
      terminal_.give_back();
      stop_here();
    }
    const bool goes_on = signal == SIGTSTP || signal == SIGCONT;  // in a window of perhaps another size
    if (goes_on) terminal_.take();
    if (!goes_on && signal != SIGWINCH) return end({}, signal_base + signal);
    Request resize{.what = Request::What::resize};
    add_window(resize);
    send(std::move(resize));
  }

  void take_keys() {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) return;
    if (size <= 0) return leave({});
    std::string_view keys(buffer.data(), static_cast<std::size_t>(size));
    std::size_t end = std::string_view::npos;
    if (terminal_.is_raw())
      for (const std::string_view key : leave_keys) end = std::min(end, keys.find(key));
    if (terminal_.is_raw() && request_.look) end = std::min(end, keys.find(interrupt_key));
    if (!request_.look && end != 0 && unsent_.size() < most_unsent)
      send({.what = Request::What::type, .bytes = std::string(keys.substr(0, end))});
    if (end != std::string_view::npos) leave("runs on");
  }

  /// Not all that a step may write for ever: keys come between.
  void take_lines() {
    constexpr int most_at_once = 100;
    for (int count = 0; !over_; ++count) {
      has_more_ = count == most_at_once;
      if (has_more_) return;
      const auto line = run_.line(read_clock());
      if (line) {
        take(control::parse_line(*line));
        continue;
      }
      if (!run_.timed_out()) {
        if (leaving_) return end(*leaving_, 0);
        end("can't be shown any more: the run has gone, or too much of it was not read", 1);
      }
      return;
    }
  }

  void take(const control::Json& line) {
    if (control::number_at(line, "id") != request_.id) return;
    const std::string why = control::text_at(line, "over");
    if (why.empty()) return show(control::bytes_at(line));
    end(why == "held" ? "was stopped" : why == "restarts" ? "starts again" : "has ended", 0);
  }

  Connection& run_;
  const Request& request_;
  Descriptor signals_;
  RawTerminal terminal_;
  std::string unsent_;
  std::optional<std::string> leaving_;  ///< and what is to be said then
  Instant gone_by_;                     ///< once it is leaving
  bool has_more_ = false;               ///< lines of the run have come, and are not shown yet
  std::optional<std::pair<std::string, int>> over_;
};

}  // namespace

void add_window(Request& request) {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0) return;
  request.rows = window.ws_row;
  request.columns = window.ws_col;
}

int show_terminal(Connection& run, const Request& request, const std::string& answer) {
  const bool tells = ::isatty(STDIN_FILENO) != 0;
  if (tells) print_words("dream: Ctrl-] leaves " + request.steps.front() + ", which runs on\n");
  const auto [words, code] = [&] { return Visitor(run, request).stay(answer); }();
  if (!words.empty() && (tells || code != 0))
    print_words("dream: " + request.steps.front() + " " + words + "\n");
  return code;
}

}  // namespace dream::cli
