#include <algorithm>
#include <csignal>
#include <thread>

#include "benchmarks/support/dream_processes.hpp"
#include "measure.hpp"
#include "sections.hpp"

namespace dream::timing {

namespace {

constexpr int steps = 50;
constexpr int seconds = 10;

std::string project(int number) {
  return "p" + std::to_string(number);
}

/// Background steps that say so and then wait for a line that never comes.
std::string configuration() {
  std::string dependencies;
  for (int number = 1; number < steps; ++number) {
    if (number > 1) dependencies += ", ";
    dependencies.append(R"({"projectPath": "./)").append(project(number)).append(R"(", "async": true})");
  }
  return R"({"workspace": {"./)" + project(0) + R"(": {"wait": [)" + dependencies +
         R"(]}}, "tasks": {"wait": {"command": "echo up; read line < ../fifo"}}})";
}

/// The sum of what the lines of a file in /proc say that begin with one of these words.
long sum_of(pid_t pid, const std::string& file, const std::vector<std::string>& labels) {
  std::ifstream lines("/proc/" + std::to_string(pid) + "/" + file);
  if (!lines) throw std::runtime_error("no such process");
  long sum = 0;
  for (std::string line; std::getline(lines, line);) {
    for (const std::string& label : labels) {
      if (line.starts_with(label)) sum += std::stol(line.substr(label.size()));
    }
  }
  return sum;
}

/// What processes have used so far.
struct Usage {
  long wake_ups = 0;
  long cpu_ns = 0;
  long private_kib = 0;
};

Usage usage_of(const std::vector<pid_t>& processes) {
  Usage usage;
  for (const pid_t pid : processes) {
    usage.wake_ups += sum_of(pid, "status", {"voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"});
    usage.cpu_ns += sum_of(pid, "schedstat", {""});  // its first number
    usage.private_kib += sum_of(pid, "smaps_rollup", {"Private_Clean:", "Private_Dirty:"});
  }
  return usage;
}

}  // namespace

void measure_idle(Table& table) {
  std::vector<std::string> projects;
  projects.reserve(steps);
  for (int number = 0; number < steps; ++number) projects.push_back(project(number));
  const ScratchWorkspace workspace(configuration(), projects);
  const std::filesystem::path fifo = workspace.root() / "fifo";
  ::mkfifo(fifo.c_str(), 0600);
  const int held = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);

  const Spawned dream = spawn({DREAM_BINARY, "-C", workspace.root().string(), "-p", project(0), "wait"});
  await_lines(dream.out, steps);
  std::this_thread::sleep_for(std::chrono::seconds(1));  // what the start set off is over
  const std::vector<pid_t> processes = benchmarks::processes_of_dream(dream.pid, DREAM_BINARY);
  const Usage before = usage_of(processes);
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  const Usage after = usage_of(processes);
  ::kill(dream.pid, SIGTERM);
  finish(dream);
  ::close(held);

  const std::string what = std::to_string(steps) + " quiet steps, " + std::to_string(seconds) + " s: ";
  const std::string of = "of " + std::to_string(processes.size()) + " processes";
  table.at_most(what + "wake-ups", static_cast<double>(after.wake_ups - before.wake_ups), 0, of);
  table.at_most(what + "ms of CPU", static_cast<double>(after.cpu_ns - before.cpu_ns) / 1e6, 0, of);
  table.at_most(what + "MiB of private memory", static_cast<double>(after.private_kib) / 1024, 8, of);
}

}  // namespace dream::timing
