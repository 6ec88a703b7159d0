/// measure [--runs N] [--up-to MS] [--at-once N] [--dream FILE] [KIND…]: a server becomes ready at a random
/// moment, the same ones each time this program runs. How much later does the step begin that waits for it?
/// By the clocks of the two processes, so the start of a process is in it.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/timing/scratch_workspace.hpp"
#include "options.hpp"
#include "support/free_port.hpp"

namespace dream::readiness {

namespace {

using timing::ScratchWorkspace;
using timing::Spawned;

constexpr double ns_per_ms = 1e6;
constexpr double least_limit_ms = 25;
constexpr double limit_share = 0.1;

struct Wait {
  double waited = 0;  ///< ms from the server's begin until it was ready
  double late = 0;    ///< ms from then to the begin of the next step
};

std::string probe_of(const std::string& kind, const std::string& place) {
  if (kind == "port") return R"({"port": )" + place + "}";
  if (kind == "tcp") return R"({"tcp": "127.0.0.1:)" + place + R"("})";
  if (kind == "http") return R"({"http": "http://127.0.0.1:)" + place + R"(/"})";
  if (kind == "file") return R"({"file": ")" + place + R"("})";
  if (kind == "exec") return R"({"exec": ["test", "-e", ")" + place + R"("]})";
  if (kind == "log") return R"({"log": "ready "})";
  return R"({"notify": true})";
}

std::string configuration(const std::string& kind, int milliseconds) {
  const bool makes_file = kind == "file" || kind == "exec";
  const std::string place = makes_file ? "up" : std::to_string(free_port());
  return R"({"workspace": {"./next": {"go": [{"projectPath": "./server", "task": "start"}]}}, "projects": {
    "./server": {"tasks": {"start": {"service": true, "ready": )" +
         probe_of(kind, place) + R"(, "command": [")" SERVER_BINARY R"(", ")" + kind + R"(", ")" +
         std::to_string(milliseconds) + R"(", ")" + place + R"("]}}},
    "./next": {"tasks": {"go": {"command": [")" CLOCK_BINARY R"(", "next"]}}}}})";
}

double moment_after(const std::string& out, const std::string& label) {
  const std::size_t at = out.find("| " + label + " ");
  if (at == std::string::npos) throw std::runtime_error("a run without \"" + label + "\":\n" + out);
  return static_cast<double>(std::stoll(out.substr(at + label.size() + 3, 20))) / ns_per_ms;
}

/// One run of dream.
class Run {
 public:
  Run(const std::string& dream, const std::string& kind, int milliseconds)
      : workspace_(configuration(kind, milliseconds), {"server", "next"}),
        dream_(timing::spawn({dream, "-C", (workspace_.root() / "next").string(), "go"})) {}

  Wait finish() const {
    const std::string out = timing::finish(dream_);
    const double ready = moment_after(out, "ready");
    return {ready - moment_after(out, "began"), moment_after(out, "next") - ready};
  }

 private:
  ScratchWorkspace workspace_;
  Spawned dream_;
};

std::vector<Wait> measure(const std::string& kind, const Options& options) {
  // Each try of `exec` starts a process, one of `port` reads the tables of the kernel: that would disturb
  // others.
  const std::size_t at_once = kind == "exec" || kind == "port" ? 1 : options.at_once;
  std::mt19937 random(1);
  std::uniform_int_distribution<int> milliseconds(shortest, options.longest);
  std::vector<Wait> waits;
  while (waits.size() < options.runs) {
    std::vector<std::unique_ptr<Run>> runs;
    while (runs.size() < std::min(at_once, options.runs - waits.size()))
      runs.push_back(std::make_unique<Run>(options.dream, kind, milliseconds(random)));
    for (const auto& run : runs) waits.push_back(run->finish());
  }
  return waits;
}

struct Spread {
  double median = 0;
  double worst = 0;
};

template <class Number>
Spread spread_of(const std::vector<Wait>& waits, const Number& number) {
  std::vector<double> numbers(waits.size());
  std::ranges::transform(waits, numbers.begin(), number);
  std::ranges::sort(numbers);
  return {numbers.at(numbers.size() / 2), numbers.back()};
}

void print(const std::string& kind, const std::vector<Wait>& waits) {
  const Spread late = spread_of(waits, [](const Wait& wait) { return wait.late; });
  const Spread share = spread_of(waits, [](const Wait& wait) { return 100 * wait.late / wait.waited; });
  const auto beyond = std::ranges::count_if(waits, [](const Wait& wait) {
    return wait.late > std::max(least_limit_ms, limit_share * wait.waited);
  });
  std::printf("%-7s %9.2f %9.2f   %8.2f %% %8.2f %%   %td of %zu\n", kind.c_str(), late.median, late.worst,
              share.median, share.worst, beyond, waits.size());
  std::fflush(stdout);
}

int run(const std::vector<std::string>& words) {
  const std::optional<Options> options = read_options(words);
  if (!options) return 2;
  std::printf("ready after %d to %d ms; the next step starts so much later:\n", shortest, options->longest);
  std::printf("%-7s %9s %9s   %10s %10s   %s\n", "", "ms median", "ms worst", "of waited", "worst",
              "beyond max(25 ms, 10 %)");
  for (const std::string& kind : options->kinds) print(kind, measure(kind, *options));
  return 0;
}

}  // namespace

}  // namespace dream::readiness

int main(int argument_count, char** arguments) {
  try {
    return dream::readiness::run({arguments + 1, arguments + argument_count});
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 2;
  }
}
