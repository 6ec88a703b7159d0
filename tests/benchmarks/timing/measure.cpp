#include "measure.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace dream::timing {

double milliseconds_of_program(const Words& words, const std::string& input) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  int status = -1;
  const double taken = milliseconds_of([&] {
    pid_t pid = 0;
    if (::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), ::environ) != 0) return;
    ::waitpid(pid, &status, 0);
  });
  ::posix_spawn_file_actions_destroy(&actions);
  if (status != 0) throw std::runtime_error(words.front() + " failed");
  return taken;
}

void await_lines(int descriptor, int lines) {
  std::array<char, 65536> buffer{};
  while (lines > 0) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count <= 0) throw std::runtime_error("the steps ended too soon");
    lines -= static_cast<int>(std::count(buffer.begin(), buffer.begin() + count, '\n'));
  }
}

double median(std::vector<double> numbers) {
  std::ranges::sort(numbers);
  return numbers.at(numbers.size() / 2);
}

std::string find_program(const std::string& name) {
  const char* const peers = std::getenv("DREAM_PEERS");
  const char* const path = std::getenv("PATH");
  std::istringstream folders(std::string(peers == nullptr ? "" : peers) + ":" +
                             (path == nullptr ? "" : path));
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::string file = std::string(folder).append("/").append(name);
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

std::string in_milliseconds(double milliseconds) {
  std::string buffer(32, '\0');
  buffer.resize(
      static_cast<std::size_t>(std::snprintf(buffer.data(), buffer.size(), "%.2f ms", milliseconds)));
  return buffer;
}

}  // namespace dream::timing
