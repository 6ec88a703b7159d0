#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

/// compare_processes ROUNDS PROGRAM ARG… -- PROGRAM ARG…
///
/// Runs the programs in turn, so that whatever else the machine does meets all of them, and prints the median
/// wall time, the median processor time and the largest memory of each, and their ratio to the first.
namespace {

struct Contestant {
  std::vector<char*> argv;  ///< ends with a null pointer
  std::vector<double> wall_ms;
  std::vector<double> processor_ms;
  long memory_kib = 0;
};

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

bool run(Contestant& contestant) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const auto start = std::chrono::steady_clock::now();
  pid_t pid = 0;
  const int error =
      posix_spawnp(&pid, contestant.argv[0], &actions, nullptr, contestant.argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return false;
  int status = 0;
  rusage usage{};
  if (wait4(pid, &status, 0, &usage) != pid) return false;
  const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - start;
  contestant.wall_ms.push_back(wall.count());
  contestant.processor_ms.push_back(milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime));
  contestant.memory_kib = std::max(contestant.memory_kib, usage.ru_maxrss);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

double median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers[numbers.size() / 2];
}

}  // namespace

int main(int argument_count, char** arguments) {
  const long rounds = argument_count > 2 ? std::strtol(arguments[1], nullptr, 10) : 0;
  std::vector<Contestant> contestants(1);
  for (int at = 2; at < argument_count; ++at) {
    if (std::strcmp(arguments[at], "--") == 0) {
      contestants.emplace_back();
    } else {
      contestants.back().argv.push_back(arguments[at]);
    }
  }
  for (Contestant& contestant : contestants) {
    if (rounds <= 0 || contestant.argv.empty()) {
      std::fprintf(stderr, "usage: compare_processes ROUNDS PROGRAM ARG... [-- PROGRAM ARG...]...\n");
      return 2;
    }
    contestant.argv.push_back(nullptr);
  }
  for (long round = 0; round < rounds; ++round) {
    for (Contestant& contestant : contestants) {
      if (run(contestant)) continue;
      std::fprintf(stderr, "%s failed\n", contestant.argv[0]);
      return 1;
    }
  }
  const double first_wall = median(contestants[0].wall_ms),
               first_processor = median(contestants[0].processor_ms);
  for (const Contestant& contestant : contestants) {
    const double wall = median(contestant.wall_ms), processor = median(contestant.processor_ms);
    std::printf("%-24s wall %8.1f ms (%.2fx)  processor %8.1f ms (%.2fx)  memory %7.1f MiB (%.2fx)\n",
                contestant.argv[0], wall, wall / first_wall, processor, processor / first_processor,
                static_cast<double>(contestant.memory_kib) / 1024,
                static_cast<double>(contestant.memory_kib) / static_cast<double>(contestants[0].memory_kib));
  }
  return 0;
}
