// soak [--minutes M] [--from SEED]  random stacks with random commands, one after the other, for so long (30)
// soak --seed SEED                  one of them
//
// Exits with 1 at the first that is wrong, after printing what was done and what was seen. A seed gives the
// same stack and the same intentions; what they meet is up to the moment.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "e2e/process_list.hpp"
#include "soak/one_run.hpp"

namespace {

struct Options {
  double minutes = 30;
  std::uint64_t from = 1;
  bool one = false;
};

bool read(int argc, char** argv, Options& options) {
  for (int at = 1; at < argc; at += 2) {
    const std::string_view name = argv[at];
    if (at + 1 == argc) return false;
    char* end = nullptr;
    if (name == "--minutes")
      options.minutes = std::strtod(argv[at + 1], &end);
    else if (name == "--from" || name == "--seed")
      options.from = std::strtoull(argv[at + 1], &end, 10);
    else
      return false;
    options.one = options.one || name == "--seed";
    if (*end != '\0') return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read(argc, argv, options)) {
    std::fputs("soak [--minutes M] [--from SEED] | --seed SEED\n", stderr);
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double, std::ratio<60>>(options.minutes);
  dream::e2e::adopt_orphans();
  std::map<std::string, std::size_t> done;
  std::size_t runs = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = options.from;; ++seed) {
    const dream::soak::Verdict verdict = dream::soak::one_run(seed);
    ++runs;
    refused += verdict.refused ? 1 : 0;
    for (const auto& [what, times] : verdict.done) done[what] += times;
    if (!verdict.complaint.empty()) {
      std::printf("%sBROKEN: seed %llu: %s\n", verdict.report.c_str(), static_cast<unsigned long long>(seed),
                  verdict.complaint.c_str());
      return 1;
    }
    if (options.one || Clock::now() > until) break;
  }
  std::printf("soak: %zu runs, %zu of them refused\n", runs, refused);
  for (const auto& [what, times] : done) std::printf("%7zu %s\n", times, what.c_str());
  return 0;
}
