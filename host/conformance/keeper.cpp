#include "conformance/keeper.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>

#include "conformance/check_process.hpp"
#include "conformance/playground.hpp"
#include "conformance/scenarios.hpp"

namespace dream::conformance {

namespace {

// A message of the keeper: what it is, a line feed, and the rest.
constexpr std::string_view about_options = "options\n";
constexpr std::string_view no_folder = "folder\n";
constexpr std::string_view all_done = "done\n";
constexpr std::size_t longest_message = std::size_t{1} << 16U;

bool is_broken(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::crash;
}

/// The first rule that this one needs and the plugin breaks; nullptr: none.
const Checked* missing_need(const Rule& rule, const std::vector<Checked>& before) {
  std::istringstream needs{std::string(rule.needs)};
  const auto broken = [&](std::string_view id) -> const Checked* {
    for (const Checked& other : before) {
      if ((id == "*" || other.rule->id == id) && is_broken(other.verdict)) return &other;
      // Whatever that one lacked, this one lacks, too.
      if (other.rule->id == id && other.verdict == Verdict::skip) {
        if (const Checked* deeper = missing_need(*other.rule, before)) return deeper;
      }
    }
    return nullptr;
  };
  for (std::string id; needs >> id;) {
    if (const Checked* found = broken(id)) return found;
  }
  return nullptr;
}

/// Whether a scene has started a task, of which all that follow start one like it.
bool has_started_one(const std::vector<Checked>& before) {
  return std::ranges::any_of(before, [](const Checked& checked) {
    return checked.rule->scenario == &live_a_whole_life && checked.verdict == Verdict::pass;
  });
}

Checked verdict_of(const Rule& rule, Played played, const std::vector<Checked>& before) {
  const Verdict wrong = rule.level == Level::must ? Verdict::fail : Verdict::warn;
  switch (played.how) {
    case Played::How::kept:
      return {&rule, Verdict::pass, {}};
    case Played::How::unstarted:
      if (has_started_one(before)) {
        played.reason.insert(0, "a task was started before, and now: ");
        break;
      }
      [[fallthrough]];
    case Played::How::skipped:
      return {&rule, Verdict::skip, std::move(played.reason)};
    case Played::How::crashed:
      return {&rule, Verdict::crash, std::move(played.reason)};
    case Played::How::broken:
    case Played::How::unfinished:
      break;
  }
  return {&rule, wrong, std::move(played.reason)};
}

/// The process that does it all; its other side only listens.
class Keeper {
 public:
  Keeper(const CheckRequest& request, int socket, int parent_ends)
      : request_(request),
        socket_(socket),
        limits_{request.limit, request.give_up, parent_ends},
        file_(std::filesystem::absolute(request.file)) {}

  void check() {
    if (request_.options_given) {
      const Played options = play(options_check);
      if (options.how == Played::How::broken) return say(about_options, options.reason);
    }
    std::vector<Checked> all;
    for (const Rule& rule : rules()) {
      if (!request_.only.empty() && rule.id != request_.only) continue;
      if (!is_wanted()) return;
      const Checked* missing = missing_need(rule, all);
      all.push_back(missing != nullptr
                        ? Checked{&rule, Verdict::skip, "needs " + std::string(missing->rule->id)}
                        : verdict_of(rule, play(rule.id), all));
      if (!has_folder_) return say(no_folder, "");
      const Checked& checked = all.back();
      say(std::string(rule.id) + "\n" + std::string(word_of(checked.verdict)) + "\n", checked.reason);
    }
    say(all_done, "");
  }

 private:
  /// In a folder of its own: what a plugin has left of one scene must not meet the next.
  [[nodiscard]] Played play(std::string_view what) {
    const Playground playground;
    has_folder_ = !playground.path().empty();
    if (!has_folder_) return {};
    const Subject subject{file_, playground.path(), request_.options, request_.seed, request_.call_limit};
    return play_in_process(what, subject, limits_);
  }
  [[nodiscard]] bool is_wanted() const {
    pollfd ends{limits_.parent_ends, POLLIN, 0};
    return ::poll(&ends, 1, 0) == 0;
  }
  void say(std::string_view what, std::string_view more) const {
    const std::string message = (std::string(what) += more).substr(0, longest_message);
    while (::send(socket_, message.data(), message.size(), MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
  }

  const CheckRequest& request_;
  int socket_;
  Limits limits_;
  std::filesystem::path file_;
  bool has_folder_ = true;
};

[[noreturn]] void keep(const CheckRequest& request, int socket, int parent_ends) {
  ::setsid();  // what the terminal sends is for the caller, whose end is heard of here
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) std::signal(signal, SIG_DFL);
  std::signal(SIGCHLD, SIG_DFL);  // may be inherited as ignored: then no exit status could be had
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  { Keeper(request, socket, parent_ends).check(); }
  ::_exit(0);
}

/// "exit.once\nfail\nit calls …"
std::optional<Checked> checked_from(std::string_view message) {
  const std::size_t first = message.find('\n');
  const std::size_t second = first == std::string_view::npos ? first : message.find('\n', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const Rule* rule = find_rule(message.substr(0, first));
  if (rule == nullptr) return std::nullopt;
  const std::string_view word = message.substr(first + 1, second - first - 1);
  for (const Verdict verdict : {Verdict::pass, Verdict::fail, Verdict::crash, Verdict::skip, Verdict::warn}) {
    if (word_of(verdict) == word) return Checked{rule, verdict, std::string(message.substr(second + 1))};
  }
  return std::nullopt;
}

Result<std::vector<Checked>> listen(int socket, const std::function<void(const Checked&)>& tell) {
  std::vector<Checked> all;
  std::string buffer(longest_message, '\0');
  while (true) {
    const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    const std::string_view message(buffer.data(), static_cast<std::size_t>(size));
    if (message.starts_with(all_done)) return all;
    if (message.starts_with(no_folder)) {
      return Error{ErrorCode::io, "no temporary folder can be made", {}, "set TMPDIR"};
    }
    if (message.starts_with(about_options)) {
      return Error{ErrorCode::usage, std::string(message.substr(about_options.size())), "--options",
                   "dream would not make such a start either"};
    }
    if (auto checked = checked_from(message)) {
      tell(*checked);
      all.push_back(*std::move(checked));
    }
  }
  return Error{ErrorCode::internal, "the process that checks has ended before it was done", {}, "try again"};
}

}  // namespace

Result<std::vector<Checked>> check_in_keeper(const CheckRequest& request,
                                             const std::function<void(const Checked&)>& tell) {
  std::array<int, 2> sockets{};
  const int own_end = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
  if (own_end < 0 || ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    if (own_end >= 0) ::close(own_end);
    return Error{ErrorCode::io, "no process can be watched", {}, "close some files"};
  }
  const pid_t keeper = ::fork();
  if (keeper == 0) {
    ::close(sockets[0]);
    keep(request, sockets[1], own_end);
  }
  ::close(sockets[1]);
  ::close(own_end);
  Result<std::vector<Checked>> all = listen(sockets[0], tell);
  ::close(sockets[0]);
  // The folder is gone when it is.
  while (keeper > 0 && ::waitpid(keeper, nullptr, 0) < 0 && errno == EINTR) {
  }
  return all;
}

}  // namespace dream::conformance
