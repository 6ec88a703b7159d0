#pragma once

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace dream::soak {

using Words = std::vector<std::string>;
using std::chrono::milliseconds;

/// A program that is waited for.
class Child {
 public:
  Child(Words words, const std::filesystem::path& folder, const std::string& output,
        const std::string& input = "/dev/null")
      : words_(std::move(words)) {
    std::vector<char*> argv;
    for (std::string& word : words_) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    ::posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    const int failed = ::posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), ::environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::runtime_error("can't start " + words_.front());
  }

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const Words& words() const { return words_; }

  /// Whether it ends within this time. Then it is reaped.
  bool ends_within(milliseconds time) {
    if (ended_) return true;
    pollfd end{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)), POLLIN, 0};
    const bool has_ended = ::poll(&end, 1, static_cast<int>(time.count())) == 1;
    ::close(end.fd);
    if (has_ended) ended_ = ::waitpid(pid_, &status_, 0) == pid_;
    return ended_;
  }
  /// Of one that has ended: 128 + n for a signal, as a shell has it.
  [[nodiscard]] int code() const {
    return WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
  }

 private:
  Words words_;
  pid_t pid_ = 0;
  int status_ = 0;
  bool ended_ = false;
};

}  // namespace dream::soak
