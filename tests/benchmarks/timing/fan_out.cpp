#include <array>
#include <thread>

#include "measure.hpp"
#include "sections.hpp"

namespace dream::timing {

namespace {

/// N projects with a background step `true` each, and one step that needs them all.
std::string configuration(int steps) {
  std::string needed;
  for (int number = 1; number < steps; ++number) {
    if (number > 1) needed += ", ";
    needed.append(R"({"projectPath": "./p)").append(std::to_string(number)).append(R"(", "async": true})");
  }
  return R"({"workspace": {"./p0": {"all": [)" + needed + R"(]}}, "tasks": {"all": {"command": "true"}}})";
}

/// The same lines for make, and by a shell: without SHELL, make would run `true` directly.
std::string makefile(int steps) {
  std::string targets;
  for (int number = 0; number < steps; ++number) targets += " p" + std::to_string(number);
  return "SHELL = /usr/bin/sh\n.PHONY: all" + targets + "\nall:" + targets + "\n" + targets + ":\n\ttrue\n";
}

/// Of its own: what lives in the caller's registers must survive a vfork.
[[gnu::noinline]] void start_true(int nowhere) {
  const pid_t pid = ::vfork();
  if (pid == 0) {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, descriptor);
    ::execl("/bin/sh", "sh", "-c", "true", nullptr);
    ::_exit(127);
  }
  if (pid < 0) throw std::runtime_error("can't start a process");
}

/// The least that starting them all and waiting for them can take.
double milliseconds_of_bare_loop(int steps) {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const double taken = milliseconds_of([&] {
    for (int number = 0; number < steps; ++number) start_true(nowhere);
    for (int number = 0; number < steps; ++number) {
      int status = 0;
      ::waitpid(-1, &status, 0);
      if (status != 0) throw std::runtime_error("sh -c true failed");
    }
  });
  ::close(nowhere);
  return taken;
}

/// Medians of steps per second.
struct Rates {
  double dream = 0, bare = 0, make = 0, make_by_processors = 0, xargs = 0;
};

Rates measure_rates(int steps, int rounds) {
  std::vector<std::string> projects;
  projects.reserve(static_cast<std::size_t>(steps));
  for (int number = 0; number < steps; ++number) projects.push_back("p" + std::to_string(number));
  const ScratchWorkspace workspace(configuration(steps), projects);
  const std::string root = workspace.root().string();
  std::ofstream(root + "/Makefile") << makefile(steps);
  for (std::ofstream lines(root + "/lines"); const std::string& project : projects) lines << project << '\n';
  const std::string make = find_program("make");
  const std::string processors = std::to_string(std::thread::hardware_concurrency());
  std::array<std::vector<double>, 5> taken;
  for (int round = 0; round < rounds; ++round) {
    taken[0].push_back(milliseconds_of_program({DREAM_BINARY, "-C", root + "/p0", "all"}));
    taken[1].push_back(milliseconds_of_bare_loop(steps));
    taken[2].push_back(milliseconds_of_program({make, "-s", "-j", "-C", root}));
    taken[3].push_back(milliseconds_of_program({make, "-s", "-j" + processors, "-C", root}));
    taken[4].push_back(milliseconds_of_program(
        {find_program("xargs"), "-P", "0", "-I", "{}", "sh", "-c", "true"}, root + "/lines"));
  }
  const auto rate = [&](std::size_t who) { return steps * 1e3 / median(taken[who]); };
  return {rate(0), rate(1), rate(2), rate(3), rate(4)};
}

std::string per_second(double one, double other) {
  return std::to_string(static_cast<int>(one)) + "/s / " + std::to_string(static_cast<int>(other)) + "/s";
}

}  // namespace

void measure_fan_out(Table& table) {
  const Rates few = measure_rates(100, 21);
  const Rates many = measure_rates(1000, 9);
  const Rates most = measure_rates(5000, 3);
  const std::string what = "fan-out, 1000 steps `true`: steps per second, dream / ";
  table.at_least(what + "make -j", many.dream / many.make, 1.0, per_second(many.dream, many.make));
  table.at_least(what + "bare loop", many.dream / many.bare, 0.7, per_second(many.dream, many.bare));
  table.also(what + "make, a job per cpu", many.dream / many.make_by_processors,
             per_second(many.dream, many.make_by_processors));
  table.also(what + "xargs -P 0", many.dream / many.xargs, per_second(many.dream, many.xargs));
  table.at_least("fan-out, steps per second: 1000 steps / 100 steps", many.dream / few.dream, 1.0,
                 per_second(many.dream, few.dream));
  table.at_least("fan-out, steps per second: 5000 steps / 100 steps", most.dream / few.dream, 1.0,
                 per_second(most.dream, few.dream));
  table.also("fan-out, the bare loop's own: 5000 steps / 100 steps", most.bare / few.bare,
             per_second(most.bare, few.bare));
}

}  // namespace dream::timing
