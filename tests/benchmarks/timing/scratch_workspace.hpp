#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace dream::timing {

/// A temporary workspace for one measurement.
class ScratchWorkspace {
 public:
  ScratchWorkspace(const std::string& configuration, const std::vector<std::string>& projects) {
    for (const std::string& project : projects) std::filesystem::create_directories(root() / project);
    folder_.write("dream.json", configuration);
  }

  [[nodiscard]] const std::filesystem::path& root() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

/// A program whose stdout is read.
struct Spawned {
  pid_t pid = 0;
  int out = -1;
};

/// Its stderr goes nowhere, so that nothing is drawn while something is measured.
inline Spawned spawn(std::vector<std::string> words) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  Spawned spawned{0, pipe[0]};
  const int failed = ::posix_spawn(&spawned.pid, argv[0], &actions, nullptr, argv.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (failed != 0) throw std::runtime_error("can't start " + words.front());
  return spawned;
}

/// Everything that it writes, until its end.
inline std::string finish(const Spawned& spawned) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(spawned.out, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(count));
  ::close(spawned.out);
  ::waitpid(spawned.pid, nullptr, 0);
  return text;
}

}  // namespace dream::timing
