#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "simulation/every_run.hpp"
#include "simulation/world.hpp"

// simulate --seed N              one run, with its trace
// simulate --count N [--from S]  N seeds from S on, each in another kind of world
// simulate --hours H [--from S]  as many as there is time for
// simulate --every N             every run of a plan of N steps (at most 4), in any order, with one signal at
//                                any moment: ten minutes for 4. Of up to 2 steps with delays, timeouts,
//                                oddities and restarts, too
// The kind of world is in the bits of a seed from 2^40 on (world.hpp); with `--from` above that it is the
// same for all.
//
// Exits with 1 at the first broken promise, after printing the seed and the trace.
namespace {

using dream::simulation::simulate;
using dream::simulation::Verdict;

struct Options {
  std::uint64_t from = 0;
  std::uint64_t count = 1;
  double hours = 0;
  std::size_t every = 0;
  bool one_seed = false;
};

bool read(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 == argc) return false;
    char* end = nullptr;
    const bool is_hours = name == "--hours";
    const std::uint64_t number = is_hours ? 0 : std::strtoull(argv[i + 1], &end, 10);
    if (is_hours)
      options.hours = std::strtod(argv[i + 1], &end);
    else if (name == "--seed")
      options.from = number, options.one_seed = true;
    else if (name == "--count")
      options.count = number;
    else if (name == "--from")
      options.from = number;
    else if (name == "--every" && number >= 1 && number <= 4)
      options.every = number;
    else
      return false;
    if (*end != '\0') return false;
  }
  return argc > 1;
}

/// The seeds of one kind of world follow one another in steps of the number of kinds.
std::uint64_t seed_at(std::uint64_t from, std::uint64_t at) {
  constexpr std::uint64_t kinds = 2 * dream::simulation::with_dependents / dream::simulation::with_readiness;
  const std::uint64_t kind = from < dream::simulation::with_readiness ? at % kinds : 0;
  return from + at + kind * dream::simulation::with_readiness;
}

bool passes(std::uint64_t seed, bool show) {
  const Verdict verdict = simulate(seed);
  const bool same = simulate(seed).trace == verdict.trace;
  if (show || !verdict.complaint.empty() || !same)
    std::printf("seed %llu\n%s", static_cast<unsigned long long>(seed), verdict.trace.c_str());
  if (!verdict.complaint.empty()) std::printf("BROKEN: %s\n", verdict.complaint.c_str());
  if (!same) std::printf("BROKEN: the same seed is the same run\n");
  return verdict.complaint.empty() && same;
}

bool passes_every_run(std::size_t steps) {
  using dream::simulation::Freedom;
  std::vector<Freedom> freedoms{{.steps = steps, .any_order = true, .signals = 1}};
  if (steps <= 2) {
    freedoms.push_back({.steps = steps, .any_order = true, .signals = 1, .times = true});
    freedoms.push_back({.steps = steps, .any_order = true, .signals = 1, .oddities = true});
    freedoms.push_back({.steps = steps, .any_order = true, .signals = 1, .attempts = 2});
  }
  std::uint64_t runs = 0;
  for (const Freedom& freedom : freedoms) {
    for (std::size_t kind = 0; kind < dream::simulation::kinds_of_step; ++kind) {
      const auto count = dream::simulation::every_run(freedom, kind);
      runs += count.runs;
      if (count.complaint.empty()) continue;
      std::printf("BROKEN: %s\n", count.complaint.c_str());
      return false;
    }
  }
  std::printf("%llu runs, no promise broken\n", static_cast<unsigned long long>(runs));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read(argc, argv, options)) {
    std::fputs("usage: simulate --seed N | --count N [--from S] | --hours H [--from S] | --every N\n",
               stderr);
    return 2;
  }
  if (options.every != 0) return passes_every_run(options.every) ? 0 : 1;
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double, std::ratio<3600>>(options.hours));
  std::uint64_t done = 0;
  for (; options.hours > 0 ? Clock::now() < end : done < options.count; ++done)
    if (!passes(options.one_seed ? options.from : seed_at(options.from, done), options.one_seed)) return 1;
  std::printf("%llu runs, no promise broken\n", static_cast<unsigned long long>(done));
  return 0;
}
