#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/open_file.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/run_watched.hpp"
#include "cli/same_runs.hpp"
#include "cli/start_lock.hpp"
#include "cli/terminal.hpp"
#include "cli/views/ctl_view.hpp"
#include "cli/workspace.hpp"
#include "control/client.hpp"
#include "control/json.hpp"
#include "control/place.hpp"
#include "process/inheritance.hpp"
#include "process/signals.hpp"

namespace dream::cli {

namespace {

using control::Connection;
using control::Request;

/// What was given on the command line that a run which goes on can't take any more, and wasn't started with.
std::vector<std::string> options_of_a_start(const Options& options, const Options& of_run) {
  std::vector<std::string> given;
  const auto see = [&](const auto member, const char* name) {
    if (options.*member != Options().*member && options.*member != of_run.*member) given.emplace_back(name);
  };
  see(&Options::recursive, "--recursive");
  see(&Options::jobs, "--jobs");
  see(&Options::keep_going, "--keep-going");
  see(&Options::moves_ports, "--ports");
  see(&Options::grace, "--grace");
  see(&Options::output, "--output");
  see(&Options::quiet, "--quiet");
  see(&Options::log_directory, "--log-dir");
  see(&Options::trace_file, "--trace");
  see(&Options::record, "--record");
  see(&Options::debug, "--debug");
  see(&Options::arguments, "the arguments after --");
  return given;
}

/// None: it has ended meanwhile.
std::optional<int> wait_for_same(Connection& run, const Options& options) {
  complain(sentence_on(run.info(), {"runs already", "run already"}));
  if (const auto ignored = options_of_a_start(options, options_of_run(run.pid()).value_or(Options()));
      !ignored.empty()) {
    const bool are_many = ignored.size() > 1 || !options.arguments.empty();
    complain(join_words(ignored) + (are_many ? " have" : " has") +
             " no effect on that run; dream ctl down ends it");
  }
  // An answer to what was asked before may still come.
  const auto answer = run.ask({.id = 2, .what = Request::What::wait});
  if (!answer) return std::nullopt;
  const auto refused = refusal_in(*answer);
  if (!refused) return 0;
  complain(refused->text);
  return 1;
}

/// Another one would run beside it.
int refuse_beside(const control::RunInfo& run) {
  complain(
      fmt::format("{}, and can't be asked: it doesn't answer, or its socket is gone; nothing is started; "
                  "`kill {}` ends it",
                  sentence_on(run, {"runs already", "run already"}), run.pid));
  return 1;
}

std::array<Descriptor, 2> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  static_cast<void>(::pipe2(ends.data(), O_CLOEXEC));
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

/// The run, in a session of its own and with nothing of the caller's but two pipes, until it is let go.
[[noreturn]] void run_apart(Options options, Descriptor out, Descriptor err, Descriptor notice) {
  ::setsid();
  ::dup2(Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get(), STDIN_FILENO);
  ::dup2(out.get(), STDOUT_FILENO);
  ::dup2(err.get(), STDERR_FILENO);
  static_cast<void>(out.close());
  static_cast<void>(err.close());
  const int kept = notice.release();
  process::close_all_but(kept);  // what the caller has opened is the caller's
  options.detach = false;
  options.notice = kept;
  std::exit(run_tasks(options));
}

/// What the run writes to one of its outputs, on its way to the same one of the caller's. No more is taken
/// than its reader takes, and nobody waits for that: a signal may come.
class Passage {
 public:
  Passage(Descriptor from, int to) : from_(std::move(from)), to_(to) {}

  [[nodiscard]] bool is_over() const { return kept_.empty() && !from_.is_open(); }
  [[nodiscard]] bool is_empty() const { return kept_.empty(); }
  /// What it waits for.
  [[nodiscard]] pollfd next() const {
    return kept_.empty() ? pollfd{from_.get(), POLLIN, 0} : pollfd{to_, POLLOUT, 0};
  }
  /// That is there.
  void go_on() { kept_.empty() ? take() : give(); }

