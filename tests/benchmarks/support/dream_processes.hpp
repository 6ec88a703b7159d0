#pragma once

#include <sys/types.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace dream::benchmarks {

/// `started` and, when it has one, the process that it watches over: those that run dream's binary.
inline std::vector<pid_t> processes_of_dream(pid_t started, const std::filesystem::path& binary) {
  const std::string pid = std::to_string(started);
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  std::vector<pid_t> processes{started};
  for (pid_t child = 0; children >> child;) {
    std::error_code ignored;
    const auto run = std::filesystem::read_symlink("/proc/" + std::to_string(child) + "/exe", ignored);
    if (run == std::filesystem::canonical(binary)) processes.push_back(child);
  }
  return processes;
}

}  // namespace dream::benchmarks
