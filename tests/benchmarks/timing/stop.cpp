#include <sys/prctl.h>

#include <csignal>

#include "measure.hpp"
#include "sections.hpp"

namespace dream::timing {

namespace {

/// A shell with a child, which both live until they are killed.
const std::string line = "sleep 1000 & echo up; wait";

/// Background steps with that line, and one that fails when it is told to.
std::string configuration(int steps) {
  std::string needed;
  for (int number = 0; number < steps; ++number) {
    needed.append(R"({"projectPath": "./p)").append(std::to_string(number)).append(R"(", "async": true}, )");
  }
  needed += R"({"projectPath": "./trigger", "async": true, "required": true})";
  return R"({"workspace": {"./last": {"all": [)" + needed + R"(]}}, "tasks": {"all": {"command": ")" + line +
         R"("}}, "projects": {"./trigger": {"tasks": {"all": {"command": "read line < ../fifo; exit 1"}}}}})";
}

/// From the failure until dream has ended, and with it everything it started.
double milliseconds_of_dream(int steps) {
  std::vector<std::string> projects{"trigger", "last"};
  for (int number = 0; number + 1 < steps; ++number) projects.push_back("p" + std::to_string(number));
  const ScratchWorkspace workspace(configuration(steps - 1), projects);
  const std::filesystem::path fifo = workspace.root() / "fifo";
  ::mkfifo(fifo.c_str(), 0600);
  const int trigger = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  const Spawned dream = spawn({DREAM_BINARY, "-C", (workspace.root() / "last").string(), "all"});
  await_lines(dream.out, steps);
  const double taken = milliseconds_of([&] {
    if (::write(trigger, "\n", 1) != 1) throw std::runtime_error("no trigger");
    finish(dream);
  });
  ::close(trigger);
  return taken;
}

/// The least that ending them can take: one signal to each group, one wait for each process.
double milliseconds_of_bare_loop(int steps) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<pid_t> groups;
  for (int number = 0; number < steps; ++number) {
    const pid_t pid = ::vfork();
    if (pid == 0) {
      ::setsid();
      ::dup2(pipe[1], STDOUT_FILENO);
      ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
      ::_exit(127);
    }
    if (pid < 0) throw std::runtime_error("can't start a process");
    groups.push_back(pid);
  }
  await_lines(pipe[0], steps);
  const double taken = milliseconds_of([&] {
    for (const pid_t group : groups) ::kill(-group, SIGTERM);
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
  });
  ::close(pipe[0]);
  ::close(pipe[1]);
  return taken;
}

}  // namespace

void measure_stop(Table& table) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // the loop waits for the shells' children, too
  for (const int steps : {200, 1000}) {
    std::vector<double> dream;
    std::vector<double> bare;
    for (int round = 0; round < 5; ++round) {
      dream.push_back(milliseconds_of_dream(steps));
      bare.push_back(milliseconds_of_bare_loop(steps));
    }
    table.at_most("stop, " + std::to_string(steps) + " shells with a child: dream / kill and wait",
                  median(dream) / median(bare), 2.0,
                  in_milliseconds(median(dream)) + " / " + in_milliseconds(median(bare)));
  }
}

}  // namespace dream::timing