 private:
  void take() {
    std::array<char, 65536> buffer{};
    const ssize_t size = ::read(from_.get(), buffer.data(), buffer.size());
    if (size > 0)
      kept_.assign(buffer.data(), static_cast<std::size_t>(size));
    else if (size == 0 || errno != EINTR)
      static_cast<void>(from_.close());
  }

  /// Others share the descriptor, so it may block: not for so few bytes where there is room.
  void give() {
    const ssize_t size = ::write(to_, kept_.data(), std::min<std::size_t>(kept_.size(), PIPE_BUF));
    if (size > 0)
      kept_.erase(0, static_cast<std::size_t>(size));
    else if (errno != EINTR && errno != EAGAIN)
      kept_.clear();  // nobody reads it
  }

  Descriptor from_;
  int to_;
  std::string kept_;
};

/// The caller: shows what the run says until it is up, and goes.
class Caller {
 public:
  Caller(pid_t run, Descriptor out, Descriptor err, Descriptor notice, StartLock& lock)
      : run_(run),
        out_(std::move(out), STDOUT_FILENO),
        err_(std::move(err), STDERR_FILENO),
        notice_(std::move(notice)),
        lock_(lock) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    signals_ = Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC));
  }

  int stay_until_up() {
    while (!over_) {
      std::array<pollfd, 4> sources{out_.next(), err_.next(), pollfd{signals_.get(), POLLIN, 0},
                                    pollfd{next_source(), POLLIN, 0}};
      const bool has_all = left_ && out_.is_empty() && err_.is_empty();
      const int ready = ::poll(sources.data(), sources.size(), has_all ? 0 : -1);
      if (ready == 0) return leave();  // what the run wrote before it was let go has been shown
      if (ready < 0) continue;
      if (sources[0].revents != 0) out_.go_on();
      if (sources[1].revents != 0) err_.go_on();
      if (sources[2].revents != 0) pass_signal();
      if (sources[3].revents != 0) hear();
      if (out_.is_over() && err_.is_over()) return left_ ? leave() : code_of_run();
    }
    return *over_;
  }

 private:
  /// First the notice that the run listens, then its answers.
  [[nodiscard]] int next_source() const {
    return notice_.is_open() ? notice_.get() : connection_ && !left_ ? connection_->descriptor() : -1;
  }

  /// A signal stops the run; the end of a terminal leaves it. When the run needs the caller no more, only
  /// what nobody reads can keep it here.
  void pass_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return;
    const auto signal = static_cast<int>(info.ssi_signo);
    if (left_) process::die_of_signal(signal);
    if (has_ended()) {
      over_ = code_of_run();
    } else if (signal != SIGHUP) {
      ::kill(run_, signal);
    } else if (connection_ && connection_->ask({.id = 4, .what = Request::What::leave})) {
      over_ = 0;
    }
  }

  void hear() {
    if (notice_.is_open()) return connect();
    const auto answer = connection_->line();
    if (!answer) return connection_.reset();  // it has ended: its own words say why
    switch (asked_) {
      case Request::What::wait:
        refused_ = refusal_in(*answer);
        return ask(refused_ ? Request::What::ps : Request::What::leave);
      case Request::What::ps:
        return tells_of_stop(*answer) ? connection_.reset() : ask(Request::What::leave);
      default:
        left_ = true;
    }
  }

  void ask(Request::What what) {
    asked_ = what;
    if (!connection_->send({.id = 1, .what = what})) connection_.reset();
  }

  /// The path of its socket, whole: it is short.
  void connect() {
    std::array<char, 4096> path{};
    const ssize_t size = ::read(notice_.get(), path.data(), path.size());
    static_cast<void>(notice_.close());
    lock_.let_go();         // others find it now, or it has ended
    if (size <= 0) return;  // it has ended before
    const std::string told(path.data(), static_cast<std::size_t>(size));
    if (told == no_socket) return end_what_nobody_could_ask();
    connection_ = Connection::open(told);
    if (connection_) ask(Request::What::wait);
  }

  /// Nobody could end it by `dream ctl`.
  void end_what_nobody_could_ask() const {
    complain("no socket can be made for the run, so it isn't left alone, and is ended");
    ::kill(run_, SIGTERM);
  }

  /// A run that can't be up any more may go on all the same (--keep-going).
  int leave() const {
    if (refused_) complain(refused_->text);
    complain(sentence_on(connection_->info(), {"runs on", "run on"}) +
             "; dream ctl logs -f shows it, dream ctl down ends it");
    return refused_ ? 1 : 0;
  }

  [[nodiscard]] bool has_ended() const {
    siginfo_t found{};
    return ::waitid(P_PID, static_cast<id_t>(run_), &found, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           found.si_pid != 0;
  }

  int code_of_run() const {
    int status = 0;
    while (::waitpid(run_, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) process::die_of_signal(WTERMSIG(status));
    const int code = WEXITSTATUS(status);
    if (code != 0 || !refused_) return code;
    complain("it was never up: " + refused_->text);
    return 1;
  }

  pid_t run_;
  Passage out_;
  Passage err_;
  Descriptor notice_;
  Descriptor signals_;
  StartLock& lock_;
  std::optional<Connection> connection_;
  Request::What asked_ = Request::What::wait;  ///< last
  std::optional<Refused> refused_;             ///< it can't be up any more
  bool left_ = false;                          ///< the run goes on without its outputs
  std::optional<int> over_;
};

int refused_by_system(int error) {
  complain({ErrorCode::io,
            std::string("no process can be started: ") + std::strerror(error),
            {},
            system_remedy(error)});
  return exit_internal;
}

}  // namespace

