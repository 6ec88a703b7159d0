/// How often dream wakes up while nothing happens: many quiet steps run, and the voluntary context switches
/// of dream's processes are counted. The exit code is 1 unless there are none.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "benchmarks/support/dream_processes.hpp"
#include "benchmarks/support/pause.hpp"
#include "scratch_workspace.hpp"

namespace {

using dream::benchmarks::pause_for;
using dream::benchmarks::processes_of_dream;
using dream::timing::finish;
using dream::timing::ScratchWorkspace;
using dream::timing::spawn;

std::string project(int number) {
  return "p" + std::to_string(number);
}

/// Background steps that say so and then wait for a line that never comes.
std::string configuration(int steps) {
  std::string dependencies;
  for (int number = 1; number < steps; ++number) {
    if (number > 1) dependencies += ", ";
    dependencies.append(R"({"projectPath": "./)").append(project(number)).append(R"(", "async": true})");
  }
  return R"({"workspace": {"./)" + project(0) + R"(": {"wait": [)" + dependencies +
         R"(]}}, "tasks": {"wait": {"command": "echo up; read line < ../fifo"}}})";
}

long switches(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  const std::string label = "voluntary_ctxt_switches:";
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(label)) return std::stol(line.substr(label.size()));
  }
  throw std::runtime_error("no such process");
}

/// Until all have said that they run.
void await_lines(int descriptor, int lines) {
  std::array<char, 4096> buffer{};
  while (lines > 0) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count <= 0) throw std::runtime_error("dream ended too soon");
    lines -= static_cast<int>(std::count(buffer.begin(), buffer.begin() + count, '\n'));
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  const int steps = argument_count > 1 ? std::max(2, std::atoi(arguments[1])) : 50;
  const int seconds = argument_count > 2 ? std::max(1, std::atoi(arguments[2])) : 10;
  std::vector<std::string> projects;
  projects.reserve(static_cast<std::size_t>(steps));
  for (int number = 0; number < steps; ++number) projects.push_back(project(number));
  const ScratchWorkspace workspace(configuration(steps), projects);
  const std::filesystem::path fifo = workspace.root() / "fifo";
  ::mkfifo(fifo.c_str(), 0600);
  const int held = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);

  const auto dream = spawn({DREAM_BINARY, "-C", workspace.root().string(), "-p", project(0), "wait"});
  await_lines(dream.out, steps);
  pause_for(std::chrono::seconds(1));  // what the start set off is over
  const std::vector<pid_t> processes = processes_of_dream(dream.pid, DREAM_BINARY);
  std::vector<long> before;
  before.reserve(processes.size());
  for (const pid_t pid : processes) before.push_back(switches(pid));
  pause_for(std::chrono::seconds(seconds));
  long total = 0;
  for (std::size_t at = 0; at < processes.size(); ++at) total += switches(processes[at]) - before[at];
  ::kill(dream.pid, SIGTERM);
  finish(dream);
  ::close(held);
  std::printf("%d quiet steps, %d s, %zu processes of dream: %ld voluntary context switches\n", steps,
              seconds, processes.size(), total);
  return total == 0 ? 0 : 1;
}
