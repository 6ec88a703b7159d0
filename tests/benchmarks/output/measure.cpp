/// measure [ROUNDS [MEGABYTES]]
///
/// Eight tasks write short lines as fast as they can, once under dream and once under a bare epoll loop that
/// writes the same labels and whole lines to the same place, in turn, so that whatever else the machine does
/// meets both. The loop's tasks have sessions of their own, as dream's have; for comparison it also runs them
/// together in its own, which only matters on a busy machine (bare_loop.c). The exit code is 1 if dream's
/// rate is under the limit anywhere, its memory over its limit, or a byte was lost or out of place.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "contest.hpp"
#include "line_check.hpp"
#include "support/temporary_folder.hpp"

namespace {

using dream::benchmarks::LineCheck;
using dream::benchmarks::Measured;
using dream::benchmarks::Place;
using dream::benchmarks::Task;

constexpr double lowest_ratio = 0.90;
constexpr std::size_t most_kib = std::size_t{20} * 1000 * 1000 / 1024;
/// One of two buffers may come to its full size of 1 MiB only late, and be twice as large while it grows.
constexpr std::size_t most_growth_kib = 2048;
constexpr std::size_t line_size = 50;
constexpr std::size_t label_size = sizeof "task1 | " - 1;

const char* name(Place place) {
  switch (place) {
    case Place::null:
      return "/dev/null";
    case Place::file:
      return "a file";
    case Place::pipe:
      return "a pipe";
    case Place::slow_pipe:
      return "a pipe, slow reader";
  }
  return "";
}

double median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers[numbers.size() / 2];
}

/// task8 needs the other seven, and all write at the same time.
std::string configuration(const std::string& bytes) {
  std::string dependencies;
  for (std::size_t number = 1; number < LineCheck::tasks; ++number) {
    if (number > 1) dependencies += ", ";
    dependencies += R"({"projectPath": "./task)" + std::to_string(number) + R"(", "async": true})";
  }
  return R"({"workspace": {"./task8": {"write": [)" + dependencies +
         R"(]}}, "tasks": {"write": {"command": [")" GENERATE_BINARY R"(", ")" + bytes + R"("]}}})";
}

struct Contestant {
  std::string name;
  std::vector<std::string> argv;
  std::vector<double> seconds = {};
  std::vector<double> processor_seconds = {};
};

struct Contest {
  Contestant bare;      ///< its tasks in sessions of their own
  Contestant together;  ///< all in one session
  Contestant dream;
  std::size_t peak_kib = 0;
  std::size_t growth_kib = 0;
  bool faultless = true;

  void run_round(Task task) {
    for (Contestant* contestant : {&bare, &together, &dream}) {
      task.is_dream = contestant == &dream;
      const Measured measured = run(contestant->argv, task);
      contestant->seconds.push_back(measured.seconds);
      contestant->processor_seconds.push_back(measured.processor_seconds);
      peak_kib = std::max(peak_kib, measured.peak_kib);
      growth_kib = std::max(growth_kib, measured.growth_kib);
      if (!measured.fault) continue;
      std::printf("%s into %s: %s\n", contestant->name.c_str(), name(task.place), measured.fault->c_str());
      faultless = false;
    }
  }

  /// Of dream's rate to the other's, of each round.
  [[nodiscard]] double ratio_to(const Contestant& other) const {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < dream.seconds.size(); ++round) {
      ratios.push_back(other.seconds[round] / dream.seconds[round]);
    }
    return median(std::move(ratios));
  }
};

/// Prints a line of the table; false: something is not as promised.
bool compare(Contest contest, const Task& task, int rounds) {
  for (int round = 0; round < rounds; ++round) contest.run_round(task);
  const double megabytes = static_cast<double>(LineCheck::tasks * task.lines_of_a_task * line_size) / 1e6;
  const double ratio = contest.ratio_to(contest.bare);
  std::printf("%-20s %6.0f MB/s %6.0f MB/s   %5.2f   %8.2f   %5.2f s %5.2f s   %6.1f MB\n", name(task.place),
              megabytes / median(contest.bare.seconds), megabytes / median(contest.dream.seconds), ratio,
              contest.ratio_to(contest.together), median(contest.bare.processor_seconds),
              median(contest.dream.processor_seconds), static_cast<double>(contest.peak_kib) * 1024 / 1e6);
  std::fflush(stdout);
  if (contest.growth_kib > most_growth_kib) {
    std::printf("  dream's private memory grew by %zu KiB from the first half of a run to the second\n",
                contest.growth_kib);
  }
  return contest.faultless && ratio >= lowest_ratio && contest.peak_kib <= most_kib &&
         contest.growth_kib <= most_growth_kib;
}

}  // namespace

int main(int argument_count, char** arguments) {
  const int rounds = argument_count > 1 ? std::max(1, std::atoi(arguments[1])) : 5;
  const std::size_t megabytes = argument_count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 100;
  const std::size_t bytes = megabytes * 1'000'000;
  const dream::TemporaryFolder folder;
  folder.write("dream.json", configuration(std::to_string(bytes)));
  for (std::size_t number = 1; number <= LineCheck::tasks; ++number) {
    std::filesystem::create_directory(folder.path() / ("task" + std::to_string(number)));
  }
  const std::string tasks = std::to_string(LineCheck::tasks);
  const Contest contest{
      .bare = {"the bare loop", {BARE_BINARY, "sessions", tasks, GENERATE_BINARY, std::to_string(bytes)}},
      .together = {"the bare loop, together",
                   {BARE_BINARY, "together", tasks, GENERATE_BINARY, std::to_string(bytes)}},
      .dream = {"dream", {DREAM_BINARY, "-C", folder.path().string(), "-p", "task8", "write"}}};

  std::printf("%zu tasks, %zu MB of %zu-byte lines each; medians of %d rounds\n\n", LineCheck::tasks,
              megabytes, line_size, rounds);
  std::printf("%-20s %11s %11s   %5s   %8s   %15s   %9s\n", "into", "bare loop", "dream", "ratio", "together",
              "processor time", "memory");
  bool good = true;
  for (const Place place : {Place::null, Place::file, Place::pipe, Place::slow_pipe}) {
    const std::size_t lines = bytes / line_size;
    const Task task{.place = place,
                    .folder = folder.path(),
                    .bytes_out = LineCheck::tasks * lines * (line_size + label_size),
                    .lines_of_a_task = lines,
                    .is_dream = false};
    good = compare(contest, task, rounds) && good;
  }
  std::printf("\n%s: a ratio of %.2f or more, memory under 20 MB and constant, nothing lost\n",
              good ? "as promised" : "NOT as promised", lowest_ratio);
  return good ? 0 : 1;
}