int run_detached(const Options& options) {
  std::optional<StartLock> lock;
  {
    const Result<prepare::LoadedWorkspace> loaded = load_workspace(options, prepare::EnvFiles::run);
    if (!loaded) return exit_nothing_run;
    const Result<Requested> requested = requested_by(options, *loaded);
    if (!requested) return exit_nothing_run;
    if (!requested->plan) return tell_selection(options, requested->selection);
    if (const auto socket = control::socket_of(plugin::new_session_id(), plugin::own_lookup()); !socket) {
      complain(socket.error());
      return exit_nothing_run;
    }
    const Plan& plan = *requested->plan;
    const std::filesystem::path& root = loaded->workspace.root;
    lock.emplace(what_runs(control::info_of(plan, {}, root)));
    auto same = find_same_runs(plan, root);
    bool goes_on = false;
    std::erase_if(same.meant, [&](Connection& run) {
      const bool stops = is_being_stopped(run);
      goes_on = goes_on || (stops && !wait_for_end(run, plan));
      return stops;
    });
    if (goes_on) {
      complain("nothing is started beside it");
      return 1;
    }
    if (!same.meant.empty()) {
      lock.reset();
      if (const auto code = wait_for_same(same.meant.front(), options)) return *code;
      complain("that run has ended meanwhile, so another one is started");
      return run_detached(options);
    }
    for (const control::SilentRun& run : same.silent) complain(sentence_on(run));
    if (!same.silent.empty()) {
      complain("it may be the same run, so nothing is started beside it");
      return 1;
    }
    const auto unheard = find_same_recorded_run(plan, root);
    if (unheard) return refuse_beside(*unheard);
  }
  auto out = make_pipe();
  auto err = make_pipe();
  auto notice = make_pipe();
  if (!out[0].is_open() || !err[0].is_open() || !notice[0].is_open()) return refused_by_system(errno);
  Options apart = options;
  apart.colors = use_colors(options.color);
  const pid_t run = ::fork();
  const int problem = errno;
  if (run == 0) {
    for (auto* pipe : {&out, &err, &notice}) static_cast<void>((*pipe)[0].close());
    run_apart(std::move(apart), std::move(out[1]), std::move(err[1]), std::move(notice[1]));
  }
  for (auto* pipe : {&out, &err, &notice}) static_cast<void>((*pipe)[1].close());
  if (run < 0) return refused_by_system(problem);
  return Caller(run, std::move(out[0]), std::move(err[0]), std::move(notice[0]), *lock).stay_until_up();
}

}  // namespace dream::cli
