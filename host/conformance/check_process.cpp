#include "conformance/check_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "base/process.hpp"
#include "base/text.hpp"
#include "conformance/call_trail.hpp"
#include "conformance/scene_process.hpp"
#include "process/descendants.hpp"
#include "process/wait_for_end.hpp"

namespace dream::conformance {

namespace {

/// A check that runs, and the end of the pipe that its answer comes from.
struct Running {
  pid_t pid = -1;
  int answer = -1;
};

Running start(std::string_view what, const Subject& subject) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  std::vector<std::string> words{"dream",
                                 std::string(check_argument),
                                 std::string(what),
                                 subject.file.string(),
                                 subject.folder.string(),
                                 subject.options,
                                 std::to_string(subject.seed),
                                 std::to_string(subject.call_limit.count()),
                                 std::to_string(::getpid())};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  const std::string said = said_file(subject).string();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, said.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], answer_descriptor);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  Running running;
  if (::posix_spawn(&running.pid, "/proc/self/exe", &actions, &attributes, arguments.data(), ::environ) !=
      0) {
    running.pid = -1;
  }
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  running.answer = ends[0];
  return running;
}

/// How long is waited for what was killed.
constexpr Duration kill_limit = std::chrono::seconds(1);

/// Whether it ended in time. It and all that it started, which hang below this process, the subreaper of it
/// all, are gone then, but for what can't be killed.
bool await(pid_t pid, const Limits& limits, const process::Strangers& strangers, int& status) {
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  std::array<pollfd, 3> ends{pollfd{descriptor, POLLIN, 0}, pollfd{limits.give_up, POLLIN, 0},
                             pollfd{limits.parent_ends, POLLIN, 0}};
  while (::poll(ends.data(), ends.size(), static_cast<int>(limits.time.count())) < 0 && errno == EINTR) {
  }
  if (descriptor >= 0) ::close(descriptor);
  ::kill(-pid, SIGKILL);
  ::kill(pid, SIGKILL);  // it may have left its group
  status = process::reap(pid);
  static_cast<void>(process::end_descendants(strangers, kill_limit));
  return (ends[0].revents & POLLIN) != 0;
}

/// What is there already: a process that the plugin has left may hold the other end.
std::string read_answer(int descriptor) {
  ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
  std::string answer;
  std::array<char, 4096> block{};
  ssize_t size = 0;
  while ((size = ::read(descriptor, block.data(), block.size())) > 0) {
    answer.append(block.data(), static_cast<std::size_t>(size));
  }
  ::close(descriptor);
  return answer;
}

/// The last line that the process had to say for itself.
std::string last_words(const Subject& subject) {
  std::ifstream said(said_file(subject));
  std::string last;
  for (std::string line; std::getline(said, line);) {
    if (!line.empty()) last = line;
  }
  return last.empty() ? "" : ": " + printable(last);
}

/// " in "release"", and in a scene of random order what came before.
std::string whereabouts(std::string_view what, const Subject& subject) {
  const CallTrail trail = read_trail(trail_file(subject));
  std::string text;
  if (!trail.running.empty()) text += fmt::format(" in \"{}\"", printable(trail.running));
  if (what == "order.any") text += "; " + order_words(subject.seed, trail.steps);
  return text;
}

}  // namespace

Played play_in_process(std::string_view what, const Subject& subject, const Limits& limits) {
  using How = Played::How;
  keep_no_trail(subject);
  const process::Strangers strangers;  // nothing is left of the scene before, as a rule
  const Running running = start(what, subject);
  if (running.pid < 0) {
    if (running.answer >= 0) ::close(running.answer);
    return {How::skipped, std::string("no process can be started: ") + std::strerror(errno)};
  }
  int status = 0;
  const bool in_time = await(running.pid, limits, strangers, status);
  const std::string answer = read_answer(running.answer);
  for (const auto& [how, word] : answers) {
    if (answer.starts_with(word)) return {how, answer.substr(word.size())};
  }
  const std::string where = whereabouts(what, subject);
  if (!in_time) {
    return {How::unfinished,
            "is not done after " + human_duration(limits.time) + (where.empty() ? "" : ", and was" + where)};
  }
  if (WIFSIGNALED(status)) {
    return {How::crashed, "crashes with " + signal_name(WTERMSIG(status)) + where + last_words(subject)};
  }
  return {How::crashed, fmt::format("ends the process with exit code {}{}{}", WEXITSTATUS(status), where,
                                    last_words(subject))};
}

}  // namespace dream::conformance
