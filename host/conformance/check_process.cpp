#include "conformance/check_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "base/process.hpp"
#include "base/text.hpp"
#include "base/write_all.hpp"
#include "process/wait_for_end.hpp"

namespace dream::conformance {

namespace {

// Where the process writes its answer: a line feed between its parts.
constexpr int answer_descriptor = 3;
constexpr std::string_view broken = "broken\n";
constexpr std::string_view skipped = "skipped\n";
constexpr std::string_view kept = "kept\n";

/// A check that runs, and the end of the pipe that its answer comes from.
struct Running {
  pid_t pid = -1;
  int answer = -1;
};

Running start(const Rule& rule, const Subject& subject) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  std::vector<std::string> words{"dream",
                                 std::string(check_argument),
                                 std::string(rule.id),
                                 subject.file.string(),
                                 subject.folder.string(),
                                 subject.options,
                                 std::to_string(subject.seed)};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  const std::string said = (subject.folder / "said").string();
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

/// Whether it ended in time. It and all that it started are gone then.
bool await(pid_t pid, std::chrono::milliseconds limit, int& status) {
  const bool ended = process::wait_for_end(pid, limit);
  ::kill(-pid, SIGKILL);
  status = process::reap(pid);
  return ended;
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
  std::ifstream said(subject.folder / "said");
  std::string last;
  for (std::string line; std::getline(said, line);) {
    if (!line.empty()) last = line;
  }
  return last.empty() ? "" : ": " + printable(last);
}

}  // namespace

Checked check_in_process(const Rule& rule, const Subject& subject, std::chrono::milliseconds limit) {
  const Running running = start(rule, subject);
  if (running.pid < 0) {
    if (running.answer >= 0) ::close(running.answer);
    return {&rule, Verdict::skip, std::string("no process can be started: ") + std::strerror(errno)};
  }
  int status = 0;
  const bool in_time = await(running.pid, limit, status);
  const std::string answer = read_answer(running.answer);
  const Verdict wrong = rule.level == Level::must ? Verdict::fail : Verdict::warn;
  if (answer.starts_with(broken)) return {&rule, wrong, answer.substr(broken.size())};
  if (answer.starts_with(skipped)) return {&rule, Verdict::skip, answer.substr(skipped.size())};
  if (answer.starts_with(kept)) return {&rule, Verdict::pass, {}};
  if (!in_time) return {&rule, wrong, "is not done after " + human_duration(limit)};
  if (WIFSIGNALED(status)) {
    return {&rule, Verdict::crash, "crashes with " + signal_name(WTERMSIG(status)) + last_words(subject)};
  }
  return {&rule, Verdict::crash,
          fmt::format("ends the process with exit code {}{}", WEXITSTATUS(status), last_words(subject))};
}

void check_one_rule(const std::vector<std::string>& arguments) {
  constexpr std::size_t count = 5;
  const Rule* rule = arguments.size() == count ? find_rule(arguments[0]) : nullptr;
  if (rule == nullptr) std::_Exit(2);
  // What the plugin starts must not keep the answer's pipe open.
  ::fcntl(answer_descriptor, F_SETFD, FD_CLOEXEC);
  const Subject subject{arguments[1], arguments[2], arguments[3],
                        std::strtoull(arguments[4].c_str(), nullptr, 10)};
  Findings findings;
  rule->scenario(subject, findings);
  std::string answer(kept);
  if (!findings.skipped.empty()) answer = std::string(skipped) + printable(findings.skipped);
  for (const SeenFault& seen : findings.faults) {
    if (seen.fault != rule->fault) continue;
    answer = std::string(broken) + printable(seen.text);
    break;
  }
  static_cast<void>(write_all(answer_descriptor, answer));
  std::_Exit(0);  // threads of the plugin may live on
}

}  // namespace dream::conformance
