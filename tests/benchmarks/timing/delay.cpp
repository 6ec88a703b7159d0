#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <sstream>

#include "measure.hpp"
#include "sections.hpp"

/// A chain of steps, each a fixed time after the one before, each of which writes when it began. Beside it,
/// in turns, the least that any program can do: start a program, let the kernel wait for the same time, start
/// the next.
namespace dream::timing {

namespace {

constexpr int delays = 50;
constexpr int delay_ms = 20;
constexpr int rounds = 5;
constexpr std::int64_t ns_per_ms = 1'000'000;

std::string configuration() {
  std::string chain;
  for (int number = 0; number < delays; ++number) {
    if (number > 0) chain += ", ";
    chain.append(R"({"projectPath": "./p)").append(std::to_string(number));
    chain.append(R"(", "async": true, "delay": )").append(std::to_string(delay_ms)).append("}");
  }
  return R"({"workspace": {"./last": {"all": [)" + chain +
         R"(]}}, "tasks": {"all": {"command": [")" CLOCK_BINARY R"(", "began"]}}})";
}

/// The numbers that follow each `label` in `text`.
std::vector<std::int64_t> numbers_after(const std::string& text, const std::string& label) {
  std::vector<std::int64_t> numbers;
  for (std::size_t at = text.find(label); at != std::string::npos; at = text.find(label, at + 1)) {
    numbers.push_back(std::stoll(text.substr(at + label.size(), 20)));
  }
  return numbers;
}

/// How much longer than the delay the steps of a chain lie apart, in milliseconds.
std::vector<double> lateness(std::vector<std::int64_t> began, double ns_per_unit) {
  if (began.size() != delays + 1) throw std::runtime_error("the chain is not whole");
  std::ranges::sort(began);  // two that began at once may have written in either order
  std::vector<double> late;
  for (std::size_t at = 1; at < began.size(); ++at) {
    late.push_back(static_cast<double>(began[at] - began[at - 1]) * ns_per_unit / ns_per_ms - delay_ms);
  }
  return late;
}

std::vector<double> lateness_of_dream(const ScratchWorkspace& workspace) {
  const std::string out = finish(spawn({DREAM_BINARY, "-C", (workspace.root() / "last").string(), "all"}));
  return lateness(numbers_after(out, "began "), 1);
}

/// By dream's own account, from the start of one process to the start of the next.
std::vector<double> lateness_of_starts(const ScratchWorkspace& workspace) {
  const std::string out =
      finish(spawn({DREAM_BINARY, "-C", (workspace.root() / "last").string(), "--output", "events", "all"}));
  std::vector<std::int64_t> started;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(R"("event":"started")") == std::string::npos) continue;
    started.push_back(numbers_after(line, R"("atUs":)").at(0));
  }
  return lateness(started, 1e3);
}

std::vector<double> lateness_of_the_kernel() {
  std::vector<Spawned> started;
  std::vector<std::int64_t> began;
  for (int number = 0; number <= delays; ++number) {
    started.push_back(spawn({CLOCK_BINARY, "began"}));
    timespec due{};
    ::clock_gettime(CLOCK_MONOTONIC, &due);  // as dream does: the process runs
    due.tv_nsec += delay_ms * ns_per_ms;
    due.tv_sec += due.tv_nsec / 1'000'000'000;
    due.tv_nsec %= 1'000'000'000;
    if (number < delays) ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
  }
  began.reserve(started.size());
  for (const Spawned& one : started) began.push_back(numbers_after(finish(one), "began ").at(0));
  return lateness(began, 1);
}

}  // namespace

void measure_delay(Table& table) {
  std::vector<std::string> projects{"last"};
  for (int number = 0; number < delays; ++number) projects.push_back("p" + std::to_string(number));
  const ScratchWorkspace workspace(configuration(), projects);
  std::vector<double> dream, kernel, starts, first, last;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<double> late = lateness_of_dream(workspace);
    first.insert(first.end(), late.begin(), late.begin() + 10);
    last.insert(last.end(), late.end() - 10, late.end());
    dream.insert(dream.end(), late.begin(), late.end());
    for (const double one : lateness_of_the_kernel()) kernel.push_back(one);
    for (const double one : lateness_of_starts(workspace)) starts.push_back(one);
  }
  const std::string what = std::to_string(delays) + " delays of " + std::to_string(delay_ms) + " ms: ";
  // The events are in whole microseconds.
  table.at_least(what + "the earliest start, ms late", *std::ranges::min_element(starts) + 1e-3, 0);
  table.at_most(what + "ms between the medians of dream and clock_nanosleep",
                std::abs(median(dream) - median(kernel)), 0.2,
                in_milliseconds(median(dream)) + " / " + in_milliseconds(median(kernel)));
  table.at_most(what + "ms between the medians of the last and first ten",
                std::abs(median(last) - median(first)), 0.2,
                in_milliseconds(median(last)) + " / " + in_milliseconds(median(first)));
}

}  // namespace dream::timing
